// SPDX-License-Identifier: Apache-2.0

package version_test

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/krtkit/krtkit/version"
)

func ExampleCobraCommand() {
	root := &cobra.Command{Use: "program"}
	root.AddCommand(version.CobraCommand())
	root.SetArgs([]string{"version", "--short"})
	root.SetOut(os.Stdout)
	if err := root.Execute(); err != nil {
		fmt.Println(err)
	}
	// Output: client version: unknown
}

func ExampleBuildInfo_String() {
	fmt.Println(version.BuildInfo{Version: "1.4.0", GitRevision: "0123abc", BuildStatus: "Clean"})
	// Output: 1.4.0-0123abc-Clean
}

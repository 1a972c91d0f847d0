// SPDX-License-Identifier: Apache-2.0

// Command agent is a program that may be built with the tag "agent".
package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/krtkit/krtkit/collateral"
)

func main() {
	root := &cobra.Command{Use: "agent"}
	root.AddCommand(collateral.CobraCommand(root, collateral.Metadata{}))
	if root.Execute() != nil {
		os.Exit(1)
	}
}

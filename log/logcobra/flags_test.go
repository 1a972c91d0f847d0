// SPDX-License-Identifier: Apache-2.0

package logcobra_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/krtkit/krtkit/log"
	"github.com/krtkit/krtkit/log/logcobra"
)

func TestAttachCobraFlags_changeTheOptions(t *testing.T) {
	opts := log.DefaultOptions()
	root, child := &cobra.Command{Use: "root"}, &cobra.Command{Use: "child", Run: func(*cobra.Command, []string) {}}
	root.AddCommand(child)
	logcobra.AttachCobraFlags(opts, root)
	root.SetArgs([]string{"child", "--log_target", "a,b", "--log_target", "stderr", "--log_as_json", "--log_rotate_max_size", "7"})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a,b", "stderr"}, opts.OutputPaths); diff != "" || !opts.JSONEncoding || opts.RotationMaxSize != 7 {
		t.Errorf("options %+v; paths (-want +got):\n%s", opts, diff)
	}
}

func ExampleAttachFlagSet() {
	opts := log.DefaultOptions()
	flags := pflag.NewFlagSet("program", pflag.ContinueOnError)
	logcobra.AttachFlagSet(opts, flags)
	if err := flags.Parse([]string{"--log_target", "stdout", "--log_output_level", "all:warn,flagged:debug"}); err != nil {
		fmt.Println(err)
		return
	}
	if err := log.Configure(opts); err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()
	fmt.Println(log.RegisterScope("flagged", "").GetOutputLevel(), log.RegisterScope("other", "").GetOutputLevel())
	// Output: debug warn
}

// SPDX-License-Identifier: Apache-2.0

package cmd_test

import (
	goflag "flag"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/krtkit/krtkit/cmd"
	"github.com/krtkit/krtkit/log/logtest"
	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/leak"
)

// The goroutine of os/signal stays in every program that has ever waited for one.
func TestMain(m *testing.M) { leak.CheckMain(m, leak.WithIgnored("os/signal.loop")) }

func TestAddFlags_areThoseOfTheStandardLibrary(t *testing.T) {
	test.SetForTest(t, &goflag.CommandLine, goflag.NewFlagSet("test", goflag.ContinueOnError))
	value := goflag.String("flag", "default", "is for tests")
	goflag.String("taken", "", "is the standard library's")
	root, child := &cobra.Command{Use: "root"}, &cobra.Command{Use: "child", Run: func(*cobra.Command, []string) {}}
	root.AddCommand(child)
	own := root.PersistentFlags().String("taken", "", "is the command's own")
	cmd.AddFlags(root)
	root.SetArgs([]string{"child", "--flag", "changed", "--taken", "own"})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	if *value != "changed" || *own != "own" {
		t.Errorf("the flags are %q and %q", *value, *own)
	}
}

func TestPrintFlags_logsEveryFlag(t *testing.T) {
	logged := logtest.Record(t)
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	fs.String("text", "a \"b\"\n", "")
	fs.Int("number", 7, "")
	fs.Bool("hidden", true, "")
	if err := fs.MarkHidden("hidden"); err != nil {
		t.Fatal(err)
	}
	cmd.PrintFlags(fs)
	want := []string{`FLAG: --hidden="true"`, `FLAG: --number="7"`, `FLAG: --text="a \"b\"\n"`}
	if diff := gocmp.Diff(want, logged.Messages("default")); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

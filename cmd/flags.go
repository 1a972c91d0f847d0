// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"flag"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/krtkit/krtkit/log"
)

// AddFlags makes the flags of the standard library's flag.CommandLine flags of the command
// and of those below it. Flags of that name that the command has stay its own.
func AddFlags(rootCmd *cobra.Command) {
	rootCmd.PersistentFlags().AddGoFlagSet(flag.CommandLine)
}

// PrintFlags logs each flag and its value at info, by name. What a flag has been told
// is logged as it is: a program that takes secrets takes them from files.
func PrintFlags(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		log.Infof("FLAG: --%s=%q", f.Name, f.Value)
	})
}

// SPDX-License-Identifier: Apache-2.0

package logcobra

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/krtkit/krtkit/log"
)

// AttachCobraFlags defines the flags of o on the command and those below it.
func AttachCobraFlags(o *log.Options, cmd *cobra.Command) { AttachFlagSet(o, cmd.PersistentFlags()) }

// AttachFlagSet defines the flags of o on a set of flags.
func AttachFlagSet(o *log.Options, flags *pflag.FlagSet) {
	o.AttachFlags(flags.StringArrayVar, flags.StringVar, flags.IntVar, flags.BoolVar)
}

// SPDX-License-Identifier: Apache-2.0

// Package logcobra defines the command line's flags of package log for commands of
// github.com/spf13/cobra and flag sets of github.com/spf13/pflag.
//
//	opts := log.DefaultOptions()
//	cmd := &cobra.Command{
//		PreRunE: func(*cobra.Command, []string) error { return log.Configure(opts) },
//		…
//	}
//	logcobra.AttachCobraFlags(opts, cmd)
//
// The flags are listed at log.Options.AttachFlags.
//
// # What a caller must not do
//
// The options must not be used by log.Configure before the command line is read: they
// change then.
package logcobra

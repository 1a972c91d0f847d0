// SPDX-License-Identifier: Apache-2.0

// Package flag defines flags of github.com/spf13/pflag whose defaults are the values of
// the variables that they set, and that environment variables can set as well.
//
//	opts := options{Port: 8080, Drain: 5 * time.Second} // these are the defaults
//	flag.Bind(fs, "port", "p", "Port to listen on.", &opts.Port)
//	flag.BindEnv(fs, "drain-time", "", "How long connections may end.", &opts.Drain) // or DRAIN_TIME
//	flag.AdditionalEnv(fs, "drain-time", "OLD_DRAIN_NAME")
//
// # Guarantees
//
//   - The environment is read when a function is called, and never later.
//   - What the command line says counts more than the environment, and a later environment
//     variable more than an earlier one. A flag that the environment sets counts as changed.
//   - A value that the flag does not accept changes nothing. BindEnv and AdditionalEnv log it
//     as a warning, in the scope "flag" of log/slog; [BindEnvE] and [AdditionalEnvE] return
//     it as an error.
//   - [EnvNames] tells documents which environment variables set a flag.
//
// # What a caller must not do
//
// These functions are for a program's main and what it calls; a library takes options. They
// panic, as pflag does, if a flag is defined twice. A flag set must not be used by several
// goroutines at a time.
package flag

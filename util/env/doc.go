// SPDX-License-Identifier: Apache-2.0

// Package env reads settings from environment variables that say what they are: each
// has a type, a default and a description.
//
// Variables are registered where they are used. Registering reads nothing: the
// environment is read by [GenericVar.Get], each time, and the one who calls it is the
// program's main or what main calls.
//
//	var resync = env.Register("RESYNC_PERIOD", 10*time.Hour, "How often everything is looked at again.")
//
//	func main() {
//		opts.Resync = resync.Get()
//		…
//	}
//
// Any comparable type can be that of a variable. Those whose kind is string, and those
// that have UnmarshalText, are written as they are; strings, booleans, integers (int),
// floating-point numbers (float64) and durations as package strconv and time read them;
// all others as JSON.
//
// [VarDescriptions] lists what is registered, for documents; [Snapshot] says also what
// the environment says, for those who look into a running program.
//
// # Guarantees
//
//   - A value that is no value of its type, or that a check refuses, counts as the
//     default. It is logged, once until it changes, in the scope "env" of log/slog.
//     [GenericVar.Read] returns it as an error instead.
//   - Values of variables that are marked [WithSecret] are in no error, no line of the log
//     and no snapshot.
//   - Nothing is cached: a change of the environment is seen by the next call of Get.
//   - All functions and methods are safe for concurrent use. No check runs under a lock of
//     this package.
//
// # What a caller must not do
//
// Names of variables must not be made from data: a registration stays for the life of the
// program. Packages that others import must not call Get in a variable's initializer:
// importing a package changes nothing and reads nothing.
//
// # Debugging and tests
//
// A setting has no effect: look at [Snapshot], or at the log for the scope "env". Tests set
// variables with t.Setenv.
package env

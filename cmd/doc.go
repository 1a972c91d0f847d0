// SPDX-License-Identifier: Apache-2.0

// Package cmd has what the main functions of programs share: they wait for a signal to end,
// take over the flags of the standard library, and say which flags they run with.
//
//	func run(c *cobra.Command, _ []string) error {
//		cmd.PrintFlags(c.Flags())
//		ctx, cancel := context.WithCancelCause(c.Context())
//		go cmd.WaitSignalFunc(cancel)
//		return serve(ctx)
//	}
//
// # Guarantees
//
//   - The functions that wait return after one signal; from then on a second one ends the
//     process, as it does in programs that do not wait, so that nobody needs SIGKILL for
//     one that does not end.
//   - What was logged until then is written when they return.
//   - Nothing else is started, and nothing is done at import.
//
// # What a caller must not do
//
// The functions that wait have no other end than a signal: a program calls one of them once,
// from main or on a goroutine that lives as long as the process. Libraries call none of these
// functions.
package cmd

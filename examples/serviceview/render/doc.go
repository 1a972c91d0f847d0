// SPDX-License-Identifier: Apache-2.0

// Package render shows views of services to people and programs: as a table, as
// JSON, and as a list of what changed and why.
//
//	p := render.Printer{Out: os.Stdout, Width: 100}
//	p.Table(services)
//	for _, line := range render.Changes(before, after) {
//		fmt.Println(line)
//	}
//
// # Guarantees
//
//   - The same views give the same text: nothing depends on time, or on the order
//     in which things happened. Only [Live] prints a time, and takes its clock from
//     the caller.
//   - Without Color there are no escape sequences, and control characters in names
//     and messages never reach the terminal.
//   - No line of the table is wider than Width, except for messages, which are
//     wrapped at spaces only.
//
// # What a caller must not do
//
// A [Printer] is not safe for concurrent use. A [Live] is.
package render

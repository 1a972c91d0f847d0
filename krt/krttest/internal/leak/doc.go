// SPDX-License-Identifier: Apache-2.0

// Package leak finds goroutines that are left of a piece of work.
//
// It marks the goroutine that does the work with a profiler label. Every goroutine
// inherits the labels of the one that starts it, so those of other work, done at the
// same time or before, do not count:
//
//	left := leak.Mark()
//	…
//	if stacks := left(); stacks != "" { … }
package leak

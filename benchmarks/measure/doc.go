// SPDX-License-Identifier: Apache-2.0

// Package measure takes the time and the memory of [scenario.Case] values.
//
// Machines that are shared do not run at the same speed from one minute to the next.
// So nothing is compared that was not measured in turn: each round measures every
// contender once, from an empty heap, and what is compared are the medians.
//
//	samples := measure.InTurn(5, 200*time.Millisecond, ours, theirs)
//	fmt.Println(measure.Median(samples[0], measure.Time), measure.Median(samples[1], measure.Time))
//
// # Guarantees
//
// Before a case is set up, the one before it has been closed, its goroutines have ended
// and its memory is free.
//
// Callers must not measure two things at the same time: the garbage collector and
// its counters are those of the process.
package measure

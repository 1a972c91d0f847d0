// SPDX-License-Identifier: Apache-2.0

// Package leak finds what tests leave behind: goroutines, and memory that something
// still refers to.
//
// [Check] is for a test, [CheckMain] for all tests of a package, and
// [MustGarbageCollect] for an object:
//
//	func TestController(t *testing.T) {
//		leak.Check(t)
//		stop := test.NewStop(t)
//		go controller.Run(stop)
//		…
//	}
//
// Check marks the goroutine of the test with a profiler label. Every goroutine inherits
// the labels of the one that starts it, so tests that run at the same time do not see
// each other's goroutines, and those that were there before do not count. CheckMain
// compares which goroutines there are after all tests with those before.
//
// # Guarantees
//
//   - What is about to end is given time, five seconds unless [WithTimeout] says
//     otherwise.
//   - Messages have the stacks of what is left.
//
// # What is not seen
//
// Code that sets profiler labels itself hides what it starts then from Check, though
// not from CheckMain. In a bubble of testing/synctest neither is needed: the bubble
// itself fails if a goroutine is left.
package leak

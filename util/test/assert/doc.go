// SPDX-License-Identifier: Apache-2.0

// Package assert has the checks of tests: values are equal, or become so, or stay so;
// channels have something; events come.
//
// What is not as it should be ends the test, with what is different.
//
//	assert.Equal(t, krt.GetKey(pod), "default/web")
//	assert.EventuallyEqual(t, func() int { return len(pods.List()) }, 3)
//
//	tracker := assert.NewTracker[string](t)
//	pods.Register(func(e krt.Event[Pod]) { tracker.Record(e.Event.String() + "/" + e.Latest().Name) })
//	tracker.WaitOrdered("add/web", "update/web")
//
// # What is equal
//
// Values are compared by [github.com/google/go-cmp/cmp] with rules for what programs
// around Kubernetes hold:
//
//   - A type with a method Equal is compared by that, as cmp does it.
//   - Messages of protocol buffers are compared by content.
//   - Slices and maps are equal if both are empty, nil or not.
//   - Errors are equal if their messages are.
//   - Fields that are not exported count, too.
//   - Types can say more: the values compared, and what they point to or consist of as
//     slices, arrays and maps do, may have a method CmpOpts() []cmp.Option, which may
//     be called on a zero value.
//
// # Guarantees
//
//   - What waits gives up: after five seconds for channels, after a second for a
//     [Tracker] and two for [EventuallyEqual] unless options say otherwise. In a bubble
//     of testing/synctest no time passes.
//   - A [Tracker] may record on any goroutine.
//
// # What callers must not do
//
// All other calls end the test, so they must be made by the test's own goroutine.
package assert

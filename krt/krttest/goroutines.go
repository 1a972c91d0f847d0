// SPDX-License-Identifier: Apache-2.0

package krttest

import "github.com/krtkit/krtkit/util/test/leak"

// CheckGoroutines is [leak.Check]: it fails the test if goroutines that it started, or
// that those started, are still there when the test is over. Whatever ends them has to be
// registered with Cleanup after this call, so that it is done before the check:
//
//	krttest.CheckGoroutines(t)
//	stop := make(chan struct{})
//	t.Cleanup(func() { close(stop) })
//
// It marks the calling goroutine, which must be the test's, with a profiler label,
// which every goroutine inherits from the one that starts it. So tests that run at
// the same time do not see each other's goroutines, and those that were there
// before do not count. Goroutines of a subtest which calls CheckGoroutines itself
// are checked there only.
//
// Goroutines that are about to end are given five seconds. In a bubble of
// testing/synctest the check is not needed: the bubble itself fails if a goroutine
// is left.
func CheckGoroutines(t Failer) {
	t.Helper()
	leak.Check(t)
}

// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"
)

// CheckGoroutines fails the test if goroutines that it started, or that those
// started, are still there when the test is over. Whatever ends them has to be
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
// Nobody can wait for the end of a foreign goroutine. The check looks again until
// they have gone, for five seconds at most.
//
// In a bubble of testing/synctest it is not needed: the bubble itself fails if a
// goroutine is left.
func CheckGoroutines(t Failer) {
	t.Helper()
	mark := new(int64)
	id := fmt.Sprintf("%p", mark) // which is unique as long as the cleanup refers to it
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(goroutineLabel, id)))
	t.Cleanup(func() {
		defer runtime.KeepAlive(mark)
		pprof.SetGoroutineLabels(context.Background())
		if left := goroutinesOf(id, leakTimeout); left != "" {
			errorf(t, "krttest: goroutines are left:\n%s", left)
		}
	})
}

const (
	goroutineLabel = "krttest.CheckGoroutines"
	leakTimeout    = 5 * time.Second
)

// goroutinesOf waits until no goroutine has the label, and returns the stacks of
// those that are left after the timeout.
func goroutinesOf(id string, timeout time.Duration) string {
	deadline := time.Now().Add(timeout)
	for pause := 10 * time.Microsecond; ; pause *= 2 {
		left := labelled(id)
		if left == "" || time.Now().After(deadline) {
			return left
		}
		// Most goroutines that are about to end need only be let run.
		runtime.Gosched()
		<-time.After(min(pause, 100*time.Millisecond))
	}
}

// labelled returns the stacks of the goroutines that have the label now. The
// profile lists, in paragraphs, how many goroutines have the same stack and labels.
func labelled(id string) string {
	var profile bytes.Buffer
	// A write to a buffer does not fail.
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1)
	mark := fmt.Sprintf("%q:%q", goroutineLabel, id)
	var left []string
	for p := range strings.SplitSeq(profile.String(), "\n\n") {
		if labels, _, ok := strings.Cut(p, "}"); ok && strings.Contains(labels, mark) {
			left = append(left, strings.TrimSpace(p))
		}
	}
	return strings.Join(left, "\n\n")
}

// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/queue"
)

// pauses asks a limiter n times.
func pauses(l queue.RateLimiter[string], key string, n int) []time.Duration {
	var got []time.Duration
	for range n {
		got = append(got, l.When(key))
	}
	return got
}

func TestNewBackoff_doublesForEachKeyUpToTheLongest(t *testing.T) {
	l := queue.NewBackoff[string](2, 9)
	want := []time.Duration{2, 4, 8, 9, 9}
	if diff := cmp.Diff(want, pauses(l, "a", 5)); diff != "" {
		t.Errorf("pauses mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, pauses(l, "b", 5)); diff != "" {
		t.Errorf("pauses of another key mismatch (-want +got):\n%s", diff)
	}
	l.Forget("a")
	if got := l.When("a"); got != 2 {
		t.Errorf("pause after Forget = %v, want 2ns", got)
	}
}

func TestNewBackoff_doesNotOverflow(t *testing.T) {
	l := queue.NewBackoff[string](1, math.MaxInt64)
	got := pauses(l, "a", 100)
	if last := got[99]; last != math.MaxInt64 || got[62] != 1<<62 {
		t.Errorf("pauses end with %v, pause 63 is %d", last, got[62])
	}
}

func TestNewBucket_isSharedByAllKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := queue.NewBucket[string](time.Second, 2)
		got := append(pauses(l, "a", 2), pauses(l, "b", 2)...)
		if diff := cmp.Diff([]time.Duration{0, 0, time.Second, 2 * time.Second}, got); diff != "" {
			t.Errorf("pauses mismatch (-want +got):\n%s", diff)
		}
		l.Forget("a") // nothing: it is not about one key
		time.Sleep(3500 * time.Millisecond)
		if diff := cmp.Diff([]time.Duration{0, 500 * time.Millisecond}, pauses(l, "a", 2)); diff != "" {
			t.Errorf("pauses later mismatch (-want +got):\n%s", diff)
		}
		time.Sleep(time.Hour)
		if diff := cmp.Diff([]time.Duration{0, 0, time.Second}, pauses(l, "a", 3)); diff != "" {
			t.Errorf("pauses much later mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestLongestOf_asksAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := queue.LongestOf(queue.NewBackoff[string](time.Second, time.Hour), queue.NewBucket[string](3*time.Second, 2))
		if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, pauses(l, "a", 3)); diff != "" {
			t.Errorf("pauses mismatch (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]time.Duration{6 * time.Second}, pauses(l, "b", 1)); diff != "" {
			t.Errorf("pause of another key mismatch (-want +got):\n%s", diff)
		}
		l.Forget("a")
		if got := l.When("a"); got != 9*time.Second {
			t.Errorf("pause after Forget = %v, want the bucket's 9s", got)
		}
	})
}

func TestLimiter_thatCannotWorkPanics(t *testing.T) {
	for name, construct := range map[string]func(){
		"backoff without a first pause":  func() { queue.NewBackoff[string](0, 1) },
		"backoff with a shorter longest": func() { queue.NewBackoff[string](2, 1) },
		"bucket without an interval":     func() { queue.NewBucket[string](0, 1) },
		"bucket that is always empty":    func() { queue.NewBucket[string](1, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			construct()
		})
	}
}

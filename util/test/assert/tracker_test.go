// SPDX-License-Identifier: Apache-2.0

package assert_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
	"github.com/krtkit/krtkit/util/test/retry"
)

// tracked records events, one every 100 milliseconds, and returns how waiting for them
// fails and what is left then.
func tracked(t *testing.T, events string, wait func(*assert.Tracker[string]), opts ...retry.Option) (message, left string) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		var tracker *assert.Tracker[string]
		message = failure(func(t test.Failer) {
			tracker = assert.NewTracker[string](t, opts...)
			for i, event := range strings.Fields(events) {
				time.AfterFunc(time.Duration(i)*100*time.Millisecond, func() { tracker.Record(event) })
			}
			wait(tracker)
		})
		left = fmt.Sprint(tracker.Events())
		<-time.After(time.Minute)
	})
	return message, left
}

func TestTracker_waitsForEvents(t *testing.T) {
	ordered := func(events ...string) func(*assert.Tracker[string]) {
		return func(tr *assert.Tracker[string]) { tr.WaitOrdered(events...) }
	}
	unordered := func(events ...string) func(*assert.Tracker[string]) {
		return func(tr *assert.Tracker[string]) { tr.WaitUnordered(events...) }
	}
	until := func(event string) func(*assert.Tracker[string]) {
		return func(tr *assert.Tracker[string]) { tr.WaitCompare(func(e string) bool { return e == event }) }
	}
	all := func(waits ...func(*assert.Tracker[string])) func(*assert.Tracker[string]) {
		return func(tr *assert.Tracker[string]) {
			for _, wait := range waits {
				wait(tr)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		events string
		wait   func(*assert.Tracker[string])
		want   string
		left   string
	}{
		{"inOrder", "a b c", ordered("a", "b", "c"), "", "[]"},
		{"inOrderTwice", "a a b a", all(ordered("a", "a"), ordered("b", "a")), "", "[]"},
		{"inOrderNothing", "", ordered(), "", "[]"},
		{"inAnotherOrder", "a b c", ordered("b", "a"), "got event a, want b (number 1 of [b a]); events after it: []", "[]"},
		{"inOrderTooFew", "a b", ordered("a", "b", "c"), "waiting for event c (number 3 of [a b c]): gave up (", "[]"},
		{"unordered", "c a b", unordered("a", "b", "c"), "", "[]"},
		{"unorderedNamedTwice", "a b", unordered("a", "b", "a"), "", "[]"},
		{"unorderedComingTwice", "a a b", unordered("a", "b"), "got event a, want one of [b]", "[]"},
		{"unorderedAnother", "a x b", unordered("a", "b"), "got event x, want one of [b]", "[]"},
		{"unorderedTooFew", "b", unordered("a", "b", "c"), "waiting for events [a c]: gave up (", "[]"},
		{"thatMatches", "a b c", all(until("b"), ordered("c")), "", "[]"},
		{"thatNeverMatches", "a b c", until("d"), "waiting for an event that matches; others were [a b c]: gave up (", "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, left := tracked(t, tt.events, tt.wait)
			if tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) || left != tt.left {
				t.Errorf("got %q with %s left, want %q with %s left", got, left, tt.want, tt.left)
			}
		})
	}
}

func TestTracker_wantsNothingAfterwards(t *testing.T) {
	for name, wait := range map[string]func(*assert.Tracker[string]){
		"WaitOrdered":   func(tr *assert.Tracker[string]) { tr.WaitOrdered("a") },
		"WaitUnordered": func(tr *assert.Tracker[string]) { tr.WaitUnordered("a") },
		"Empty":         func(tr *assert.Tracker[string]) { tr.Empty() },
	} {
		got := failure(func(t test.Failer) {
			tracker := assert.NewTracker[string](t)
			if name != "Empty" {
				tracker.Record("a")
			}
			tracker.Record("b")
			wait(tracker)
		})
		if got != "unexpected events: [b]" {
			t.Errorf("%s: got %q", name, got)
		}
	}
	tracker := assert.NewTracker[string](t)
	tracker.Empty()
	if tracker.Events() != nil {
		t.Error("there are events")
	}
}

func TestTracker_waitsForASecondUnlessTold(t *testing.T) {
	last := func(tr *assert.Tracker[string]) { tr.WaitOrdered("a") }
	for _, tt := range []struct {
		opts []retry.Option
		want time.Duration
	}{
		{nil, time.Second},
		{[]retry.Option{retry.Timeout(time.Minute)}, time.Minute},
		{[]retry.Option{retry.MaxAttempts(2)}, time.Millisecond},
		{[]retry.Option{retry.Converge(2)}, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			if got := failure(func(t test.Failer) { last(assert.NewTracker[string](t, tt.opts...)) }); got == "" || time.Since(begin) != tt.want {
				t.Errorf("%q after %v, want a failure after %v", got, time.Since(begin), tt.want)
			}
			tracker := assert.NewTracker[string](t, tt.opts...)
			tracker.Record("a")
			tracker.WaitOrdered("a")
		})
	}
}

func TestTracker_anotherEventFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		got := failure(func(t test.Failer) {
			tracker := assert.NewTracker[string](t)
			tracker.Record("x")
			tracker.Record("a")
			tracker.WaitOrdered("a")
		})
		if want := "got event x, want a (number 1 of [a]); events after it: [a]"; got != want || time.Since(begin) != 0 {
			t.Errorf("got %q after %v, want %q at once", got, time.Since(begin), want)
		}
	})
}

func TestTracker_recordsOnAnyGoroutine(t *testing.T) {
	tracker := assert.NewTracker[int](t)
	var wg sync.WaitGroup
	var want []int
	for i := range 50 {
		want = append(want, i)
		wg.Go(func() { tracker.Record(i) })
	}
	tracker.WaitUnordered(want...)
	wg.Wait()
	tracker.Empty()
	tracker.Record(1)
	events := tracker.Events()
	tracker.Record(2)
	if diff := cmp.Diff([]int{1}, events); diff != "" || !slices.Equal(tracker.Events(), []int{1, 2}) {
		t.Errorf("events mismatch (-want +got):\n%s", diff)
	}
}

// SPDX-License-Identifier: Apache-2.0

package assert

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/retry"
)

// Tracker keeps events in the order in which they are recorded, for a test to wait for.
// Each event is taken once, by one of the methods that wait. Record and Events are safe
// for concurrent use; all others are for the test's goroutine.
type Tracker[T comparable] struct {
	t       test.Failer
	options []retry.Option

	mu     sync.Mutex
	events []T // that nobody has taken
}

// errNoEvent says that all events are taken.
var errNoEvent = errors.New("no event has come")

// NewTracker returns a tracker that has no events. It waits for a second, and looks
// every millisecond at first, unless options say otherwise.
func NewTracker[T comparable](t test.Failer, opts ...retry.Option) *Tracker[T] {
	t.Helper()
	defaults := []retry.Option{retry.Timeout(time.Second), retry.BackoffDelay(time.Millisecond)}
	return &Tracker[T]{t: t, options: append(defaults, opts...)}
}

// Record adds an event.
func (t *Tracker[T]) Record(event T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events = append(t.events, event)
}

// Events returns the events that nobody has taken, nil if there are none. It takes none
// of them, and does not wait. The slice is the caller's.
func (t *Tracker[T]) Events() []T {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.events)
}

// Empty ends the test if there are events that nobody has taken. It does not wait.
func (t *Tracker[T]) Empty() {
	t.t.Helper()
	if left := t.Events(); len(left) > 0 {
		t.t.Fatalf("unexpected events: %v", left)
	}
}

// WaitOrdered waits for these events in this order, takes them, and ends the test if
// another one comes instead or is there after them.
func (t *Tracker[T]) WaitOrdered(events ...T) {
	t.t.Helper()
	for i, want := range events {
		t.wait(func(got T) error {
			if got != want {
				return fmt.Errorf("got event %v, want %v (number %d of %v)", got, want, i+1, events)
			}
			return nil
		}, func() string { return fmt.Sprintf("waiting for event %v (number %d of %v)", want, i+1, events) })
	}
	t.Empty()
}

// WaitUnordered waits for each of these events, in any order, takes them, and ends the
// test if another one comes, or one of them a second time. An event that is named twice
// is waited for once.
func (t *Tracker[T]) WaitUnordered(events ...T) {
	t.t.Helper()
	left := slices.Clone(events)
	for len(left) > 0 {
		t.wait(func(got T) error {
			if !slices.Contains(left, got) {
				return fmt.Errorf("got event %v, want one of %v", got, left)
			}
			left = slices.DeleteFunc(left, func(e T) bool { return e == got })
			return nil
		}, func() string { return fmt.Sprintf("waiting for events %v", left) })
	}
	t.Empty()
}

// WaitCompare waits for an event for which f returns true, and takes it and those
// before it. What comes after it stays.
func (t *Tracker[T]) WaitCompare(f func(T) bool) {
	t.t.Helper()
	var passed []T
	found := false
	t.until(func() error {
		for !found {
			e, ok := t.pop()
			if !ok {
				return errNoEvent
			}
			if found = f(e); !found {
				passed = append(passed, e)
			}
		}
		return nil
	}, func() string { return fmt.Sprintf("waiting for an event that matches; others were %v", passed) })
}

// wait waits for an event, takes it, and ends the test if check returns an error.
func (t *Tracker[T]) wait(check func(T) error, doing func() string) {
	t.t.Helper()
	var wrong error
	taken := false
	t.until(func() error {
		if taken { // and asked for again, because of an option
			return nil
		}
		event, ok := t.pop()
		if !ok {
			return errNoEvent
		}
		taken = true
		wrong = check(event)
		return nil
	}, doing)
	if wrong != nil {
		t.t.Fatalf("%v; events after it: %v", wrong, t.Events())
	}
}

// until asks until done returns no error.
func (t *Tracker[T]) until(done func() error, doing func() string) {
	t.t.Helper()
	if err := retry.UntilSuccess(done, t.options...); err != nil {
		t.t.Fatalf("%s: %v", doing(), err)
	}
}

// pop takes the first event.
func (t *Tracker[T]) pop() (event T, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.events) == 0 {
		return event, false
	}
	event, t.events = t.events[0], t.events[1:]
	return event, true
}

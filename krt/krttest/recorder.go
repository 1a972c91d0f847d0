// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/internal/fold"
)

// Recorder is a handler that keeps what it is told, for a test to look at and to
// wait for.
//
// It fails the test by itself when it is told something that no handler may be
// told: an addition of what is there, an update or a deletion of what is not, or an
// old object that is not the one told last. WaitIdle and Empty also fail it if the
// collection did not show a change when the recorder was told.
//
// Each event is taken once: by Next, NextBatch, Drain or one of the methods that
// wait for certain events. Events, Batches and Content show all, taken or not.
// The methods that wait must be called on the test's goroutine; all others may be
// called by any.
type Recorder[T any] struct {
	t   Failer
	c   krt.Collection[T]
	reg krt.HandlerRegistration
	opt recorderOptions

	mu      sync.Mutex
	batches [][]krt.Event[T] // all that was told
	untaken [][]krt.Event[T] // what is left of each batch, none of it empty
	log     fold.Log[T]
	told    chan struct{} // closed, and made anew, with each batch
	over    bool          // the test is
}

type recorderOptions struct {
	withoutExisting bool
	timeout         time.Duration
}

// RecorderOption sets something about a [Recorder]. Only this package makes them.
type RecorderOption func(*recorderOptions)

// WithoutExistingState makes the recorder be told of what changes only, and not of
// what is there when it is made.
func WithoutExistingState() RecorderOption {
	return func(o *recorderOptions) { o.withoutExisting = true }
}

// WithTimeout sets how long the recorder waits for events that do not come before
// it fails the test. The default is 10 seconds. In a bubble of testing/synctest no
// time passes: what does not come is known at once.
func WithTimeout(d time.Duration) RecorderOption {
	return func(o *recorderOptions) { o.timeout = d }
}

const defaultTimeout = 10 * time.Second

// NewRecorder registers a recorder with a collection. It is told of what is there
// in its first batch, and ends with the test.
func NewRecorder[T any](t Failer, c krt.Collection[T], opts ...RecorderOption) *Recorder[T] {
	t.Helper()
	r := &Recorder[T]{t: t, c: c, opt: recorderOptions{timeout: defaultTimeout}, told: make(chan struct{})}
	for _, o := range opts {
		o(&r.opt)
	}
	if r.opt.withoutExisting {
		r.log.Partial()
	}
	reg := c.RegisterBatch(r.take, !r.opt.withoutExisting)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reg = reg
	t.Cleanup(r.end)
	return r
}

// end ends the recording, and lets go of the collection.
func (r *Recorder[T]) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return
	}
	r.reg.UnregisterHandler()
	r.over, r.reg, r.c = true, nil, nil
}

// take is the handler.
func (r *Recorder[T]) take(events []krt.Event[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return
	}
	if len(events) == 0 {
		errorf(r.t, "krttest: a handler was called without an event")
		return
	}
	for _, e := range events {
		if err := r.log.Take(e); err != nil {
			errorf(r.t, "krttest: %v", err)
			continue
		}
		r.log.Showed(e, r.c.GetKey(fold.Key(e.Latest())))
	}
	r.batches = append(r.batches, events)
	r.untaken = append(r.untaken, slices.Clone(events))
	close(r.told)
	r.told = make(chan struct{})
}

// Registration returns the recorder's registration with the collection.
func (r *Recorder[T]) Registration() krt.HandlerRegistration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reg
}

// Events returns all events that the recorder was told of, in order.
func (r *Recorder[T]) Events() []krt.Event[T] { return slices.Concat(r.Batches()...) }

// Batches returns all events that the recorder was told of, by the calls that told
// it. Nothing may be changed in it.
func (r *Recorder[T]) Batches() [][]krt.Event[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.batches)
}

// Content returns what the events add up to, by key: what the collection holds, as
// far as the recorder was told. The map is the caller's.
func (r *Recorder[T]) Content() map[string]T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Content()
}

// Drain takes the events that nobody has taken and returns them. It does not wait;
// see [Recorder.WaitIdle].
func (r *Recorder[T]) Drain() []krt.Event[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := slices.Concat(r.untaken...)
	r.untaken = nil
	return all
}

// Next waits for an event that nobody has taken and takes the first one. Inside a
// batch the order of different keys means nothing.
func (r *Recorder[T]) Next() krt.Event[T] {
	r.t.Helper()
	var e krt.Event[T]
	r.wait("an event", func() bool {
		if len(r.untaken) == 0 {
			return false
		}
		e = r.pop(0)
		return true
	})
	return e
}

// NextBatch waits for an event that nobody has taken and takes all that is left of
// its batch.
func (r *Recorder[T]) NextBatch() []krt.Event[T] {
	r.t.Helper()
	var batch []krt.Event[T]
	r.wait("a batch", func() bool {
		if len(r.untaken) == 0 {
			return false
		}
		batch, r.untaken = r.untaken[0], r.untaken[1:]
		return true
	})
	return batch
}

// pop takes the i-th event that is left of the first batch. mu is held.
func (r *Recorder[T]) pop(i int) krt.Event[T] {
	e := r.untaken[0][i]
	r.untaken[0] = slices.Delete(r.untaken[0], i, i+1)
	if len(r.untaken[0]) == 0 {
		r.untaken = r.untaken[1:]
	}
	return e
}

// WaitIdle waits until everything that was changed before has reached the
// collection and the recorder (see [krt.WaitIdle]).
func (r *Recorder[T]) WaitIdle() {
	r.t.Helper()
	waitIdle(r.t, r.opt.timeout, r.c)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.log.Ahead(); err != nil {
		r.t.Fatalf("krttest: %v", err)
	}
}

// waitIdle waits until the collections are idle, and fails the test if they are
// not in time.
func waitIdle(t Failer, timeout time.Duration, cs ...krt.Syncer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := krt.WaitIdle(ctx, cs...); err != nil {
		t.Fatalf("krttest: %v", err)
	}
}

// wait waits until done returns true. It is called with mu held, at first and after
// each batch.
func (r *Recorder[T]) wait(what string, done func() bool) {
	r.t.Helper()
	if why := r.await(done); why != "" {
		r.t.Fatalf("krttest: %s waiting for %s; untaken events: %v", why, what, names(r.Drain()))
	}
}

// await is wait that returns why it gave up, and "" if it did not.
func (r *Recorder[T]) await(done func() bool) (why string) {
	timeout := time.NewTimer(r.opt.timeout)
	defer timeout.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for !done() {
		told := r.told
		r.mu.Unlock()
		select {
		case <-told:
		case <-timeout.C:
			why = "gave up after " + r.opt.timeout.String()
		}
		r.mu.Lock()
		if why != "" {
			break
		}
	}
	return why
}

// names returns the events in short.
func names[T any](events []krt.Event[T]) []string {
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = fold.Name(e)
	}
	return out
}

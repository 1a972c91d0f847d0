// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"slices"
	"sync/atomic"

	"github.com/krtkit/krtkit/krt/internal/graph"
	"github.com/krtkit/krtkit/krt/internal/trie"
)

// registration follows a collection for one handler. It is a task while there is
// something to deliver, and owns no goroutine otherwise.
type registration[T any] struct {
	s       *stream[T]
	handler func([]Event[T])
	ready   chan struct{} // closed when the handler has seen the first state
	ended   chan struct{} // closed when there will be no more deliveries
	gone    atomic.Bool   // ended is closed, or about to be
	seen    atomic.Uint64 // which of the stream's links was delivered last

	active bool // guarded by the graph's lock: a task delivers

	// Used by the task only.

	present trie.Map[*entry[T]] // what was there when the handler came
	replay  bool                // present is to be delivered
	synced  bool                // present is the first state or more
	pos     *link[T]            // last link delivered
}

// Register implements [EventStream].
func (s *stream[T]) Register(f func(o Event[T])) HandlerRegistration {
	return s.RegisterBatch(func(events []Event[T]) {
		for _, e := range events {
			f(e)
		}
	}, true)
}

// RegisterBatch implements [EventStream].
func (s *stream[T]) RegisterBatch(f func(o []Event[T]), runExistingState bool) HandlerRegistration {
	r := &registration[T]{s: s, handler: f, ready: make(chan struct{}), ended: make(chan struct{})}
	g := s.node.Lock()
	defer g.Unlock()
	r.pos = s.tail
	r.seen.Store(s.links)
	if runExistingState {
		r.present, r.replay = s.objectsAt(now), true
	}
	r.synced = s.node.Synced()
	if r.synced && !r.replay {
		r.synced = false
		close(r.ready) // there is nothing to wait for
	}
	if s.node.Stopped() {
		// What is there is all that there will be.
		r.active = true
		g.AddBusy(1)
		g.Ready(lastDelivery[T]{r})
		return r
	}
	s.regs = append(s.regs, r)
	if r.replay {
		r.wake(g)
	}
	return r
}

// lastDelivery is the task of a handler that came after the collection's end.
type lastDelivery[T any] struct{ r *registration[T] }

func (l lastDelivery[T]) Run() graph.Task {
	l.r.deliverPresent()
	g := l.r.s.node.Lock()
	l.r.end()
	g.AddBusy(-1)
	return g.UnlockNext()
}

// wake makes the registration a task, if it is not one. The graph is locked.
func (r *registration[T]) wake(g *graph.Graph) {
	if !r.active {
		r.active = true
		g.AddBusy(1)
		g.Ready(r)
	}
}

// end stops the deliveries. The graph is locked.
func (r *registration[T]) end() {
	if r.gone.CompareAndSwap(false, true) {
		close(r.ended)
	}
}

// Run implements [graph.Task]: it delivers what there is.
func (r *registration[T]) Run() graph.Task {
	r.deliverPresent()
	for {
		next := r.pos.next.Load()
		if next == nil || r.gone.Load() {
			g := r.s.node.Lock()
			if r.pos.next.Load() == nil || r.gone.Load() {
				r.active = false
				g.AddBusy(-1)
				return g.UnlockNext()
			}
			g.Unlock()
			continue
		}
		r.pos = next
		if next.synced {
			close(r.ready)
		} else {
			r.handler(events(next.changes))
		}
		r.seen.Add(1)
	}
}

// deliverPresent delivers what was there when the handler came, the first time
// that it is called.
func (r *registration[T]) deliverPresent() {
	present := r.present
	r.present = trie.Map[*entry[T]]{}
	if r.replay && present.Len() > 0 && !r.gone.Load() {
		batch := make([]Event[T], 0, present.Len())
		for e := range present.All() {
			batch = append(batch, Event[T]{New: &e.val, Event: EventAdd})
		}
		r.handler(batch)
	}
	r.replay = false
	if r.synced {
		r.synced = false
		close(r.ready)
	}
}

func events[T any](changes []change[T]) []Event[T] {
	out := make([]Event[T], len(changes))
	for i, c := range changes {
		switch {
		case c.old == nil:
			out[i] = Event[T]{New: &c.new.val, Event: EventAdd}
		case c.new == nil:
			out[i] = Event[T]{Old: &c.old.val, Event: EventDelete}
		default:
			out[i] = Event[T]{Old: &c.old.val, New: &c.new.val, Event: EventUpdate}
		}
	}
	return out
}

// UnregisterHandler implements [HandlerRegistration].
func (r *registration[T]) UnregisterHandler() {
	g := r.s.node.Lock()
	defer g.Unlock()
	if i := slices.Index(r.s.regs, r); i >= 0 {
		r.s.regs = slices.Delete(r.s.regs, i, i+1)
	}
	r.end()
}

// HasSynced implements [Syncer].
func (r *registration[T]) HasSynced() bool { return closed(r.ready) }

// WaitUntilSynced implements [Syncer].
func (r *registration[T]) WaitUntilSynced(stop <-chan struct{}) bool {
	return waitFor(r.ready, stop, r.ended)
}

// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"sync"

	"k8s.io/client-go/tools/cache"
)

// eventSink is a sink for client-go's handlers. Deletions come with the last known
// state, never as a cache.DeletedFinalStateUnknown.
type eventSink struct{ cache.ResourceEventHandler }

func (s eventSink) add(obj any, initial bool) { s.OnAdd(obj, initial) }
func (s eventSink) update(old, obj any)       { s.OnUpdate(old, obj) }
func (s eventSink) remove(_, final any)       { s.OnDelete(final) }
func (s eventSink) complete()                 {}

// subscriptionSink is a sink for subscribers of krt's kind. They get the very
// object that they have when it goes, so that they find it again.
type subscriptionSink struct {
	change func(old, obj any)
	synced func()
}

func (s subscriptionSink) add(obj any, _ bool) { s.change(nil, obj) }
func (s subscriptionSink) update(old, obj any) { s.change(old, obj) }
func (s subscriptionSink) remove(old, _ any)   { s.change(old, nil) }
func (s subscriptionSink) complete()           { s.synced() }

// HasSynced reports whether the handler has returned from all initial objects.
func (h *handler) HasSynced() bool { return cache.IsDone(h.HasSyncedChecker()) }

// HasSyncedChecker has a channel that is closed when HasSynced becomes true.
func (h *handler) HasSyncedChecker() cache.DoneChecker {
	return doneChecker{name: "handler of " + h.shared.config.Name, done: h.synced}
}

type doneChecker struct {
	name string
	done <-chan struct{}
}

func (d doneChecker) Name() string          { return d.name }
func (d doneChecker) Done() <-chan struct{} { return d.done }

// Source is a [View] that closes itself when its last subscriber has gone. It is
// what krt's collections are made of.
type Source struct {
	view *View

	mu          sync.Mutex
	subscribers int
}

// NewSource returns a source that owns the view.
func NewSource(v *View) *Source { return &Source{view: v} }

// Subscribe calls change for the objects that are present and for every change, and
// synced once, after the initial ones, as krt.Informer describes it; nil stands for
// no object. The source is closed when nobody subscribes to it any more; to
// subscribe to a closed source does nothing.
func (s *Source) Subscribe(change func(old, obj any), synced func()) (unsubscribe func()) {
	s.mu.Lock()
	s.subscribers++
	s.mu.Unlock()
	end := s.view.Subscribe(change, synced)
	return sync.OnceFunc(func() {
		end()
		s.mu.Lock()
		s.subscribers--
		last := s.subscribers == 0
		s.mu.Unlock()
		if last {
			s.view.Close()
		}
	})
}

// SPDX-License-Identifier: Apache-2.0

package informer

import "sync"

// change is one step in the history of one object. It is shared by all queues and
// never changed.
type change struct {
	key string
	// old and new are the objects in the store before and after, nil for none.
	old, new any
	// final is the last state of a deleted object.
	final any
}

// batch is what happened to the store in one step.
type batch struct {
	changes []change
	// initial says that additions belong to the state before the first sync, or
	// before the handler was added.
	initial bool
	// complete says that the state is complete once these changes are delivered.
	complete bool
	// recheck says that nothing changed but a filter: new is what the store holds.
	recheck bool
}

// sink receives the events of one handler, one at a time.
type sink interface {
	add(obj any, initial bool)
	update(old, obj any)
	// remove gets the object that the sink has, and the last known state of it.
	remove(old, final any)
	// complete is called once, after the initial state.
	complete()
}

// handler is a queue of changes and the sink at its end.
type handler struct {
	shared *Shared
	sink   sink
	// filter says what the sink may see; nil means everything.
	filter func(obj any) bool
	// has holds what the sink was last told about each object that it knows. It is
	// nil without a filter, as the store's history is then the sink's. Only the
	// delivering goroutine uses it.
	has map[string]any
	// synced is closed when the sink has the initial state.
	synced chan struct{}

	mu         sync.Mutex
	queue      []batch
	delivering bool
	closed     bool
}

func newHandler(s *Shared, to sink, filter func(obj any) bool) *handler {
	h := &handler{shared: s, sink: to, filter: filter, synced: make(chan struct{})}
	if filter != nil {
		h.has = map[string]any{}
	}
	return h
}

// enqueue appends a batch and makes sure that somebody delivers it. The caller
// holds the lock of an informer that has not stopped.
func (h *handler) enqueue(b batch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.queue = append(h.queue, b)
	if !h.delivering {
		h.delivering = true
		h.shared.deliveries.Go(h.deliver)
	}
}

// close drops what is queued; no call of the sink begins any more.
func (h *handler) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.queue = nil
}

func (h *handler) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// next returns what is queued, or false when there is nothing and the delivering
// goroutine has to end.
func (h *handler) next() ([]batch, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.queue) == 0 {
		h.delivering = false
		return nil, false
	}
	queued := h.queue
	h.queue = nil
	return queued, true
}

func (h *handler) deliver() {
	for {
		queued, ok := h.next()
		if !ok {
			return
		}
		for _, b := range queued {
			for _, c := range b.changes {
				if h.isClosed() {
					return
				}
				h.deliverChange(c, b)
			}
			if b.complete && !h.isClosed() {
				h.sink.complete()
				close(h.synced)
			}
		}
	}
}

func (h *handler) deliverChange(c change, b batch) {
	if h.filter != nil {
		h.deliverFiltered(c, b)
		return
	}
	switch {
	case c.old == nil:
		h.sink.add(c.new, b.initial)
	case c.new == nil:
		h.sink.remove(c.old, c.final)
	default:
		h.sink.update(c.old, c.new)
	}
}

func (h *handler) deliverFiltered(c change, b batch) {
	had, hasIt := h.has[c.key]
	wanted := c.new != nil && h.filter(c.new)
	switch {
	case wanted && !hasIt:
		h.has[c.key] = c.new
		h.sink.add(c.new, b.initial)
	case wanted && b.recheck:
		// The sink has it, in this very state: the queue was in order.
	case wanted:
		h.has[c.key] = c.new
		h.sink.update(had, c.new)
	case hasIt:
		delete(h.has, c.key)
		final := had
		if c.new == nil {
			final = c.final
		}
		h.sink.remove(had, final)
	}
}

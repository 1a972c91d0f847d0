// SPDX-License-Identifier: Apache-2.0

package kubefake

import (
	"context"
	"errors"
	"sync"
)

// openWatches are the watches that run.
type openWatches struct {
	mu  sync.Mutex
	set map[*openWatch]struct{} // guarded by mu
}

// open registers a watch that ends with the context.
func (o *openWatches) open(ctx context.Context, s *Server, asked Request) *openWatch {
	w := &openWatch{server: s, request: asked, changes: map[*Fault]int{}, ending: make(chan error, 1)}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.set == nil {
		o.set = map[*openWatch]struct{}{}
	}
	o.set[w] = struct{}{}
	return w
}

// end takes the watches that match out of the set and ends them.
func (o *openWatches) end(m Match, how func(*openWatch)) int {
	o.mu.Lock()
	open := make([]*openWatch, 0, len(o.set))
	for w := range o.set {
		open = append(open, w)
	}
	o.mu.Unlock()
	ended := 0
	for _, w := range open {
		// Whoever takes it out ends it, and nobody else.
		if m.matches(w.request) && o.take(w) {
			how(w)
			ended++
		}
	}
	return ended
}

func (o *openWatches) take(w *openWatch) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, ok := o.set[w]
	delete(o.set, w)
	return ok
}

// openWatch is a watch that runs. It is its own [api.Pace].
type openWatch struct {
	server  *Server
	request Request
	ctx     context.Context //nolint:containedctx // it is the watch's life
	cancel  context.CancelCauseFunc
	ending  chan error     // an error to end with; at most one is ever sent
	changes map[*Fault]int // how many there were since the fault; used by the goroutine that writes only
}

// close ends the watch as the client does. It may be called more than once.
func (w *openWatch) close() {
	w.server.watches.take(w)
	w.cancel(nil)
}

func (w *openWatch) cut() { w.cancel(errCut) }

func (w *openWatch) isCut() bool { return errors.Is(context.Cause(w.ctx), errCut) }

// Disturbs implements [api.Pace].
func (w *openWatch) Disturbs() bool { return len(w.server.faults.all()) > 0 }

// Event implements [api.Pace].
func (w *openWatch) Event(ctx context.Context, initial bool) error {
	for _, f := range w.server.faults.all() {
		if f.moment != beforeEvent || !f.match.matches(w.request) {
			continue
		}
		if err := w.apply(ctx, f, initial); err != nil {
			return err
		}
	}
	return nil
}

func (w *openWatch) apply(ctx context.Context, f *Fault, initial bool) error {
	changes := w.changes[f]
	if !initial {
		w.changes[f]++
	}
	if f.due != nil && !f.due(changes, initial) || !f.take() {
		return nil
	}
	return f.act(ctx)
}

// End implements [api.Pace].
func (w *openWatch) End() <-chan error { return w.ending }

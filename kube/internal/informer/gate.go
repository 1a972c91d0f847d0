// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"context"
	"sync"
)

// Gate says whether the API server serves a resource.
type Gate interface {
	// Follow calls f as soon as it is known whether the resource is served, and
	// whenever that changes, one call after the other, until unfollow is called. A call
	// that is under way then may still end. f does not block.
	Follow(f func(served bool)) (unfollow func())
}

// gateState is what the gate last said.
type gateState struct {
	changed chan struct{} // has something in it if state is news

	mu     sync.Mutex
	known  bool
	served bool
}

func (g *gateState) set(served bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known && g.served == served {
		return
	}
	g.known, g.served = true, served
	select {
	case g.changed <- struct{}{}:
	default: // whoever comes to that will see this too
	}
}

func (g *gateState) get() (known, served bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.known, g.served
}

// whileServed fills the store while the resource is served, until the context ends.
// What is not served has no objects: those that were cached are deleted, and an empty
// store is a complete one. What finish does, see listAndWatch.
func (s *Shared) whileServed(ctx context.Context) (finish func()) {
	state := &gateState{changed: make(chan struct{}, 1)}
	unfollow := s.config.Gate.Follow(state.set)
	defer unfollow()
	finish = func() {}
	for ctx.Err() == nil {
		known, served := state.get()
		switch {
		case known && served:
			finish()
			s.progress.serve(true)
			finish = s.untilWithdrawn(ctx, state)
			continue
		case known:
			s.progress.serve(false)
			if err := (writer{s}).Replace(nil, ""); err != nil {
				s.config.Logger.Error("cache cannot be emptied", "informer", s.config.Name, "error", err)
			}
		}
		select {
		case <-ctx.Done():
		case <-state.changed:
		}
	}
	return finish
}

// untilWithdrawn is listAndWatch for as long as the resource is served.
func (s *Shared) untilWithdrawn(ctx context.Context, state *gateState) (finish func()) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		finish = s.listAndWatch(ctx)
	}()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-state.changed:
			if _, served := state.get(); !served {
				cancel()
			}
		}
	}
	<-ended
	return finish
}

// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"sync"

	"github.com/krtkit/krtkit/krt"
)

// stopper stops collections that belong together.
type stopper struct {
	ch  chan struct{}
	now func() // further calls do nothing

	mu sync.Mutex
	of []krt.Syncer
}

func newStopper() *stopper {
	s := &stopper{ch: make(chan struct{})}
	s.now = sync.OnceFunc(func() { close(s.ch) })
	return s
}

// stops adds something that is stopped.
func (s *stopper) stops(c krt.Syncer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of = append(s.of, c)
}

// synced reports whether all that is stopped is synced.
func (s *stopper) synced() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.of {
		if !c.HasSynced() {
			return false
		}
	}
	return true
}

// SPDX-License-Identifier: Apache-2.0

package crd

import "sync"

// serial calls functions one after the other, in the order in which they were given to
// it, in a goroutine that is there while there are any.
type serial struct {
	running sync.WaitGroup

	mu    sync.Mutex
	queue []func()
	busy  bool
}

func (s *serial) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, f)
	if !s.busy {
		s.busy = true
		s.running.Go(s.run)
	}
}

func (s *serial) run() {
	for {
		s.mu.Lock()
		if len(s.queue) == 0 {
			s.busy = false
			s.mu.Unlock()
			return
		}
		f := s.queue[0]
		s.queue = s.queue[1:]
		s.mu.Unlock()
		f()
	}
}

// wait waits until nothing is called any more. Nothing must be added meanwhile.
func (s *serial) wait() { s.running.Wait() }

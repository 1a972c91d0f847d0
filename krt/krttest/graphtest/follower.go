// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"fmt"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/internal/fold"
)

// follower is a handler that puts together again what it is told.
type follower struct {
	n       *node
	partial bool // it was not told of what was there when it came
	reg     krt.HandlerRegistration

	mu    sync.Mutex
	log   fold.Log[thing]
	wrong []string
}

// follow registers a follower with a node.
func follow(n *node, existing bool) *follower {
	f := &follower{n: n, partial: !existing}
	if f.partial {
		f.log.Partial()
	}
	f.reg = n.c.RegisterBatch(func(events []krt.Event[thing]) {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, e := range events {
			if err := f.log.Take(e); err != nil {
				f.wrong = append(f.wrong, fmt.Sprintf("handler of node %v: %v", n, err))
			}
			f.log.Showed(e, n.c.GetKey(e.Latest().Name))
		}
	}, existing)
	return f
}

// inspect returns what is wrong with what the follower was told, which is all that
// there is to be told.
func (f *follower) inspect() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	wrong := f.wrong
	if f.n.stop != nil {
		return wrong // it may have been cut off at any time
	}
	if err := f.log.Ahead(); err != nil {
		wrong = append(wrong, fmt.Sprintf("handler of node %v: %v", f.n, err))
	}
	if f.partial {
		return wrong
	}
	if diff := cmp.Diff(byName(f.n.c.List()), f.log.Content()); diff != "" {
		wrong = append(wrong, fmt.Sprintf("handler of node %v: content mismatch (-listed +told):\n%s", f.n, diff))
	}
	return wrong
}

// SPDX-License-Identifier: Apache-2.0

package store

import (
	"sync/atomic"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// Cursor reads the changes of a table. It belongs to one goroutine.
type Cursor struct {
	t    *Table
	read atomic.Uint64 // the resourceVersion up to which everything is read
}

// Watch returns a cursor on the changes after the resourceVersion, or [ErrExpired].
func (t *Table) Watch(after uint64) (*Cursor, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.closed {
		return nil, ErrClosed
	}
	if after < t.log.since {
		return nil, ErrExpired
	}
	return t.cursor(after), nil
}

// ListAndWatch returns what [Table.List] does, and a cursor on the changes after it.
func (t *Table) ListAndWatch(namespace string) ([]*object.Item, uint64, *Cursor, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.closed {
		return nil, 0, nil, ErrClosed
	}
	return within(t.sorted(), namespace), t.s.version, t.cursor(t.s.version), nil
}

func (t *Table) cursor(after uint64) *Cursor {
	c := &Cursor{t: t}
	c.read.Store(after)
	t.log.cursors[c] = struct{}{}
	return c
}

// Next returns the changes since the last call, and the resourceVersion up to which that is everything. If there are
// none it also returns a channel that is closed when it is worth asking again. It fails with [ErrExpired] when changes
// are lost, and with [ErrClosed] when there will be no more.
func (c *Cursor) Next() (events []*Event, upTo uint64, more <-chan struct{}, err error) {
	c.t.s.mu.RLock()
	defer c.t.s.mu.RUnlock()
	events, err = c.t.log.after(c.read.Load())
	if err != nil {
		return nil, 0, nil, err
	}
	if len(events) == 0 {
		if c.t.closed {
			return nil, 0, nil, ErrClosed
		}
		c.t.log.waiting.Store(true)
		more = c.t.log.wake
	}
	c.read.Store(c.t.s.version)
	return events, c.t.s.version, more, nil
}

// Close lets the table forget the cursor.
func (c *Cursor) Close() {
	c.t.s.mu.Lock()
	defer c.t.s.mu.Unlock()
	delete(c.t.log.cursors, c)
}

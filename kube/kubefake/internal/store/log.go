// SPDX-License-Identifier: Apache-2.0

package store

import (
	"slices"
	"sync/atomic"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

const (
	// Kept is how many changes of a resource are remembered for watches that come back.
	Kept = 4096
	// MaxBehind is how many changes a watch may be behind before it is ended.
	MaxBehind = 1 << 17
)

// Event is one change of one object.
type Event struct {
	// Version is the resourceVersion of the change.
	Version uint64
	// Item is the object afterwards; for a deletion its last state, with the resourceVersion of the deletion.
	Item *object.Item
	// Prev is the object before, nil for a new one.
	Prev *object.Item
	// Deleted says that the object is gone.
	Deleted bool
}

// Left returns the object as it was before the change, with the change's resourceVersion: what a watch is told whose
// selector it no longer matches.
func (e *Event) Left() *object.Item {
	if e.Deleted {
		return e.Item
	}
	// Building this variant cannot fail.
	left, _ := e.Item.Variant("left", func() (*object.Item, error) {
		return object.NewItem(e.Prev.Kind, object.WithResourceVersion(e.Prev.Object, e.Item.Object.GetResourceVersion())), nil
	})
	return left
}

// log is the latest changes of a table, in order. It is guarded by the store's lock, except for waiting.
type log struct {
	events  []*Event
	since   uint64 // changes up to this resourceVersion are forgotten
	trimAt  int
	cursors map[*Cursor]struct{}
	wake    chan struct{}
	waiting *atomic.Bool // set under the read lock by those who wait for wake
}

func newLog(since uint64) log {
	return log{
		since: since, trimAt: 2 * Kept, cursors: map[*Cursor]struct{}{},
		wake: make(chan struct{}), waiting: new(atomic.Bool),
	}
}

func (l *log) append(e *Event) {
	l.events = append(l.events, e)
	if len(l.events) >= l.trimAt {
		l.trim()
	}
	l.wakeAll()
}

func (l *log) wakeAll() {
	if l.waiting.Swap(false) {
		close(l.wake)
		l.wake = make(chan struct{})
	}
}

// trim forgets the oldest changes, but for MaxBehind keeps those that a cursor has yet to read.
func (l *log) trim() {
	floor := l.events[len(l.events)-1-Kept].Version
	for c := range l.cursors {
		floor = min(floor, c.read.Load())
	}
	if len(l.events) > MaxBehind {
		floor = max(floor, l.events[len(l.events)-1-MaxBehind].Version)
	}
	// Cursors may be reading the old array, so the rest moves to a new one.
	l.events = slices.Clone(l.events[l.position(floor):])
	l.since = max(l.since, floor)
	l.trimAt = len(l.events) + Kept
}

func (l *log) compact(version uint64) {
	for c := range l.cursors {
		if l.position(c.read.Load()) == len(l.events) {
			c.read.Store(version)
		}
	}
	l.events, l.since, l.trimAt = nil, version, 2*Kept
	l.wakeAll()
}

// position returns the index of the first change after the resourceVersion.
func (l *log) position(version uint64) int {
	i, _ := slices.BinarySearchFunc(l.events, version, func(e *Event, v uint64) int {
		if e.Version <= v {
			return -1
		}
		return 1
	})
	return i
}

func (l *log) after(version uint64) ([]*Event, error) {
	if version < l.since {
		return nil, ErrExpired
	}
	return l.events[l.position(version):], nil
}

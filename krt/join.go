// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

// JoinCollection returns the union of collections of one type. Of objects with the
// same key, the one of the collection that comes first in cs is there. What is
// shown is the winner: if that goes, and another has the key, handlers are told of
// an update. The slice is copied; no collections make an empty, synced one.
func JoinCollection[T any](cs []Collection[T], opts ...CollectionOption) Collection[T] {
	return newJoin(cs, nil, buildOptions(fmt.Sprintf("Join[%T]", *new(T)), opts))
}

// JoinWithMergeCollection returns the union of collections of one type, in which
// merge makes one object of all that have the same key. It is given one or more of
// them, in the order of cs, whenever one changes, and returns an object with that
// key, or nil for none. It must be pure and not keep the slice. Handlers are told
// when the result is not equal to the one before.
func JoinWithMergeCollection[T any](cs []Collection[T], merge func(ts []T) *T, opts ...CollectionOption) Collection[T] {
	return newJoin(cs, merge, buildOptions(fmt.Sprintf("JoinWithMerge[%T]", *new(T)), opts))
}

// WithJoinUnchecked says that no two collections of a join have a key in common. It
// is accepted for programs that say so; joins are as fast without it.
func WithJoinUnchecked() CollectionOption {
	return func(*collectionOptions) {}
}

// join holds, for each key, the entry of the first member that has the key, or what
// was merged of all of them.
type join[T any] struct {
	stream[T]
	members []*cursor[T]
	merge   func([]T) *T // nil if the first member wins
	loaded  bool
	result  staged[T]
}

func newJoin[T any](cs []Collection[T], merge func([]T) *T, o collectionOptions) Collection[T] {
	j := &join[T]{merge: merge}
	j.init(o, j)
	for _, c := range cs {
		m := &cursor[T]{s: c.core()}
		j.members = append(j.members, m)
		if _, err := graph.Connect(j.node, m.s.node, m); err != nil {
			panic(fmt.Errorf("krt: %w", err)) // a new collection cannot be read by its parent
		}
	}
	j.node.StopOn(o.stop)
	j.node.Start()
	return j
}

// Prepare implements [graph.Body].
func (j *join[T]) Prepare() bool {
	var b batch[T]
	b.begin(&j.stream)
	at := j.node.At()
	done := map[string]bool{}
	// visit brings a key up to date; again says that it was deleted and made again in
	// that member.
	visit := func(key string, member int, again bool) {
		if done[key] {
			return
		}
		done[key] = true
		old, had := b.get(key)
		e, only := j.outcome(at, key)
		switch {
		case e == nil && had:
			b.remove(old)
		case e == nil || e == old:
		case had && again && only == member:
			b.remove(old)
			b.add(change[T]{new: e})
		case had && j.merge != nil && equal(&old.val, &e.val):
		default:
			b.add(change[T]{old: old, new: e})
		}
	}
	for i, m := range j.members {
		if !j.loaded {
			for e := range m.s.objectsAt(at).All() {
				visit(e.key, i, false)
			}
			continue
		}
		m.changes(func(c mergedChange[T]) { visit(c.key(), i, c.again) })
	}
	if j.result = (staged[T]{link: b.finish()}); j.result.link != nil {
		j.amend(&j.result)
	}
	return true
}

// outcome returns the entry that belongs to the key, or nil, and the one member
// that it depends on: the first that has the key, or the only one if they are
// merged; -1 if there is none such.
func (j *join[T]) outcome(at uint64, key string) (*entry[T], int) {
	var held []T
	only := -1
	for i, m := range j.members {
		e, ok := m.s.getAt(at, key)
		if !ok {
			continue
		}
		if j.merge == nil {
			return e, i
		}
		if held = append(held, e.val); len(held) == 1 {
			only = i
		} else {
			only = -1
		}
	}
	if len(held) == 0 {
		return nil, -1
	}
	merged := j.merge(held)
	if merged == nil {
		return nil, -1
	}
	e := newEntry(*merged)
	if e.key != key {
		panic(fmt.Sprintf("krt: join %q: the merge of objects with key %q has key %q: it must keep the key", j.node.Name(), key, e.key))
	}
	return e, only
}

// Amend implements [graph.Body].
func (j *join[T]) Amend() { j.amend(&j.result) }

// Commit implements [graph.Body].
func (j *join[T]) Commit(g *graph.Graph) bool {
	if j.result.link != nil && !j.commit(g, &j.result) {
		return false
	}
	j.result = staged[T]{}
	j.loaded = true
	for _, m := range j.members {
		m.advance()
	}
	return true
}

// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"slices"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

// JoinCollection returns the union of collections of one type. Of objects with the
// same key, the one of the collection that comes first in cs is there. What is
// shown is the winner: if that goes, and another has the key, handlers are told of
// an update. The slice is copied; no collections make an empty, synced one.
func JoinCollection[T any](cs []Collection[T], opts ...CollectionOption) Collection[T] {
	j := &join[T]{}
	o := buildOptions(fmt.Sprintf("Join[%T]", *new(T)), opts)
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

// join holds, for each key, the entry of the first member that has the key.
type join[T any] struct {
	stream[T]
	members []*cursor[T]
	loaded  bool
	result  staged[T]
}

// Prepare implements [graph.Body].
func (j *join[T]) Prepare() bool {
	var b batch[T]
	b.begin(&j.stream)
	at := j.node.At()
	if !j.loaded {
		for _, m := range slices.Backward(j.members) {
			for e := range m.s.objectsAt(at).All() {
				j.show(&b, e, false)
			}
		}
	} else {
		done := map[string]bool{}
		for i, m := range j.members {
			m.changes(func(c mergedChange[T]) {
				key := c.key()
				if done[key] {
					return
				}
				done[key] = true
				winner, from := j.winner(at, key)
				if winner != nil {
					j.show(&b, winner, c.again && from == i)
				} else if old, ok := b.get(key); ok {
					b.remove(old)
				}
			})
		}
	}
	if j.result = (staged[T]{link: b.finish()}); j.result.link != nil {
		j.amend(&j.result)
	}
	return true
}

// winner returns the first member's entry with the key, and which member that is.
func (j *join[T]) winner(at uint64, key string) (*entry[T], int) {
	for i, m := range j.members {
		if e, ok := m.s.getAt(at, key); ok {
			return e, i
		}
	}
	return nil, -1
}

// show makes the entry the one that is in the join. The entry is shared with the
// member; so nothing changes if it is the same one.
func (j *join[T]) show(b *batch[T], e *entry[T], again bool) {
	old, ok := b.get(e.key)
	switch {
	case old == e:
	case ok && again:
		b.remove(old)
		b.add(change[T]{new: e})
	case b.last(e.key) != nil:
		b.last(e.key).new = e
	default:
		b.add(change[T]{old: old, new: e})
	}
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

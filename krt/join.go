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
	return newJoin("join", cs, nil, buildOptions(fmt.Sprintf("Join[%T]", *new(T)), opts))
}

// JoinWithMergeCollection returns the union of collections of one type, in which
// merge makes one object of all that have the same key. It is given one or more of
// them, in the order of cs, whenever one changes, and returns an object with that
// key, or nil for none. It must be pure and not keep the slice. Handlers are told
// when the result is not equal to the one before.
func JoinWithMergeCollection[T any](cs []Collection[T], merge func(ts []T) *T, opts ...CollectionOption) Collection[T] {
	return newJoin("merge join", cs, merge, buildOptions(fmt.Sprintf("JoinWithMerge[%T]", *new(T)), opts))
}

// WithJoinUnchecked says that no two collections of a join have a key in common.
// Joins are as fast without it; with [EnableAssertions] the promise is checked.
func WithJoinUnchecked() CollectionOption {
	return func(o *collectionOptions) { o.unchecked = true }
}

// join holds, for each key, the entry of the first member that has the key, or what
// was merged of all of them.
type join[T any] struct {
	stream[T]
	merge  func([]T) *T // nil if the first member wins
	apart  bool         // the members have no key in common, says who made the join
	faults faults

	// Used by runs only.

	members []*member[T]
	loaded  bool
	result  staged[T]
	cause   Cause  // of the run under way
	calls   uint64 // how many keys were looked at in it
	idle    uint64 // how many of them were as before

	history history // guarded by the graph's lock
}

// member is a collection that a join reads.
type member[T any] struct {
	cursor[T]
	edge *graph.Edge
}

func newJoin[T any](kind string, cs []Collection[T], merge func([]T) *T, o collectionOptions) Collection[T] {
	j := &join[T]{merge: merge, apart: o.unchecked}
	j.faults.init(o)
	j.init(kind, o, j, j)
	guardEqual(&j.stream, &j.faults)
	for _, c := range cs {
		m := &member[T]{cursor: cursor[T]{s: c.core()}}
		m.edge = mustConnect(j.node, m.s.node, m)
		j.members = append(j.members, m)
	}
	j.open(o, j.dump)
	j.node.Start()
	return j
}

// mustConnect makes a new collection read another one.
func mustConnect(child, parent *graph.Node, cursor graph.Cursor) *graph.Edge {
	e, err := graph.Connect(child, parent, cursor)
	if err != nil {
		panic(fmt.Errorf("krt: %w", err)) // a new collection cannot be read by its parent
	}
	return e
}

// Prepare implements [graph.Body].
func (j *join[T]) Prepare() bool {
	p := j.pass(j.members)
	for _, m := range j.members {
		if j.loaded {
			p.changes(m)
		} else {
			p.everything(m)
		}
	}
	j.stage(p)
	return true
}

// pass is one pass over the keys that a run has to look at.
type pass[T any] struct {
	j       *join[T]
	at      uint64
	members []*member[T]
	batch   batch[T]
	done    map[string]bool
	fresh   map[*member[T]]map[string]bool // what newIn returned
}

func (j *join[T]) pass(members []*member[T]) *pass[T] {
	j.cause, j.calls, j.idle = Cause{First: !j.loaded}, 0, 0
	p := &pass[T]{j: j, at: j.node.At(), members: members, done: map[string]bool{}}
	p.batch.begin(&j.stream)
	return p
}

// changes looks at what changed in a member.
func (p *pass[T]) changes(m *member[T]) {
	m.changes(func(c mergedChange[T]) {
		noteChange(&p.j.cause, m.s.node, c.key())
		p.visit(c.key(), m, c.again)
	})
}

// everything looks at all that a member holds.
func (p *pass[T]) everything(m *member[T]) {
	for e := range m.s.objectsAt(p.at).All() {
		p.visit(e.key, m, false)
	}
}

// visit brings a key up to date; again says that it was deleted and made again in
// the member.
func (p *pass[T]) visit(key string, m *member[T], again bool) {
	if p.done[key] {
		return
	}
	p.done[key] = true
	p.j.calls++
	old, had := p.batch.get(key)
	e, ok := p.outcome(key)
	switch {
	case !ok || e == old || e == nil && !had:
		p.j.idle++
	case e == nil:
		p.batch.remove(old)
	case had && again && !p.stayed(key, m):
		p.batch.remove(old)
		p.batch.add(change[T]{new: e})
	case had && p.j.merge != nil && p.j.equal(&old.val, &e.val):
		p.j.idle++
	default:
		p.batch.add(change[T]{old: old, new: e})
	}
}

// stayed reports whether a member other than m has the key, and has had it all the
// time since the run before.
func (p *pass[T]) stayed(key string, m *member[T]) bool {
	for _, other := range p.members {
		if other == m || !slices.Contains(p.j.members, other) {
			continue
		}
		if _, has := other.s.getAt(p.at, key); has && !p.newIn(other)[key] {
			return true
		}
	}
	return false
}

// newIn returns the keys that came to the member since the run before, among them
// those that had gone before.
func (p *pass[T]) newIn(m *member[T]) map[string]bool {
	if keys, ok := p.fresh[m]; ok {
		return keys
	}
	if p.fresh == nil {
		p.fresh = map[*member[T]]map[string]bool{}
	}
	keys := map[string]bool{}
	m.changes(func(c mergedChange[T]) {
		if c.old == nil || c.again {
			keys[c.key()] = true
		}
	})
	p.fresh[m] = keys
	return keys
}

// outcome returns the entry that belongs to the key, or nil. It is not ok if that
// cannot be found out.
func (p *pass[T]) outcome(key string) (e *entry[T], ok bool) {
	var held []T
	for _, m := range p.members {
		found, has := m.s.getAt(p.at, key)
		switch {
		case !has:
		case p.j.merge != nil:
			held = append(held, found.val)
		case EnableAssertions && p.j.apart && e != nil:
			panic("Join collection has overlapping keys in unchecked mode: " + key)
		case EnableAssertions && p.j.apart:
			e = found // is it the only one?
		default:
			return found, true
		}
	}
	if len(held) == 0 {
		return e, true
	}
	return p.j.merged(key, held)
}

// merged returns what the objects with the key are merged to, or nil.
func (j *join[T]) merged(key string, held []T) (e *entry[T], ok bool) {
	merge := func() {
		merged := j.merge(held)
		if merged == nil {
			return
		}
		if made := newEntry(*merged); made.key == key {
			e = made
		} else {
			panic(fmt.Sprintf("krt: join %q: the merge of objects with key %q has key %q: it must keep the key", j.node.Name(), key, made.key))
		}
	}
	if j.faults.handler != nil {
		ok = j.faults.contain(key, merge)
		return e, ok
	}
	merge()
	return e, true
}

// stage makes the result of a pass the result of the run.
func (j *join[T]) stage(p *pass[T]) {
	j.result = p.batch.finish()
	j.Amend()
}

// Amend implements [graph.Body].
func (j *join[T]) Amend() {
	if j.result.link != nil {
		j.amend(&j.result)
	}
}

// Commit implements [graph.Body].
func (j *join[T]) Commit(g *graph.Graph) bool {
	if !j.commitResult(g) {
		return false
	}
	j.loaded = true
	for _, m := range j.members {
		m.advance()
	}
	return true
}

func (j *join[T]) commitResult(g *graph.Graph) bool {
	if j.result.link != nil && !j.commit(g, &j.result) {
		return false
	}
	j.result = staged[T]{}
	j.history.add(j.cause, j.calls, j.idle)
	return true
}

// Loaded implements [graph.Body].
func (j *join[T]) Loaded() bool { return j.loaded }

// SPDX-License-Identifier: Apache-2.0

package krt

import "github.com/krtkit/krtkit/krt/internal/trie"

// batch collects the changes of one commit. They are made in the stream's state by
// the commit, or, if there are many, at once in a state beside it, which takes its
// place.
type batch[T any] struct {
	s      *stream[T]
	before trie.Map[*entry[T]]
	link   *link[T] // nil while there are no changes

	changes int // that were made, also of what had been changed already

	places places // of changes; not always all of them

	owner uint64              // of what after does not share with before; 0 while there are few
	after trie.Map[*entry[T]] // if there are many
}

// begin makes the batch one of changes to what the stream holds now. Only the
// stream's writer may call it.
func (b *batch[T]) begin(s *stream[T]) {
	*b = batch[T]{s: s, before: s.live.objects}
}

// expect says that there will be about n changes.
func (b *batch[T]) expect(n int) {
	if n > inPlace {
		b.link = &link[T]{changes: make([]change[T], 0, n)}
		b.build()
	}
}

// build begins the state beside.
func (b *batch[T]) build() {
	b.owner, b.after = b.s.owners.Add(1), b.before
	for _, c := range b.link.changes {
		c.apply(&b.after, b.owner)
	}
}

// get returns the object with the key as it will be after the changes so far.
func (b *batch[T]) get(key string) (*entry[T], bool) { return b.find(trie.Hash(key), key) }

// find is get for a caller that knows the key's hash.
func (b *batch[T]) find(hash uint64, key string) (*entry[T], bool) {
	if b.owner != 0 {
		return b.after.Find(hash, key)
	}
	if i := b.place(hash, key); i >= 0 {
		e := b.link.changes[i].new
		return e, e != nil
	}
	return b.before.Find(hash, key)
}

// place returns the place of the last change to the key, or -1 if there is none.
func (b *batch[T]) place(hash uint64, key string) int {
	if b.link == nil {
		return -1
	}
	changes := b.link.changes
	return placeOf(&b.places, len(changes), func(i int) *entry[T] { return changes[i].latest() }, hash, key)
}

// add adds a change to a key that none was added for yet, or an addition after a
// deletion.
func (b *batch[T]) add(c change[T]) {
	b.changes++
	if b.link == nil {
		b.link = oneChange(c)
		return
	}
	b.link.changes = append(b.link.changes, c)
	switch {
	case b.owner != 0:
		c.apply(&b.after, b.owner)
	case len(b.link.changes) > inPlace:
		b.build()
	}
}

// put makes the entry the object with its key, unless an equal one of the same
// input is there. It returns the one that it replaced, if any.
func (b *batch[T]) put(e *entry[T]) (replaced *entry[T]) {
	if b.before.Len() == 0 && b.owner != 0 {
		// Most likely there is none.
		old, ok := b.after.Put(b.owner, e)
		if !ok {
			b.changes++
			b.link.changes = append(b.link.changes, change[T]{new: e})
			return nil
		}
		b.after.Put(b.owner, old)
	}
	old, ok := b.find(e.hash, e.key)
	if !ok {
		b.add(change[T]{new: e})
		return nil
	}
	if old.from == e.from && b.s.equal(&old.val, &e.val) {
		return nil
	}
	if was, ok := b.before.Find(e.hash, e.key); ok && was == old {
		b.add(change[T]{old: old, new: e})
		return old
	}
	// It was put by this batch.
	b.changes++
	c := &b.link.changes[b.place(e.hash, e.key)]
	if c.new = e; b.owner != 0 {
		b.after.Put(b.owner, e)
	}
	return old
}

// replace is put for a caller that knows the object with the key, which was there
// before the batch, and still is.
func (b *batch[T]) replace(old, e *entry[T]) {
	if old.from != e.from || !b.s.equal(&old.val, &e.val) {
		b.add(change[T]{old: old, new: e})
	}
}

// remove takes out an object that was there before the batch, and still is.
func (b *batch[T]) remove(e *entry[T]) { b.add(change[T]{old: e}) }

// finish ends the batch and returns its changes, ready to be amended and
// committed. The link is nil if there are none.
func (b *batch[T]) finish() staged[T] {
	var st staged[T]
	if b.link != nil && len(b.link.changes) > 0 {
		st.link = b.link
		if b.owner != 0 {
			st.built, st.owner = &state[T]{objects: b.after}, b.owner
		}
	}
	*b = batch[T]{}
	return st
}

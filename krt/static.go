// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"sync"

	"github.com/krtkit/krtkit/krt/internal/trie"
)

// StaticCollection is a collection that its owner fills and changes. Copies are
// the same collection. The zero value cannot be used; see [NewStaticCollection].
//
// A change is visible to readers when the method that makes it returns; handlers
// and derived collections follow. The methods wait for none of them, and changes
// of several goroutines happen one after the other. After the collection was
// stopped they do nothing.
//
// While a change is made, other changes of the same collection wait, readers do
// not. The objects' Equals and the functions of indexes are called then; they must
// not change the collection.
type StaticCollection[T any] struct {
	*staticCollection[T]
}

type staticCollection[T any] struct {
	stream[T]
	writing sync.Mutex // held by the one goroutine that makes a change
}

// NewStaticCollection returns a collection of the values. Of values with the same
// key, the last one counts. It is synced when synced is; nil means at once.
func NewStaticCollection[T any](synced Syncer, vals []T, opts ...CollectionOption) StaticCollection[T] {
	startSynced := synced == nil || synced.HasSynced()
	s := newStatic("static", startSynced, vals, buildOptions(fmt.Sprintf("Static[%T]", *new(T)), opts))
	if !startSynced {
		go func() {
			if synced.WaitUntilSynced(s.node.Done()) {
				s.markSynced()
			}
		}()
	}
	return s
}

// newStatic returns a collection that is synced from the start, or when it is
// marked as synced.
func newStatic[T any](kind string, startSynced bool, vals []T, o collectionOptions) StaticCollection[T] {
	s := &staticCollection[T]{}
	s.init(kind, o, s, nil)
	s.live.objects = newEntries(s.owner, vals) // nobody can look yet
	if startSynced {
		s.markSynced()
	}
	s.open(o, s.dump)
	return StaticCollection[T]{s}
}

// newEntries returns the values as entries; of those with the same key, the last one
// counts. The entries are made in the order in which they are found in maps, so that
// those who read them all, now or ever, find one after the other in memory.
func newEntries[T any](owner uint64, vals []T) (m trie.Map[*entry[T]]) {
	keys, hashes := make([]string, len(vals)), make([]uint64, len(vals))
	for i := range vals {
		keys[i] = keyOf(&vals[i])
		hashes[i] = trie.Hash(keys[i])
	}
	entries := make([]*entry[T], len(vals))
	for i := range entries {
		entries[i] = new(entry[T])
	}
	for i, place := range trie.Places(hashes) {
		e := entries[place]
		e.key, e.hash, e.val = keys[i], hashes[i], vals[i]
	}
	for _, e := range entries {
		m.Put(owner, e)
	}
	return m
}

func (s *stream[T]) markSynced() {
	g := s.node.Lock()
	defer g.Unlock()
	g.MarkSynced(s.node)
}

// Synced returns what says that the collection is synced.
func (s StaticCollection[T]) Synced() Syncer { return s.staticCollection }

// UpdateObject adds the object, or replaces the one with the same key. Handlers
// are told in any case, also of an object that is equal to the one before.
func (s StaticCollection[T]) UpdateObject(obj T) {
	e := newEntry(obj)
	s.writing.Lock()
	defer s.writing.Unlock()
	old, _ := s.live.objects.Find(e.hash, e.key)
	s.commitNow(staged[T]{link: oneChange(change[T]{old: old, new: e})})
}

// ConditionalUpdateObject is UpdateObject, but does nothing if an equal object is
// there.
func (s StaticCollection[T]) ConditionalUpdateObject(obj T) {
	e := newEntry(obj)
	s.update(func(b *batch[T]) { b.put(e) })
}

// DeleteObject removes the object with the key, if there is one.
func (s StaticCollection[T]) DeleteObject(k string) {
	s.update(func(b *batch[T]) {
		if e, ok := b.get(k); ok {
			b.remove(e)
		}
	})
}

// DeleteObjects removes the objects for which filter returns true, in one commit.
// The filter is called with no lock held; an object that is changed meanwhile
// stays.
func (s StaticCollection[T]) DeleteObjects(filter func(obj T) bool) {
	var chosen []*entry[T]
	for e := range s.objectsAt(now).All() {
		if filter(e.val) {
			chosen = append(chosen, e)
		}
	}
	s.update(func(b *batch[T]) {
		for _, e := range chosen {
			if still, ok := b.get(e.key); ok && still == e {
				b.remove(e)
			}
		}
	})
}

// Reset makes the collection hold exactly these objects, in one commit. Handlers
// are told of the difference; an object that is equal to the one before is none.
// Of objects with the same key, the last one counts.
func (s StaticCollection[T]) Reset(newState []T) {
	s.take(Update[T]{Replace: true, Put: newState})
}

// update makes one commit of the changes that f collects.
func (s *staticCollection[T]) update(f func(b *batch[T])) {
	s.writing.Lock()
	defer s.writing.Unlock()
	var b batch[T]
	b.begin(&s.stream)
	f(&b)
	if st := b.finish(); st.link != nil {
		s.commitNow(st)
	}
}

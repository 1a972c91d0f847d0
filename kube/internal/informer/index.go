// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"maps"
	"slices"
	"sync/atomic"
)

// index finds the objects of a store by keys that a function takes from them.
// The informer's locks guard it.
type index struct {
	extract func(obj any) []string
	buckets map[string]*bucket // by index key
	// keys holds the index keys of each object, so that leaving the index does not
	// depend on extract answering as it did before.
	keys map[string][]string
}

// bucket holds the objects under one index key.
type bucket struct {
	objects map[string]any // by store key
	// ordered holds them by store key, for as long as they stay the same; nil until
	// somebody asks.
	ordered atomic.Pointer[[]any]
}

func newIndex(extract func(obj any) []string) *index {
	return &index{extract: extract, buckets: map[string]*bucket{}, keys: map[string][]string{}}
}

// set makes the object with the store key found under exactly these index keys;
// under none if obj is nil.
func (ix *index) set(storeKey string, obj any, keys []string) {
	if before := ix.keys[storeKey]; obj != nil && len(before) > 0 && slices.Equal(before, keys) {
		for _, k := range keys {
			b := ix.buckets[k]
			b.ordered.Store(nil)
			b.objects[storeKey] = obj
		}
		return
	}
	for _, k := range ix.keys[storeKey] {
		b, ok := ix.buckets[k]
		if !ok {
			continue // the object named the key twice
		}
		b.ordered.Store(nil)
		if delete(b.objects, storeKey); len(b.objects) == 0 {
			delete(ix.buckets, k)
		}
	}
	if obj == nil || len(keys) == 0 {
		delete(ix.keys, storeKey)
		return
	}
	ix.keys[storeKey] = slices.Clone(keys)
	for _, k := range keys {
		b := ix.buckets[k]
		if b == nil {
			b = &bucket{objects: make(map[string]any, 1)}
			ix.buckets[k] = b
		}
		b.ordered.Store(nil)
		b.objects[storeKey] = obj
	}
}

// lookup returns the objects under an index key, ordered by store key. The slice must not
// be changed.
func (ix *index) lookup(key string) []any {
	b := ix.buckets[key]
	if b == nil {
		return nil
	}
	if known := b.ordered.Load(); known != nil {
		return *known
	}
	found := make([]any, 0, len(b.objects))
	for _, storeKey := range slices.Sorted(maps.Keys(b.objects)) {
		found = append(found, b.objects[storeKey])
	}
	b.ordered.Store(&found)
	return found
}

// size returns how many objects there are under an index key.
func (ix *index) size(key string) int {
	b := ix.buckets[key]
	if b == nil {
		return 0
	}
	return len(b.objects)
}

// each calls visit with the objects under an index key.
func (ix *index) each(key string, visit func(obj any)) {
	b := ix.buckets[key]
	if b == nil {
		return
	}
	for _, obj := range b.objects {
		visit(obj)
	}
}

// addIndex makes an index of everything that is stored, and keeps it.
func (s *Shared) addIndex(extract func(obj any) []string) *index {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.indexBy(extract)
}

// indexBy is addIndex for who holds writing.
func (s *Shared) indexBy(extract func(obj any) []string) *index {
	ix := newIndex(extract)
	for _, obj := range s.store.List() {
		ix.set(keyOf(obj), obj, extract(obj))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.indexes = append(s.indexes, ix)
	return ix
}

// removeIndexes forgets indexes; a lookup in one finds nothing any more.
func (s *Shared) removeIndexes(gone []*index) {
	if len(gone) == 0 {
		return
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.indexes = slices.DeleteFunc(s.indexes, func(ix *index) bool { return slices.Contains(gone, ix) })
	for _, ix := range gone {
		clear(ix.buckets)
		clear(ix.keys)
	}
}

// lookup returns the objects under an index key, ordered by store key. The slice must not
// be changed.
func (s *Shared) lookup(ix *index, key string) []any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return ix.lookup(key)
}

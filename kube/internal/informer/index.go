// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"slices"
	"strings"
)

// index finds the objects of a store by keys that a function takes from them.
// The informer's locks guard it.
type index struct {
	extract func(obj any) []string
	// entries holds the objects by index key and by store key.
	entries map[string]map[string]any
	// keys holds the index keys of each object, so that leaving the index does not
	// depend on extract answering as it did before.
	keys map[string][]string
}

func newIndex(extract func(obj any) []string) *index {
	return &index{extract: extract, entries: map[string]map[string]any{}, keys: map[string][]string{}}
}

// set makes the object with the store key found under exactly these index keys;
// under none if obj is nil.
func (ix *index) set(storeKey string, obj any, keys []string) {
	for _, k := range ix.keys[storeKey] {
		delete(ix.entries[k], storeKey)
		if len(ix.entries[k]) == 0 {
			delete(ix.entries, k)
		}
	}
	if obj == nil || len(keys) == 0 {
		delete(ix.keys, storeKey)
		return
	}
	ix.keys[storeKey] = slices.Clone(keys)
	for _, k := range keys {
		entry := ix.entries[k]
		if entry == nil {
			entry = make(map[string]any, 1)
			ix.entries[k] = entry
		}
		entry[storeKey] = obj
	}
}

// lookup returns the objects under an index key, ordered by store key.
func (ix *index) lookup(key string) []any {
	entry := ix.entries[key]
	if len(entry) == 0 {
		return nil
	}
	type item struct {
		storeKey string
		obj      any
	}
	items := make([]item, 0, len(entry))
	for k, obj := range entry {
		items = append(items, item{k, obj})
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.storeKey, b.storeKey) })
	found := make([]any, len(items))
	for i, it := range items {
		found[i] = it.obj
	}
	return found
}

// addIndex makes an index of everything that is stored, and keeps it.
func (s *Shared) addIndex(extract func(obj any) []string) *index {
	s.writing.Lock()
	defer s.writing.Unlock()
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
		clear(ix.entries)
		clear(ix.keys)
	}
}

func (s *Shared) lookup(ix *index, key string) []any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return ix.lookup(key)
}

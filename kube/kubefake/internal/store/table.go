// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"maps"
	"slices"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// Table holds the objects of one resource. Its methods are safe for concurrent use.
type Table struct {
	s *Store

	// The following are guarded by s.mu.
	items    map[Key]*object.Item
	keys     []Key          // the keys of items and of some that were removed
	unsorted bool           // keys were added at the end of keys
	list     []*object.Item // the items by key, nil when it must be made anew
	log      log
	closed   bool
}

func newTable(s *Store, since uint64) *Table {
	return &Table{s: s, items: map[Key]*object.Item{}, log: newLog(since)}
}

// Get returns the object, nil when there is none.
func (t *Table) Get(key Key) *object.Item {
	t.s.mu.RLock()
	defer t.s.mu.RUnlock()
	return t.items[key]
}

// Create adds an object and returns it with its resourceVersion. With dryRun it only says what would happen.
func (t *Table) Create(it *object.Item, dryRun bool) (*object.Item, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.closed {
		return nil, ErrClosed
	}
	key := KeyOf(it.Object)
	if err := t.s.namespaceErr(key.Namespace); err != nil {
		return nil, err
	}
	if t.items[key] != nil {
		return nil, ErrExists
	}
	if dryRun {
		return it, nil
	}
	return t.put(nil, it), nil
}

// Update replaces the item that the caller saw by one with the same key, and returns the new one. An object that is
// marked as deleted and has no finalizers left is removed instead.
func (t *Table) Update(seen, it *object.Item, dryRun bool) (*object.Item, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if err := t.check(seen); err != nil {
		return nil, err
	}
	if dryRun {
		return it, nil
	}
	if finished(it.Object) {
		return t.removeAndEnd(seen, it.Object), nil
	}
	return t.put(seen, it), nil
}

// Delete removes the item that the caller saw, and returns it as it was, with the resourceVersion of its end.
func (t *Table) Delete(seen *object.Item, dryRun bool) (*object.Item, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if err := t.check(seen); err != nil {
		return nil, err
	}
	if dryRun {
		return seen, nil
	}
	return t.removeAndEnd(seen, seen.Object), nil
}

// DeleteNamespace replaces the namespace that the caller saw by the one that is marked as deleted, deletes what is in it
// (objects with finalizers are marked by the function) and removes it when nothing holds it. It returns the marked
// namespace.
func (t *Table) DeleteNamespace(seen, marked *object.Item, mark func(*object.Item) object.Object, dryRun bool) (*object.Item, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if err := t.check(seen); err != nil {
		return nil, err
	}
	if dryRun {
		return marked, nil
	}
	out := t.put(seen, marked)
	t.s.emptyNamespace(marked.Object.GetName(), mark)
	t.s.endNamespace(marked.Object.GetName())
	return out, nil
}

func (t *Table) check(seen *object.Item) error {
	switch now := t.items[KeyOf(seen.Object)]; {
	case t.closed:
		return ErrClosed
	case now == nil:
		return ErrMissing
	case now != seen:
		return ErrStale
	}
	return nil
}

// put stores the item in the place of prev, which is nil for a new one. The caller holds the lock.
func (t *Table) put(prev, it *object.Item) *object.Item {
	version, text := t.s.next()
	it.Object.SetResourceVersion(text)
	key := KeyOf(it.Object)
	t.items[key] = it
	t.list = nil
	if prev == nil {
		t.keys = append(t.keys, key)
		t.unsorted = true
	}
	t.log.append(&Event{Version: version, Item: it, Prev: prev})
	t.s.relate(t, prev, it)
	return it
}

// remove takes the item out; last is the object as it is when it goes. The caller holds the lock.
func (t *Table) remove(prev *object.Item, last object.Object) *object.Item {
	version, text := t.s.next()
	it := object.NewItem(prev.Kind, object.WithResourceVersion(last, text))
	delete(t.items, KeyOf(last))
	t.list = nil
	t.log.append(&Event{Version: version, Item: it, Prev: prev, Deleted: true})
	t.s.relate(t, prev, nil)
	return it
}

func (t *Table) removeAndEnd(prev *object.Item, last object.Object) *object.Item {
	it := t.remove(prev, last)
	t.s.endNamespace(last.GetNamespace())
	return it
}

// holds reports whether anything of the table is in the namespace. The caller holds the lock.
func (t *Table) holds(namespace string) bool {
	for key := range t.items {
		if key.Namespace == namespace {
			return true
		}
	}
	return false
}

// sorted returns the items by namespace and name. The caller holds the lock for writing and must not change the slice.
func (t *Table) sorted() []*object.Item {
	if t.list != nil {
		return t.list
	}
	if t.unsorted {
		slices.SortFunc(t.keys, compareKeys)
		t.keys = slices.Compact(t.keys)
		t.unsorted = false
	}
	if len(t.keys) != len(t.items) {
		t.keys = slices.DeleteFunc(t.keys, func(key Key) bool { return t.items[key] == nil })
	}
	t.list = make([]*object.Item, len(t.keys))
	for i, key := range t.keys {
		t.list[i] = t.items[key]
	}
	return t.list
}

func sortItems(items map[Key]*object.Item) []*object.Item {
	out := make([]*object.Item, 0, len(items))
	for _, it := range items {
		out = append(out, it)
	}
	slices.SortFunc(out, func(a, b *object.Item) int { return compareKeys(KeyOf(a.Object), KeyOf(b.Object)) })
	return out
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

// List returns the items of one namespace, or all for "", by namespace and name, and the resourceVersion that they
// belong to. The slice must not be changed.
func (t *Table) List(namespace string) ([]*object.Item, uint64, error) {
	t.s.mu.RLock()
	items, version, closed := t.list, t.s.version, t.closed
	t.s.mu.RUnlock()
	if closed {
		return nil, 0, ErrClosed
	}
	if items == nil {
		t.s.mu.Lock()
		items, version = t.sorted(), t.s.version
		t.s.mu.Unlock()
	}
	return within(items, namespace), version, nil
}

func within(items []*object.Item, namespace string) []*object.Item {
	if namespace == "" {
		return items
	}
	at := func(ns string) int {
		i, _ := slices.BinarySearchFunc(items, ns, func(it *object.Item, ns string) int {
			return cmp.Compare(it.Object.GetNamespace(), ns)
		})
		return i
	}
	return items[at(namespace):at(namespace+"\x00")]
}

// ListAt returns the items as they were at an earlier resourceVersion, or [ErrExpired].
func (t *Table) ListAt(namespace string, version uint64) ([]*object.Item, error) {
	t.s.mu.RLock()
	defer t.s.mu.RUnlock()
	if t.closed {
		return nil, ErrClosed
	}
	later, err := t.log.after(version)
	if err != nil {
		return nil, err
	}
	then := maps.Clone(t.items)
	for _, e := range slices.Backward(later) {
		if e.Prev == nil {
			delete(then, KeyOf(e.Item.Object))
		} else {
			then[KeyOf(e.Prev.Object)] = e.Prev
		}
	}
	return within(sortItems(then), namespace), nil
}

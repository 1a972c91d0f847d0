// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// place is where an object is.
type place struct {
	table *Table
	key   Key
}

// Loose is an object that garbage collection has to look at: it is gone, waits for its dependents, or has other owners
// than before.
type Loose struct {
	// Table is where the object is or was.
	Table *Table
	// Item is the object as it was before it went or lost an owner, or as it is.
	Item *object.Item
	// Gone is true when the object does not exist any more.
	Gone bool
}

// Dependent is an object that names another one as its owner.
type Dependent struct {
	Table *Table
	Item  *object.Item
}

// WaitsForDependents reports whether the object is deleted but stays until its dependents are dealt with.
func WaitsForDependents(obj object.Object) bool {
	return obj.GetDeletionTimestamp() != nil && slices.ContainsFunc(obj.GetFinalizers(), IsCollectorFinalizer)
}

// IsCollectorFinalizer reports whether garbage collection is to remove the finalizer.
func IsCollectorFinalizer(f string) bool {
	return f == metav1.FinalizerDeleteDependents || f == metav1.FinalizerOrphanDependents
}

// relate notes what the change of an object means for its owners and dependents. prev is nil for a new object, it for one
// that is gone. The caller holds the lock.
func (s *Store) relate(t *Table, prev, it *object.Item) {
	before, after := ownersOf(prev), ownersOf(it)
	changed := !slices.EqualFunc(before, after, sameOwner)
	if changed {
		s.index(t, prev, before, it, after)
	}
	switch {
	case it == nil:
		if len(before) > 0 || len(s.dependents[prev.Object.GetUID()]) > 0 {
			s.loosen(Loose{Table: t, Item: prev, Gone: true})
		}
	case WaitsForDependents(it.Object):
		s.loosen(Loose{Table: t, Item: it})
	case changed && len(before) > 0:
		s.loosen(Loose{Table: t, Item: prev})
	}
}

func (s *Store) index(t *Table, prev *object.Item, before []metav1.OwnerReference, it *object.Item, after []metav1.OwnerReference) {
	for _, ref := range before {
		set := s.dependents[ref.UID]
		delete(set, place{t, KeyOf(prev.Object)})
		if len(set) == 0 {
			delete(s.dependents, ref.UID)
		}
	}
	for _, ref := range after {
		set := s.dependents[ref.UID]
		if set == nil {
			set = map[place]struct{}{}
			s.dependents[ref.UID] = set
		}
		set[place{t, KeyOf(it.Object)}] = struct{}{}
	}
}

func (s *Store) loosen(l Loose) {
	s.loose = append(s.loose, l)
	s.isLoose.Store(true)
}

func ownersOf(it *object.Item) []metav1.OwnerReference {
	if it == nil {
		return nil
	}
	return it.Object.GetOwnerReferences()
}

func sameOwner(a, b metav1.OwnerReference) bool {
	blocks := func(r metav1.OwnerReference) bool { return r.BlockOwnerDeletion != nil && *r.BlockOwnerDeletion }
	return a.UID == b.UID && blocks(a) == blocks(b)
}

// TakeLoose returns what garbage collection has to look at since the last call, in the order in which it happened.
func (s *Store) TakeLoose() []Loose {
	if !s.isLoose.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	loose := s.loose
	s.loose = nil
	s.isLoose.Store(false)
	return loose
}

// Dependents returns the objects that name the owner as theirs, by kind, namespace and name. Those that cannot belong to
// it, because they are in another namespace, are left out.
func (s *Store) Dependents(owner object.Object) []Dependent {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Dependent
	for at := range s.dependents[owner.GetUID()] {
		if it := at.table.items[at.key]; it != nil && (owner.GetNamespace() == "" || owner.GetNamespace() == at.key.Namespace) {
			out = append(out, Dependent{at.table, it})
		}
	}
	slices.SortFunc(out, func(a, b Dependent) int {
		return cmp.Or(cmp.Compare(a.Item.Kind.GVK.String(), b.Item.Kind.GVK.String()), compareKeys(KeyOf(a.Item.Object), KeyOf(b.Item.Object)))
	})
	return out
}

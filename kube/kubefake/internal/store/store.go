// SPDX-License-Identifier: Apache-2.0

package store

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// Why the store refuses something.
var (
	// ErrExists means that there is an object with this key.
	ErrExists = errors.New("object exists")
	// ErrMissing means that there is no object with this key.
	ErrMissing = errors.New("object does not exist")
	// ErrStale means that the object is not the one that the caller saw.
	ErrStale = errors.New("object has changed")
	// ErrNoNamespace means that the object's namespace does not exist.
	ErrNoNamespace = errors.New("namespace does not exist")
	// ErrNamespaceEnding means that the object's namespace is being deleted.
	ErrNamespaceEnding = errors.New("namespace is being deleted")
	// ErrExpired means that the log no longer has the changes that are asked for.
	ErrExpired = errors.New("resource version is too old")
	// ErrClosed means that the table is gone.
	ErrClosed = errors.New("resource is no longer served")
)

// Key names an object in its table.
type Key struct{ Namespace, Name string }

// KeyOf returns the key of an object.
func KeyOf(obj object.Object) Key {
	return Key{Namespace: obj.GetNamespace(), Name: obj.GetName()}
}

// Store is a set of tables under one resourceVersion. Its methods are safe for concurrent use.
type Store struct {
	mu         sync.RWMutex
	version    uint64                                 // guarded by mu: the resourceVersion of the latest change
	compacted  uint64                                 // guarded by mu: what Compact forgot
	dropped    map[schema.GroupVersionResource]uint64 // guarded by mu: when tables were dropped
	tables     map[schema.GroupVersionResource]*Table // guarded by mu
	namespaces *Table

	dependents map[types.UID]map[place]struct{} // guarded by mu: who names whom as an owner
	loose      []Loose                          // guarded by mu: what garbage collection has not seen yet
	isLoose    atomic.Bool                      // whether there is any
}

// New returns a store without objects.
func New() *Store {
	s := &Store{
		version: 1,
		tables:  map[schema.GroupVersionResource]*Table{},
		dropped: map[schema.GroupVersionResource]uint64{},

		dependents: map[types.UID]map[place]struct{}{},
	}
	s.namespaces = s.Table(corev1.SchemeGroupVersion.WithResource("namespaces"))
	return s
}

// Table returns the table of a resource, making an empty one where there is none.
func (s *Store) Table(gvr schema.GroupVersionResource) *Table {
	s.mu.RLock()
	t := s.tables[gvr]
	s.mu.RUnlock()
	if t != nil {
		return t
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tables[gvr]; t != nil {
		return t
	}
	t = newTable(s, max(s.compacted, s.dropped[gvr]))
	s.tables[gvr] = t
	return t
}

// Namespaces returns the table of the namespaces, which decide where objects can be created.
func (s *Store) Namespaces() *Table { return s.namespaces }

// Version returns the resourceVersion of the latest change.
func (s *Store) Version() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.version
}

// Compact forgets all logs, as a real server's compaction does: resourceVersions before the present one are too old from
// now on. Cursors that have read everything go on; the others fail.
func (s *Store) Compact() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.compacted = s.version
	for _, t := range s.tables {
		t.log.compact(s.version)
	}
}

// Drop ends a table: its objects are deleted, and its cursors end after they have read that.
func (s *Store) Drop(gvr schema.GroupVersionResource) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[gvr]
	if t == nil {
		return
	}
	delete(s.tables, gvr)
	for _, it := range t.sorted() {
		t.remove(it, it.Object)
	}
	t.closed = true
	t.log.wakeAll()
	s.dropped[gvr] = s.version
	for _, ns := range s.namespaces.sorted() {
		s.endNamespace(ns.Object.GetName())
	}
}

func (s *Store) next() (uint64, string) {
	s.version++
	return s.version, strconv.FormatUint(s.version, 10)
}

// namespaceErr says whether objects can be created in the namespace. The caller holds the lock.
func (s *Store) namespaceErr(name string) error {
	if name == "" {
		return nil
	}
	ns := s.namespaces.items[Key{Name: name}]
	switch {
	case ns == nil:
		return ErrNoNamespace
	case ns.Object.GetDeletionTimestamp() != nil:
		return ErrNamespaceEnding
	}
	return nil
}

// emptyNamespace deletes what is in the namespace; objects with finalizers are marked only. The caller holds the lock.
func (s *Store) emptyNamespace(name string, mark func(*object.Item) object.Object) {
	for _, t := range s.tables {
		for _, it := range slices.Clone(t.sorted()) {
			switch {
			case it.Object.GetNamespace() != name || t == s.namespaces:
			case len(it.Object.GetFinalizers()) == 0:
				t.remove(it, it.Object)
			case it.Object.GetDeletionTimestamp() == nil:
				t.put(it, object.NewItem(it.Kind, mark(it)))
			}
		}
	}
}

// endNamespace removes the namespace if it is being deleted and nothing holds it any more. The caller holds the lock.
func (s *Store) endNamespace(name string) {
	it := s.namespaces.items[Key{Name: name}]
	if it == nil || it.Object.GetDeletionTimestamp() == nil {
		return
	}
	for _, t := range s.tables {
		if t != s.namespaces && t.holds(name) {
			return
		}
	}
	ns := it.Object.(*corev1.Namespace)
	if slices.Contains(ns.Spec.Finalizers, corev1.FinalizerKubernetes) {
		ns = ns.DeepCopy()
		ns.Spec.Finalizers = slices.DeleteFunc(ns.Spec.Finalizers, func(f corev1.FinalizerName) bool {
			return f == corev1.FinalizerKubernetes
		})
		it = s.namespaces.put(it, object.NewItem(it.Kind, ns))
	}
	if finished(ns) {
		s.namespaces.remove(it, ns)
	}
}

// finished reports whether the object is deleted and nothing holds it any more: no finalizer and no grace period.
func finished(obj object.Object) bool {
	grace := obj.GetDeletionGracePeriodSeconds()
	if obj.GetDeletionTimestamp() == nil || len(obj.GetFinalizers()) > 0 || grace != nil && *grace > 0 {
		return false
	}
	ns, ok := obj.(*corev1.Namespace)
	return !ok || len(ns.Spec.Finalizers) == 0
}

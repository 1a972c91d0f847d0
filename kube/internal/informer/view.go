// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/util/sets"
)

// Lease is the right to use a shared informer.
type Lease interface {
	// Start starts the informer, unless it has started.
	Start(stop <-chan struct{})
	// Release gives the right back. It may be called more than once.
	Release()
}

// View is what one client has of a shared informer: its filter, its handlers and
// its indexes.
type View struct {
	shared *Shared
	filter kubetypes.DynamicObjectFilter // nil lets everything through
	lease  Lease                         // nil for the informer's own view

	stopFilter func()

	mu       sync.Mutex // taken before the locks of shared
	handlers map[*handler]struct{}
	indexes  []*index
	onClose  []func()
	closed   bool
}

// NewView returns a view of the informer. It owns the lease.
func NewView(s *Shared, filter kubetypes.DynamicObjectFilter, lease Lease) *View {
	v := &View{shared: s, filter: filter, lease: lease, handlers: map[*handler]struct{}{}, stopFilter: func() {}}
	if filter != nil {
		v.stopFilter = kubetypes.SubscribeToFilter(filter, v.namespacesChanged)
	}
	return v
}

// Start starts the informer, unless it has started.
func (v *View) Start(stop <-chan struct{}) {
	if v.lease != nil {
		v.lease.Start(stop)
	}
}

// Close ends the view's handlers and indexes and gives up its share of the
// informer. Reads go on to answer from what is cached. It may be called more than
// once.
func (v *View) Close() {
	v.mu.Lock()
	if v.closed {
		v.mu.Unlock()
		return
	}
	v.closed = true
	v.removeAll()
	indexes, onClose := v.indexes, v.onClose
	v.indexes, v.onClose = nil, nil
	v.mu.Unlock()
	for _, f := range onClose {
		f()
	}
	v.stopFilter()
	v.shared.removeIndexes(indexes)
	if v.lease != nil {
		v.lease.Release()
	}
}

// OnClose has f called when the view is closed, at once if it is.
func (v *View) OnClose(f func()) {
	v.mu.Lock()
	closed := v.closed
	if !closed {
		v.onClose = append(v.onClose, f)
	}
	v.mu.Unlock()
	if closed {
		f()
	}
}

// Get returns the object, nil if there is none that passes the filter. A name that
// is already joined with its namespace, as in "shop/cart", needs no namespace.
func (v *View) Get(name, namespace string) any {
	key := name
	if namespace != "" {
		key = namespace + "/" + name
	}
	obj, exists, err := v.shared.store.GetByKey(key)
	if err != nil || !exists || !v.passes(obj) {
		return nil
	}
	return obj
}

// List returns the objects in the namespace, or in all of them if it is empty, that
// the selector selects and the filter lets through. The slice is the caller's.
func (v *View) List(namespace string, selector klabels.Selector) []any {
	found := v.ListUnfiltered(namespace, selector)
	if v.filter == nil {
		return found
	}
	return slices.DeleteFunc(found, func(obj any) bool { return !v.filter.Filter(obj) })
}

// ListUnfiltered is List without the filter.
func (v *View) ListUnfiltered(namespace string, selector klabels.Selector) []any {
	if selector == nil || selector.Empty() {
		return v.shared.inNamespace(namespace)
	}
	return slices.DeleteFunc(v.shared.candidates(namespace, selector), func(obj any) bool { return !selects(selector, obj) })
}

func selects(selector klabels.Selector, obj any) bool {
	m, err := meta.Accessor(obj)
	return err == nil && selector.Matches(klabels.Set(m.GetLabels()))
}

func (v *View) passes(obj any) bool {
	return v.filter == nil || v.filter.Filter(obj)
}

// inNamespace returns the objects of a namespace; all objects if it is empty. The slice
// is the caller's.
func (s *Shared) inNamespace(namespace string) []any {
	if namespace == "" {
		return s.store.List()
	}
	found, err := s.store.ByIndex(cache.NamespaceIndex, namespace)
	if err != nil {
		return nil // there is always such an index
	}
	return found
}

// HasSyncedIgnoringHandlers reports whether the cache holds a complete state.
func (v *View) HasSyncedIgnoringHandlers() bool { return v.shared.HasSynced() }

// HasSynced reports whether, in addition, every handler of the view has returned
// from its initial objects.
func (v *View) HasSynced() bool {
	if !v.shared.HasSynced() {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for h := range v.handlers {
		if !h.HasSynced() {
			return false
		}
	}
	return true
}

// AddEventHandler has the handler called with everything that passes the filter.
// If the informer has stopped, or the view is closed, it is never called and the
// registration never synced.
func (v *View) AddEventHandler(h cache.ResourceEventHandler) cache.ResourceEventHandlerRegistration {
	return v.add(eventSink{h})
}

// Subscribe calls change as krt.Informer describes it, with nil for no object.
func (v *View) Subscribe(change func(old, obj any), synced func()) (unsubscribe func()) {
	h := v.add(subscriptionSink{change: change, synced: synced})
	return func() { v.remove(h) }
}

func (v *View) add(to sink) *handler {
	var filter func(any) bool
	if v.filter != nil {
		filter = v.filter.Filter
	}
	h := newHandler(v.shared, to, filter)
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.closed {
		v.handlers[h] = struct{}{}
		v.shared.addHandler(h)
	}
	return h
}

// ShutdownHandlers ends all handlers of the view; none is called any more, apart
// from calls that are under way.
func (v *View) ShutdownHandlers() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.removeAll()
}

func (v *View) removeAll() {
	for h := range v.handlers {
		v.shared.removeHandler(h)
	}
	clear(v.handlers)
}

// ShutdownHandler ends one handler. Registrations of others are left alone.
func (v *View) ShutdownHandler(registration cache.ResourceEventHandlerRegistration) {
	if h, ok := registration.(*handler); ok {
		v.remove(h)
	}
}

func (v *View) remove(h *handler) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.handlers[h]; ok {
		delete(v.handlers, h)
		v.shared.removeHandler(h)
	}
}

// namespacesChanged has every handler ask the filter again about the objects of
// these namespaces, and about the namespaces themselves.
func (v *View) namespacesChanged(selected, deselected sets.String) {
	names := make(sets.String, len(selected)+len(deselected))
	for name := range selected {
		names[name] = struct{}{}
	}
	for name := range deselected {
		names[name] = struct{}{}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.handlers) > 0 {
		v.shared.recheck(names, v.handlers)
	}
}

func (s *Shared) recheck(namespaces sets.String, handlers map[*handler]struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	b := batch{recheck: true, initial: !s.isSynced}
	for name := range namespaces {
		if name == "" {
			continue
		}
		for _, obj := range s.inNamespace(name) {
			b.changes = append(b.changes, change{key: keyOf(obj), new: obj})
		}
		// Objects without a namespace are filtered by their own name if they are
		// namespaces; asking about others changes nothing.
		if obj, exists, err := s.store.GetByKey(name); err == nil && exists {
			b.changes = append(b.changes, change{key: name, new: obj})
		}
	}
	if len(b.changes) == 0 {
		return
	}
	for h := range handlers {
		h.enqueue(b)
	}
}

// Index finds objects of a view by keys that a function takes from them.
type Index struct {
	view *View
	ix   *index
}

// AddIndex makes an index of the cached objects and keeps it current. Every call
// makes a new one, which belongs to this view alone.
func (v *View) AddIndex(extract func(obj any) []string) *Index {
	ix := v.shared.addIndex(extract)
	v.mu.Lock()
	closed := v.closed
	if !closed {
		v.indexes = append(v.indexes, ix)
	}
	v.mu.Unlock()
	if closed {
		v.shared.removeIndexes([]*index{ix})
	}
	return &Index{view: v, ix: ix}
}

// Lookup returns the objects under the key that pass the filter, ordered by
// namespace and name; nil if there are none. The slice is the caller's.
func (i *Index) Lookup(key string) []any {
	found := i.view.shared.lookup(i.ix, key)
	if i.view.filter == nil {
		return slices.Clone(found)
	}
	var passed []any
	for _, obj := range found {
		if i.view.passes(obj) {
			passed = append(passed, obj)
		}
	}
	return passed
}

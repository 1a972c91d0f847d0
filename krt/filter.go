// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"slices"
)

// FetchOption narrows down what a [Fetch] returns. Several options narrow down
// together; of two that set the same, the later one counts. Only this package
// makes them.
type FetchOption func(*dependency)

// dependency is what a Fetch asks for, and hence which changes concern it.
type dependency struct {
	byKey  bool // only objects with the key, or with one of the keys
	byKeys bool
	anyOf  bool     // the key of the index is one of the keys; see eachKey
	index  any      // *indexDef[T] of the collection's type, or nil
	key    string   // of the object, or of the index if there is one
	keys   []string // the same

	byLabels   bool
	bySelector bool
	nonEmpty   bool              // a selector that asks for nothing selects nothing
	labels     map[string]string // the object has all of these
	selects    map[string]string // the object's selector asks for a part of these

	generic func(any) bool
	same    func(o, n any) bool // changes between objects that are the same to it do not count
}

// setKeys sets which objects are asked for by their keys. It leaves the key of an index
// alone.
func (d *dependency) setKeys(byKey bool, key string, byKeys bool, keys []string) {
	if d.byKey, d.byKeys = byKey, byKeys; d.index == nil {
		d.key, d.keys = key, keys
	}
}

// setIndex sets which objects are asked for by the keys of an index.
func (d *dependency) setIndex(index any, key string, anyOf bool, keys []string) {
	d.index, d.key, d.anyOf, d.keys = index, key, anyOf, keys
}

// FilterKey asks for the object with the key.
func FilterKey(k string) FetchOption {
	return func(d *dependency) { d.setKeys(true, k, false, nil) }
}

// FilterKeys asks for the objects with the keys, in the order of the keys. With no
// argument at all it asks for everything; with an empty slice, for nothing.
func FilterKeys(k ...string) FetchOption {
	if k == nil {
		return func(d *dependency) { d.setKeys(false, "", false, nil) }
	}
	keys := slices.Clone(k)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	return func(d *dependency) { d.setKeys(false, "", true, keys) }
}

// FilterObjectName asks for the Kubernetes object with the name, such as a
// NamespacedName of k8s.io/apimachinery; an empty namespace is that of cluster-wide
// objects.
func FilterObjectName[N ~struct{ Namespace, Name string }](name N) FetchOption {
	n := struct{ Namespace, Name string }(name)
	if n.Namespace == "" {
		return FilterKey(n.Name)
	}
	return FilterKey(n.Namespace + "/" + n.Name)
}

// FilterIndex asks for the objects that have the key in an index of the
// collection. It cannot be combined with a filter by key.
func FilterIndex[K comparable, I any](idx Index[K, I], k K) FetchOption {
	def, key := idx.definition(), idx.keyString(k)
	return func(d *dependency) { d.setIndex(def, key, false, nil) }
}

// FilterIndexes asks for the objects that have at least one of the keys in an index
// of the collection; each of them once. No keys ask for nothing. It cannot be combined
// with a filter by key.
func FilterIndexes[K comparable, I any](idx Index[K, I], ks ...K) FetchOption {
	def := idx.definition()
	keys := make([]string, len(ks))
	for i, k := range ks {
		keys[i] = idx.keyString(k)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	return func(d *dependency) { d.setIndex(def, "", true, keys) }
}

// FilterLabel asks for objects that have all of these labels. A nil map asks for
// everything. The map must not change afterwards.
func FilterLabel(lbls map[string]string) FetchOption {
	return func(d *dependency) { d.byLabels, d.labels = lbls != nil, lbls }
}

// FilterSelects asks for objects that select something with these labels. An
// object that selects by nothing selects everything. A nil map asks for every
// object. The map must not change afterwards.
func FilterSelects(lbls map[string]string) FetchOption {
	return func(d *dependency) { d.bySelector, d.selects, d.nonEmpty = lbls != nil, lbls, false }
}

// FilterSelectsNonEmpty is FilterSelects, but an object that selects by nothing
// selects nothing, and a nil map is an empty one.
func FilterSelectsNonEmpty(lbls map[string]string) FetchOption {
	return func(d *dependency) { d.bySelector, d.selects, d.nonEmpty = true, lbls, true }
}

// FilterGeneric asks for objects for which f returns true. f is given what the
// collection holds. It is kept, and called for every change to the collection by
// any goroutine, so it must be pure and what it captured must not change.
func FilterGeneric(f func(any) bool) FetchOption {
	return func(d *dependency) { d.generic = f }
}

// apply sets what the options ask for, of a collection whose filters look at what
// augment makes of an object, if it is not nil.
func (d *dependency) apply(opts []FetchOption, augment func(any) any) {
	for _, opt := range opts {
		opt(d)
	}
	if d.index != nil && (d.byKey || d.byKeys) {
		panic("cannot filter by index and key")
	}
	if augment != nil {
		d.augment(augment)
	}
}

// augment makes the filters that look at objects look at augmented ones. They become
// one filter, of which nothing is known but what it says.
func (d *dependency) augment(augment func(any) any) {
	if !d.byLabels && !d.bySelector && d.generic == nil {
		return
	}
	filters := dependency{
		byLabels: d.byLabels, labels: d.labels, bySelector: d.bySelector, selects: d.selects, nonEmpty: d.nonEmpty, generic: d.generic,
	}
	d.byLabels, d.labels, d.bySelector, d.selects, d.nonEmpty = false, nil, false, nil, false
	d.generic = func(o any) bool { return admitsRest(&filters, &entry[any]{val: augment(o)}) }
}

// eachKey returns the dependencies that together are d, which asks for several keys of
// an index: one for each of them.
func (d *dependency) eachKey() []dependency {
	out := make([]dependency, len(d.keys))
	for i, k := range d.keys {
		out[i] = *d
		out[i].setIndex(d.index, k, false, nil)
	}
	return out
}

// keyOnly reports whether all that is asked for is a key, of the object or of an index,
// or if nothing at all is asked for.
func (d *dependency) keyOnly() bool {
	return !d.byKeys && !d.anyOf && !d.byLabels && !d.bySelector && d.generic == nil && d.same == nil
}

// keyOf returns what the key is of that is asked for; see [table].
func (d *dependency) keyOf() any {
	switch {
	case d.index != nil:
		return d.index
	case d.byKey:
		return objectKeys{}
	default:
		return everything{}
	}
}

// comparable reports whether two dependencies can be found to be equal.
func (d *dependency) comparable() bool { return d.generic == nil && d.same == nil }

// admits reports whether the object is one that is asked for.
func admits[T any](d *dependency, e *entry[T]) bool {
	if d.byKey && e.key != d.key {
		return false
	}
	if d.byKeys {
		if _, ok := slices.BinarySearch(d.keys, e.key); !ok {
			return false
		}
	}
	if d.index != nil && !slices.Contains(d.index.(*indexDef[T]).extract(&e.val), d.key) {
		return false // of several keys, each is asked for by itself
	}
	return admitsRest(d, e)
}

// admitsRest is admits without the filters by key and index.
func admitsRest[T any](d *dependency, e *entry[T]) bool {
	if d.bySelector {
		selector := selectorOf(&e.val)
		if d.nonEmpty && len(selector) == 0 || !contains(d.selects, selector) {
			return false
		}
	}
	if d.byLabels && !contains(labelsOf(&e.val), d.labels) {
		return false
	}
	return d.generic == nil || d.generic(e.val)
}

// concerns reports whether a change can make a difference to what is asked for.
func concerns[T any](d *dependency, c change[T]) bool {
	before := c.old != nil && admits(d, c.old)
	after := c.new != nil && admits(d, c.new)
	if before && after && d.same != nil {
		return !d.same(c.old.val, c.new.val)
	}
	return before || after
}

// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"maps"
	"slices"

	"github.com/krtkit/krtkit/krt/internal/trie"
)

// Fetch returns the objects of a collection that pass all filters, and makes the
// running transformation depend on them: it is run again when the result may have
// changed. Without a filter that is on every change to the collection. The slice
// is the caller's, the objects are shared. Its order is that of the keys for
// [FilterKeys], and undefined otherwise.
//
// All that one run fetches, from whatever collections, is as of one moment. The
// first Fetch of a collection waits until that is synced. If something that the
// run has read changes meanwhile, Fetch does not return: it ends the run as
// [runtime.Goexit] would, and the transformation is called anew.
//
// It panics if ctx is nil.
func Fetch[T any](ctx HandlerContext, cc Collection[T], opts ...FetchOption) []T {
	if ctx == nil {
		panic("Fetch() requires a valid context")
	}
	s := cc.core()
	switch r := ctx.run(); {
	case r == nil:
		return read(reading[T]{s: s, at: now}, opts)
	case r.view != nil:
		return read(reading[T]{s: s, frozen: r.view.state(s.node).(*frozen[T])}, opts)
	default:
		e := edgeTo(r, s)
		return fetch(reading[T]{s: s, e: e, at: r.reader.node.At()}, r.record(e, opts, s.augment))
	}
}

// FetchOne is [Fetch] for what can be at most one object. It returns nil if there
// is none, and panics if there are several.
func FetchOne[T any](ctx HandlerContext, c Collection[T], opts ...FetchOption) *T {
	switch found := Fetch(ctx, c, opts...); len(found) {
	case 0:
		return nil
	case 1:
		return &found[0]
	default:
		panic("FetchOne found for more than 1 item")
	}
}

// FetchKey returns the object with the key, or nil, and makes the running
// transformation depend on it. It is FetchOne with [FilterKey], without the
// detours.
func FetchKey[T any](ctx HandlerContext, c Collection[T], key string) *T {
	return FetchOne(ctx, c, FilterKey(key))
}

// FetchOrList is [Fetch], or a plain read without a dependency if ctx is nil.
func FetchOrList[T any](ctx HandlerContext, cc Collection[T], opts ...FetchOption) []T {
	if ctx == nil {
		ctx = TestingDummyContext{}
	}
	return Fetch(ctx, cc, opts...)
}

// reading is a collection as a Fetch reads it: as of a moment, or frozen.
type reading[T any] struct {
	s      *stream[T]
	e      *edge[T] // knows indexes by label and selector; nil if there is none
	at     uint64
	frozen *frozen[T] // or nil
}

func (r reading[T]) get(key string) (*entry[T], bool) {
	if r.frozen != nil {
		return r.frozen.objects.Get(key)
	}
	return r.s.getAt(r.at, key)
}

func (r reading[T]) objects() trie.Map[*entry[T]] {
	if r.frozen != nil {
		return r.frozen.objects
	}
	return r.s.objectsAt(r.at)
}

// bucket returns what has the key in an index, and whether the index is there.
func (r reading[T]) bucket(def *indexDef[T], key string) (trie.Map[*entry[T]], bool) {
	if r.frozen != nil {
		return r.frozen.bucket(def, key)
	}
	return r.s.bucketAt(r.at, def, key)
}

func read[T any](from reading[T], opts []FetchOption) []T {
	var d dependency
	d.apply(opts, from.s.augment)
	return fetch(from, &d)
}

// fetch finds what is asked for.
func fetch[T any](from reading[T], d *dependency) []T {
	var out []T
	switch {
	case d.byKey:
		if o, ok := from.get(d.key); ok && admitsRest(d, o) {
			out = append(out, o.val)
		}
		return out
	case d.byKeys:
		for _, k := range d.keys {
			if o, ok := from.get(k); ok && admitsRest(d, o) {
				out = append(out, o.val)
			}
		}
		return out
	case d.anyOf:
		seen := map[*entry[T]]bool{}
		for _, one := range d.eachKey() {
			objects, exact := narrow(from, &one)
			for o := range objects.All() {
				if !seen[o] && (exact && admitsRest(&one, o) || !exact && admits(&one, o)) {
					seen[o] = true
					out = append(out, o.val)
				}
			}
		}
		return out
	}
	objects, exact := narrow(from, d)
	if d.bySelector && d.index == nil && from.e != nil && objects.Len() > few {
		return from.bySelector(d)
	}
	return gather(objects, d, exact)
}

// narrow returns objects among which are all that are asked for. If that is exact,
// they need not be looked at for their key in an index.
func narrow[T any](from reading[T], d *dependency) (objects trie.Map[*entry[T]], exact bool) {
	objects = from.objects()
	if d.index != nil {
		if found, ok := from.bucket(d.index.(*indexDef[T]), d.key); ok {
			objects, exact = found, true
		}
	}
	if from.e != nil && objects.Len() > few && len(d.labels) > 0 {
		if found, ok := from.byLabel(d.labels, objects.Len()); ok {
			objects, exact = found, false
		}
	}
	return objects, exact
}

// few is how many objects are rather looked at one by one than found by an index
// that would have to be kept for it.
const few = 16

func gather[T any](objects trie.Map[*entry[T]], d *dependency, exact bool) []T {
	var out []T
	if (exact || d.index == nil) && !d.bySelector && !d.byLabels && d.generic == nil {
		out = make([]T, 0, objects.Len())
	}
	for o := range objects.All() {
		if exact && admitsRest(d, o) || !exact && admits(d, o) {
			out = append(out, o.val)
		}
	}
	return out
}

// byLabel returns the smallest set of objects that an index by one of the labels
// finds, if it is smaller than size.
func (r reading[T]) byLabel(labels map[string]string, size int) (found trie.Map[*entry[T]], ok bool) {
	for _, missing := range []bool{false, true} {
		if missing && ok && found.Len() <= few {
			break // not worth another index
		}
		for k, v := range labels {
			def := r.e.labelIndex(k, missing)
			if def == nil {
				continue
			}
			objects, exists := r.bucket(def, v)
			if exists && objects.Len() < size {
				found, size, ok = objects, objects.Len(), true
			}
		}
	}
	return found, ok
}

// bySelector returns the objects whose selector asks for a part of the labels.
func (r reading[T]) bySelector(d *dependency) []T {
	def := r.e.index("selector", func(o *T) []string {
		// One pair stands for the selector: who looks for it has all of them.
		selector := selectorOf(o)
		if len(selector) == 0 {
			return []string{""}
		}
		return []string{pairOf(selector)}
	})
	var out []T
	visit := func(key string) bool {
		objects, ok := r.bucket(def, key)
		if ok {
			for o := range objects.All() {
				if admits(d, o) {
					out = append(out, o.val)
				}
			}
		}
		return ok
	}
	if !visit("") {
		return gather(r.objects(), d, false)
	}
	for k, v := range d.selects {
		visit(k + "=" + v)
	}
	return out
}

// pairOf returns the pair of a selector that is likely to tell it best from
// others: the one with the longest value.
func pairOf(selector map[string]string) string {
	keys := slices.Sorted(maps.Keys(selector))
	best := keys[0]
	for _, k := range keys[1:] {
		if len(selector[k]) > len(selector[best]) {
			best = k
		}
	}
	return best + "=" + selector[best]
}

// labelIndex returns an index by the label, or nil if there is none and none is
// to be made.
func (e *edge[T]) labelIndex(label string, create bool) *indexDef[T] {
	name := "label " + label
	e.mu.Lock()
	def := e.indexes[name]
	e.mu.Unlock()
	if def != nil || !create {
		return def
	}
	return e.index(name, func(o *T) []string {
		if v, ok := labelsOf(o)[label]; ok {
			return []string{v}
		}
		return nil
	})
}

// index returns an index that exists as long as the edge, or longer if others use
// it too.
func (e *edge[T]) index(name string, extract func(o *T) []string) *indexDef[T] {
	e.mu.Lock()
	defer e.mu.Unlock()
	def := e.indexes[name]
	if def == nil {
		def = e.s.acquireIndex(name, extract)
		if e.indexes == nil {
			e.indexes = map[string]*indexDef[T]{}
		}
		e.indexes[name] = def
	}
	return def
}

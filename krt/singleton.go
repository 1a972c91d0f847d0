// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"sync"
)

// Singleton is a collection of at most one object.
type Singleton[T any] interface {
	// Get returns the object, or nil if there is none. What it points to is the
	// caller's; anything that the object refers to is shared.
	Get() *T
	// Register calls f for the object, if it is present, and then for every change
	// of it. See [EventStream].
	Register(f func(o Event[T])) HandlerRegistration
	// AsCollection returns the same as a collection, for everything that takes one.
	AsCollection() Collection[T]
	// Metadata returns what was given by [WithMetadata], or nil.
	Metadata() Metadata
}

// StaticSingleton is a singleton that its owner sets.
type StaticSingleton[T any] interface {
	Singleton[T]
	// Set replaces the object; nil takes it away. Handlers are told, also of an object
	// that is equal to the one before, but not when the pointer is the same. If the
	// key is another one, they are told of a deletion and an addition. What the
	// pointer leads to must not change afterwards. Readers see it when Set returns;
	// Set does not wait for handlers, and is safe for concurrent use.
	Set(obj *T)
	// MarkSynced says that what is set is the first complete state. Calls after the
	// first do nothing.
	MarkSynced()
}

// NewSingleton derives one object, or none, from what hf fetches. hf is called
// once, and again when something that it fetched changes. See [NewCollection] for
// what hf must not do, and [NewStatic] for objects without a key.
func NewSingleton[O any](hf TransformationEmpty[O], opts ...CollectionOption) Singleton[O] {
	d := &derived[nothing, O]{one: func(ctx HandlerContext, _ nothing) *O { return hf(ctx) }}
	d.init("singleton", buildOptions(fmt.Sprintf("Singleton[%T]", *new(O)), opts), nil)
	return singleton[O]{d}
}

// NewStatic returns a singleton with the object, or an empty one for nil. Unless it
// starts synced, it is synced when it is marked so.
//
// T may be a type without a key (see [GetKey]). Then GetKey of the collection returns
// the object for any key; it can be read by Get and by a [Fetch] without a filter by
// key.
func NewStatic[T any](initial *T, startSynced bool, opts ...CollectionOption) StaticSingleton[T] {
	o := buildOptions(fmt.Sprintf("Static[%T]", *new(T)), opts)
	s := &staticSingleton[T]{c: newStatic[T](staticSingletonKind, startSynced, nil, o)}
	s.Set(initial)
	return s
}

type singleton[T any] struct{ c Collection[T] }

// Get implements [Singleton].
func (s singleton[T]) Get() *T {
	if all := s.c.List(); len(all) > 0 {
		return &all[0]
	}
	return nil
}

// Register implements [Singleton].
func (s singleton[T]) Register(f func(o Event[T])) HandlerRegistration { return s.c.Register(f) }

// AsCollection implements [Singleton].
func (s singleton[T]) AsCollection() Collection[T] { return keylessCollection[T]{s.c} }

// Metadata implements [Singleton].
func (s singleton[T]) Metadata() Metadata { return s.c.Metadata() }

func (s singleton[T]) identity() uint64 { return s.c.identity() }

// staticSingleton is a static collection of at most one object.
type staticSingleton[T any] struct {
	c       StaticCollection[T]
	mu      sync.Mutex
	present *T // guarded by mu: what was set last
}

const staticSingletonKind = "static singleton"

// anyKey is the key of objects that have none.
const anyKey = "static"

// keyOrAny returns the key of the object, or anyKey if its type has none.
func keyOrAny[T any](o *T) string {
	if key, ok := findKey(o); ok {
		return key
	}
	return anyKey
}

// Set implements [StaticSingleton].
func (s *staticSingleton[T]) Set(obj *T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if obj == s.present {
		return
	}
	s.present = obj
	s.c.update(func(b *batch[T]) {
		var e *entry[T]
		if obj != nil {
			e = entryWithKey(keyOrAny(obj), *obj)
		}
		for old := range b.before.All() {
			if e != nil && old.key == e.key {
				b.add(change[T]{old: old, new: e})
				return
			}
			b.remove(old)
		}
		if e != nil {
			b.add(change[T]{new: e})
		}
	})
}

// MarkSynced implements [StaticSingleton].
func (s *staticSingleton[T]) MarkSynced() { s.c.markSynced() }

// Get implements [Singleton].
func (s *staticSingleton[T]) Get() *T { return singleton[T]{s.c}.Get() }

// Register implements [Singleton].
func (s *staticSingleton[T]) Register(f func(o Event[T])) HandlerRegistration { return s.c.Register(f) }

// AsCollection implements [Singleton].
func (s *staticSingleton[T]) AsCollection() Collection[T] { return keylessCollection[T]{s.c} }

// Metadata implements [Singleton].
func (s *staticSingleton[T]) Metadata() Metadata { return s.c.Metadata() }

func (s *staticSingleton[T]) identity() uint64 { return s.c.identity() }

// keylessCollection is the collection of a singleton whose object need not have a
// key.
type keylessCollection[T any] struct{ Collection[T] }

// GetKey implements [Collection].
func (c keylessCollection[T]) GetKey(k string) *T {
	if o := c.Collection.GetKey(k); o != nil {
		return o
	}
	return c.Collection.GetKey(anyKey)
}

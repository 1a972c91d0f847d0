// SPDX-License-Identifier: Apache-2.0

package krt

import "github.com/krtkit/krtkit/krt/internal/graph"

// Syncer is something that has a first complete state and says when it is there.
type Syncer interface {
	// HasSynced reports whether the first complete state is there. Once true it
	// stays true. It does not block.
	HasSynced() bool
	// WaitUntilSynced waits for that. It returns true once it is synced, and false
	// if stop closes first or if it was stopped and so never will be. A nil stop
	// never closes.
	WaitUntilSynced(stop <-chan struct{}) bool
}

// EventStream tells handlers about changes.
type EventStream[T any] interface {
	Syncer
	// Register calls f for every present object, as an addition, and then for every
	// change. It is RegisterBatch with a loop around f and runExistingState true.
	Register(f func(o Event[T])) HandlerRegistration
	// RegisterBatch calls f with the changes of every commit, in order: each one
	// once, none merged with another. With runExistingState the first call carries
	// an addition for each object that is present now, if there is any; without, f
	// is told only what changes from now on, which includes the first objects of a
	// collection that is not synced yet.
	//
	// Calls of f never overlap, and one that takes long delays nobody else. Inside
	// f the collection already shows the change, and possibly later ones. f may
	// call everything in this package. The slice belongs to f; what it points to is
	// shared and must not be changed. A panic in f ends the process.
	//
	// RegisterBatch does not wait for f and is safe for concurrent use.
	RegisterBatch(f func(o []Event[T]), runExistingState bool) HandlerRegistration
}

// HandlerRegistration stands for one handler of one collection. It is synced when
// the collection is synced and the handler has returned from everything that
// belongs to the first state.
type HandlerRegistration interface {
	Syncer
	// UnregisterHandler ends the deliveries. It does not wait for a call that is
	// under way; events that wait to be delivered are dropped. Further calls do
	// nothing.
	UnregisterHandler()
}

// Collection is a set of objects with unique keys (see [GetKey]) and the changes
// to that set. All methods are safe for concurrent use and none waits for a
// transformation or a handler.
//
// Only this package implements it: collections rely on the order in which they
// commit. Use [NewStaticCollection] or [WrapClient] to feed objects in, and embed
// a Collection to add methods to one.
type Collection[T any] interface {
	EventStream[T]
	// GetKey returns the object with the key, or nil. What it points to is the
	// caller's, but anything that the object refers to is shared and must not be
	// changed.
	GetKey(k string) *T
	// List returns all objects as of one moment, in no particular order. The slice
	// is the caller's, the objects are shared.
	List() []T
	// ListFiltered is List of the objects for which filter returns true. It is called
	// with no lock held.
	ListFiltered(filter func(T) bool) []T
	// Metadata returns what was given by [WithMetadata], or nil. The map is shared.
	Metadata() Metadata

	core() *stream[T]
	graphNode() *graph.Node
	identified
}

// Metadata describes a collection, for those who made it. This package does not
// look at it.
type Metadata map[string]any

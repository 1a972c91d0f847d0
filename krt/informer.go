// SPDX-License-Identifier: Apache-2.0

package krt

import "reflect"

// Informer is what a collection asks of a cache of remote objects: the objects
// and their changes. The clients of kube/kclient satisfy it; so can any other
// source. I is a pointer or interface type, and its zero value stands for "no
// object".
type Informer[I any] interface {
	// Subscribe tells change about every object: first those that are present,
	// each as (zero, object), then each change as it happens: (zero, new) for an
	// addition, (old, new) for an update, (old, zero) for a removal. Calls of
	// change never overlap and keep the order of the changes of each object.
	//
	// It calls synced once, after change has returned for every object of the
	// first complete state; never, if that state is not reached. Neither function
	// may block.
	//
	// The returned function ends the subscription and frees what it holds. It does
	// not wait for a call that is under way; no call begins after it. It may be
	// called more than once and from any goroutine.
	Subscribe(change func(old, new I), synced func()) (unsubscribe func())
}

// Informers makes informers by Go type. kube.Client satisfies it, with
// kubetypes.Filter for F.
type Informers[F any] interface {
	// InformerFor returns an Informer[any] for objects of type t that pass the
	// filter, or an error if t is not a type that it can watch. Informers of the
	// same type and filter may share one cache.
	InformerFor(t reflect.Type, filter F) (any, error)
}

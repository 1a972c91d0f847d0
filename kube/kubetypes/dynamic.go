// SPDX-License-Identifier: Apache-2.0

package kubetypes

import (
	"sync/atomic"

	"github.com/krtkit/krtkit/util/sets"
)

// NamespacesHandler is told the names of namespaces that a filter has begun to
// select, and of those that it no longer selects. It must not block.
type NamespacesHandler = func(selected, deselected sets.String)

// DynamicObjectFilter decides which objects of a cache a client sees. It may
// change its mind about whole namespaces, and then tells its handlers, after
// Filter has begun to answer by the new state.
type DynamicObjectFilter interface {
	// Filter reports whether the object is to be seen. The argument is an object, a
	// cache.DeletedFinalStateUnknown around one, or the name of a namespace. It may
	// be called from any goroutine.
	Filter(obj any) bool
	// AddHandler has the handler called on every later change, for as long as the
	// filter exists.
	AddHandler(handler NamespacesHandler)
}

// FilterSubscriber is a [DynamicObjectFilter] whose handlers can be taken away
// again, so that a client that is closed leaves nothing behind in it.
type FilterSubscriber interface {
	DynamicObjectFilter
	// Subscribe is AddHandler until unsubscribe is called, which may happen more
	// than once.
	Subscribe(handler NamespacesHandler) (unsubscribe func())
}

// SubscribeToFilter has the handler called on every change of the filter until
// unsubscribe is called. In a filter that is no [FilterSubscriber] a few bytes
// stay behind, but nothing that the handler refers to.
func SubscribeToFilter(filter DynamicObjectFilter, handler NamespacesHandler) (unsubscribe func()) {
	if s, ok := filter.(FilterSubscriber); ok {
		return s.Subscribe(handler)
	}
	var current atomic.Pointer[NamespacesHandler]
	current.Store(&handler)
	filter.AddHandler(func(selected, deselected sets.String) {
		if h := current.Load(); h != nil {
			(*h)(selected, deselected)
		}
	})
	return func() { current.Store(nil) }
}

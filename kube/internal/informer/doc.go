// SPDX-License-Identifier: Apache-2.0

// Package informer is the cache of remote objects that everything in kube reads
// from: one list and watch, one store, and any number of handlers. It is written
// without type parameters; kube/kclient puts types on it.
//
// A [Shared] is the cache of one resource. client-go's reflector fills it. A
// [View] is what one client has of it: its filter, its handlers, its indexes.
//
// # How a change travels
//
// The reflector's goroutine is the only writer. For each change it runs the
// transform and the index functions without a lock that readers need, and then, in
// one critical section, changes the store and the indexes and appends the change
// to the queue of every handler. So all queues hold all changes in the same order,
// and a handler that is added gets the state and then exactly the changes that come
// after it.
//
// Each handler has its own queue and, while there is something in it, a goroutine
// that empties it: an idle handler costs none, and a slow one delays nobody.
//
// # Filters
//
// A filter is asked when a change is delivered. The handler's queue remembers what
// its handler has, and turns the change into the addition, update or deletion that
// leads from there to what the filter says. When a filter announces that it sees
// namespaces differently, the objects of these namespaces are queued once more, as
// they are at this point, to be asked about again. As the question is always asked
// by the same goroutine and of the state that belongs to this place in the queue,
// nothing is delivered twice, forgotten, or out of order.
//
// # Locks
//
// writing is taken before mu, mu before the lock of a queue. No function from
// outside runs under mu or a queue's lock; index functions run under writing, which
// only the writer and changes to the set of indexes need.
package informer

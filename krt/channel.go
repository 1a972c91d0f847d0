// SPDX-License-Identifier: Apache-2.0

package krt

import "fmt"

// Update is what a stream of changes from outside says at once: a [FromChannel]
// collection makes one commit of it.
type Update[T any] struct {
	// Replace says that Put is all that there is: what is not in it is gone.
	Replace bool
	// Delete are the keys of objects that are gone. They go before Put comes.
	Delete []string
	// Put are objects that were added or changed. One that is equal to what is there is
	// no change. Of objects with the same key, the last one counts.
	Put []T
	// Synced says that with this update the first complete state is there.
	Synced bool
}

// FromChannel returns a collection that takes its objects from a channel: for sources
// that are not Kubernetes, such as a message queue, a discovery service or a database's
// change feed. Updates are committed one by one, in order. The collection is synced with
// the first update that says so, or when the channel is closed.
//
// One goroutine receives until the channel is closed or the collection is stopped.
// After that nobody does: who sends should give up when the stop closes that was given
// by [WithStop].
func FromChannel[T any](updates <-chan Update[T], opts ...CollectionOption) Collection[T] {
	o := buildOptions(fmt.Sprintf("FromChannel[%T]", *new(T)), opts)
	s := newStatic[T]("channel", false, nil, o)
	go func() {
		for {
			select {
			case <-s.node.Done():
				return
			case u, ok := <-updates:
				if !ok {
					s.markSynced()
					return
				}
				s.take(u)
			}
		}
	}()
	return s
}

// take makes one commit of an update.
func (s StaticCollection[T]) take(u Update[T]) {
	put := newEntries(s.owners.Add(1), u.Put)
	s.update(func(b *batch[T]) {
		if u.Replace {
			for e := range s.live.objects.All() {
				if _, stays := put.Find(e.hash, e.key); !stays {
					b.remove(e)
				}
			}
		}
		for _, k := range u.Delete {
			if e, ok := b.get(k); ok {
				b.remove(e)
			}
		}
		for e := range put.All() {
			b.put(e)
		}
	})
	if u.Synced {
		s.markSynced()
	}
}

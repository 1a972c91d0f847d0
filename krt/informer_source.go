// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"reflect"
	"sync"
)

// WrapClient returns a collection of what an informer holds. It follows the
// informer with a single subscription, shows the informer's first state all at
// once when that is complete, and ends the subscription when it is stopped. The
// informer is started by whoever made it. The objects are those of the informer:
// they must not be changed.
func WrapClient[I comparable](c Informer[I], opts ...CollectionOption) Collection[I] {
	o := buildOptions(fmt.Sprintf("Informer[%T]", *new(I)), opts)
	s := &informerCollection[I]{first: map[string]*entry[I]{}}
	s.init("informer", o, s, nil)
	unsubscribe := c.Subscribe(s.observe, s.sync)
	s.node.OnStop(unsubscribe)
	s.open(o, s.dump)
	return s
}

// NewInformer returns a collection of all objects of a type. For a kube.Client as
// c, I is a pointer to the type of a Kubernetes object; the collection is synced
// some time after the client was run. It panics if c does not know the type.
func NewInformer[I comparable, F any](c Informers[F], opts ...CollectionOption) Collection[I] {
	var everything F
	return NewFilteredInformer[I](c, everything, opts...)
}

// NewFilteredInformer is [NewInformer] for the objects that pass a filter.
func NewFilteredInformer[I comparable, F any](c Informers[F], filter F, opts ...CollectionOption) Collection[I] {
	t := reflect.TypeFor[I]()
	raw, err := c.InformerFor(t, filter)
	if err != nil {
		panic(fmt.Sprintf("krt: informer for %v: %v", t, err))
	}
	untyped, ok := raw.(Informer[any])
	if !ok {
		panic(fmt.Sprintf("krt: informer for %v: a %T is not an Informer[any]", t, raw))
	}
	return WrapClient[I](typed[I]{untyped}, opts...)
}

// typed is an informer whose objects are all of one type.
type typed[I comparable] struct{ untyped Informer[any] }

// Subscribe implements [Informer].
func (t typed[I]) Subscribe(change func(old, new I), synced func()) (unsubscribe func()) {
	return t.untyped.Subscribe(func(old, new any) {
		o, _ := old.(I)
		n, _ := new.(I)
		change(o, n)
	}, synced)
}

// informerCollection is a collection that an informer fills.
type informerCollection[I comparable] struct {
	stream[I]
	writing sync.Mutex
	first   map[string]*entry[I] // what there is before the first state is complete, then nil
}

func (s *informerCollection[I]) observe(old, new I) {
	var none I
	obj := new
	if obj == none {
		obj = old
	}
	if obj == none {
		return
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	key := keyOf(&obj)
	if s.first != nil {
		if new == none {
			delete(s.first, key)
		} else {
			s.first[key] = entryWithKey(key, new)
		}
		return
	}
	// What is known here decides, so that events stay well-formed whatever the
	// informer does.
	before, known := s.live.objects.Get(key)
	c := change[I]{old: before}
	if new != none {
		if known && before.val == new {
			return
		}
		c.new = entryWithKey(key, new)
	} else if !known {
		return
	}
	s.commitNow(staged[I]{link: oneChange(c)})
}

func (s *informerCollection[I]) sync() {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.first == nil {
		return
	}
	var b batch[I]
	b.begin(&s.stream)
	b.expect(len(s.first))
	for _, e := range s.first {
		b.add(change[I]{new: e})
	}
	s.first = nil
	if st := b.finish(); st.link != nil {
		s.commitNow(st)
	}
	s.markSynced()
}

// SPDX-License-Identifier: Apache-2.0

package krttest_test

import (
	"sync"
	"testing"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest"
)

// object is what the collections under test hold.
type object struct {
	Key     string
	Version int
}

func (o object) ResourceName() string { return o.Key }

func version(o object) int { return o.Version }

func identity(_ krt.HandlerContext, o object) *object { return &o }

// syncer is synced when it is told so.
type syncer struct {
	ready chan struct{}
	sync  func()
}

func newSyncer() *syncer {
	s := &syncer{ready: make(chan struct{})}
	s.sync = sync.OnceFunc(func() { close(s.ready) })
	return s
}

func (s *syncer) HasSynced() bool {
	select {
	case <-s.ready:
		return true
	default:
		return false
	}
}

func (s *syncer) WaitUntilSynced(stop <-chan struct{}) bool {
	select {
	case <-s.ready:
	case <-stop:
	}
	return s.HasSynced()
}

func present(keys []string) []object {
	var out []object
	for _, key := range keys {
		out = append(out, object{Key: key})
	}
	return out
}

// source is a static collection that other collections under test are made of.
type source struct {
	krt.StaticCollection[object]
	synced *syncer
}

func newSource(s krttest.Setup, opts []krt.CollectionOption) source {
	synced := newSyncer()
	if !s.Unsynced {
		synced.sync()
	}
	return source{krt.NewStaticCollection(synced, present(s.Present), opts...), synced}
}

// rig returns a rig for a collection that has the objects of the source.
func (s source) rig(c krt.Collection[object]) krttest.Rig[object] {
	return krttest.Rig[object]{
		Collection: c,
		Put:        func(key string, v int) { s.UpdateObject(object{key, v}) },
		Remove:     s.DeleteObject,
		Version:    version,
		Sync:       s.synced.sync,
	}
}

func TestCollection_static(t *testing.T) {
	krttest.TestCollection(t, krttest.Traits{Own: true}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
		source := newSource(s, s.Options)
		return source.rig(source)
	})
}

func TestCollection_staticSingleton(t *testing.T) {
	krttest.TestCollection(t, krttest.Traits{Own: true, AtMostOne: true}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
		var initial *object
		if len(s.Present) > 0 {
			initial = &object{Key: s.Present[0]}
		}
		c := krt.NewStatic(initial, !s.Unsynced, s.Options...)
		return krttest.Rig[object]{
			Collection: c.AsCollection(),
			Put:        func(key string, v int) { c.Set(&object{key, v}) },
			Remove:     func(string) { c.Set(nil) },
			Version:    version,
			Sync:       c.MarkSynced,
		}
	})
}

func TestCollection_derived(t *testing.T) {
	for name, derive := range map[string]func(c krt.Collection[object], opts ...krt.CollectionOption) krt.Collection[object]{
		"NewCollection": func(c krt.Collection[object], opts ...krt.CollectionOption) krt.Collection[object] {
			return krt.NewCollection(c, identity, opts...)
		},
		"NewManyCollection": func(c krt.Collection[object], opts ...krt.CollectionOption) krt.Collection[object] {
			return krt.NewManyCollection(c, func(_ krt.HandlerContext, o object) []object { return []object{o} }, opts...)
		},
		"MapCollection": func(c krt.Collection[object], opts ...krt.CollectionOption) krt.Collection[object] {
			return krt.MapCollection(c, func(o object) object { return o }, opts...)
		},
		"JoinCollection": func(c krt.Collection[object], opts ...krt.CollectionOption) krt.Collection[object] {
			return krt.JoinCollection([]krt.Collection[object]{c}, opts...)
		},
		"JoinWithMergeCollection": func(c krt.Collection[object], opts ...krt.CollectionOption) krt.Collection[object] {
			return krt.JoinWithMergeCollection([]krt.Collection[object]{c}, func(os []object) *object { return &os[0] }, opts...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			krttest.TestCollection(t, krttest.Traits{}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
				source := newSource(s, s.Others)
				return source.rig(derive(source, s.Options...))
			})
		})
	}
}

func TestCollection_fetched(t *testing.T) {
	t.Run("NewManyFromNothing", func(t *testing.T) {
		krttest.TestCollection(t, krttest.Traits{Merges: true}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
			source := newSource(s, s.Others)
			return source.rig(krt.NewManyFromNothing(func(ctx krt.HandlerContext) []object { return krt.Fetch(ctx, source) }, s.Options...))
		})
	})
	t.Run("NewSingleton", func(t *testing.T) {
		krttest.TestCollection(t, krttest.Traits{Merges: true, AtMostOne: true}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
			source := newSource(s, s.Others)
			one := func(ctx krt.HandlerContext) *object { return krt.FetchOne(ctx, source) }
			return source.rig(krt.NewSingleton(one, s.Options...).AsCollection())
		})
	})
}

func TestCollection_nestedJoin(t *testing.T) {
	merge := func(os []object) *object { return &os[0] }
	krttest.TestCollection(t, krttest.Traits{}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
		source := newSource(s, s.Others)
		members := krt.NewStaticCollection(nil, []krt.Collection[object]{source}, s.Others...)
		return source.rig(krt.NestedJoinWithMergeCollection(members, merge, s.Options...))
	})
}

// TestCollection_membersOfANestedJoin puts and removes whole collections, of one
// object each.
func TestCollection_membersOfANestedJoin(t *testing.T) {
	merge := func(os []object) *object { return &os[0] }
	krttest.TestCollection(t, krttest.Traits{Merges: true}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
		synced := newSyncer()
		if !s.Unsynced {
			synced.sync()
		}
		member := func(key string, v int) krt.Collection[object] {
			return krt.NewStaticCollection(nil, []object{{key, v}}, s.Others...)
		}
		held := map[string]krt.Collection[object]{}
		var first []krt.Collection[object]
		for _, key := range s.Present {
			held[key] = member(key, 0)
			first = append(first, held[key])
		}
		members := krt.NewStaticCollection(synced, first, s.Others...)
		var mu sync.Mutex
		return krttest.Rig[object]{
			Collection: krt.NestedJoinWithMergeCollection(members, merge, s.Options...),
			Put: func(key string, v int) {
				mu.Lock()
				defer mu.Unlock()
				old, next := held[key], member(key, v)
				held[key] = next
				var all []krt.Collection[object]
				for _, c := range members.List() {
					if old == nil || krt.GetKey(c) != krt.GetKey(old) {
						all = append(all, c)
					}
				}
				members.Reset(append(all, next))
			},
			Remove: func(key string) {
				mu.Lock()
				defer mu.Unlock()
				if held[key] != nil {
					members.DeleteObject(krt.GetKey(held[key]))
					delete(held, key)
				}
			},
			Version: version,
			Sync:    synced.sync,
		}
	})
}

func TestCollection_statusCollection(t *testing.T) {
	type status = krt.ObjectWithStatus[object, int]
	transform := func(_ krt.HandlerContext, o object) (*int, *object) { return &o.Version, &o }
	t.Run("objects", func(t *testing.T) {
		krttest.TestCollection(t, krttest.Traits{}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
			source := newSource(s, s.Others)
			_, objects := krt.NewStatusCollection(source, transform, s.Options...)
			return source.rig(objects)
		})
	})
	t.Run("statuses", func(t *testing.T) {
		krttest.TestCollection(t, krttest.Traits{}, func(_ *testing.T, s krttest.Setup) krttest.Rig[status] {
			source := newSource(s, s.Others)
			statuses, _ := krt.NewStatusCollection(source, transform, s.Options...)
			return convert(source, statuses, func(o status) int { return o.Status })
		})
	})
	t.Run("statuses of many", func(t *testing.T) {
		krttest.TestCollection(t, krttest.Traits{}, func(_ *testing.T, s krttest.Setup) krttest.Rig[status] {
			source := newSource(s, s.Others)
			statuses, _ := krt.NewStatusManyCollection(source, func(_ krt.HandlerContext, o object) (*int, []object) {
				return &o.Version, nil
			}, s.Options...)
			return convert(source, statuses, func(o status) int { return o.Status })
		})
	})
}

// convert returns a rig for a collection of other objects than the source's.
func convert[T any](s source, c krt.Collection[T], version func(o T) int) krttest.Rig[T] {
	r := s.rig(nil)
	return krttest.Rig[T]{Collection: c, Put: r.Put, Remove: r.Remove, Sync: r.Sync, Version: version}
}

func TestCollection_indexAsCollection(t *testing.T) {
	krttest.TestCollection(t, krttest.Traits{Merges: true}, func(_ *testing.T, s krttest.Setup) krttest.Rig[krt.IndexObject[string, object]] {
		source := newSource(s, s.Others)
		idx := krt.NewIndex(source, "key", func(o object) []string { return []string{o.Key} })
		return convert(source, idx.AsCollection(s.Options...), func(g krt.IndexObject[string, object]) int {
			return g.Objects[0].Version
		})
	})
}

func TestCollection_channel(t *testing.T) {
	krttest.TestCollection(t, krttest.Traits{Own: true}, func(t *testing.T, s krttest.Setup) krttest.Rig[object] {
		updates := make(chan krt.Update[object])
		c := krt.FromChannel(updates, s.Options...)
		done := krt.GetStop(s.Options...)
		send := func(u krt.Update[object]) {
			select {
			case updates <- u:
			case <-done:
			}
		}
		send(krt.Update[object]{Put: present(s.Present), Synced: !s.Unsynced})
		return krttest.Rig[object]{
			Collection: c,
			Put:        func(key string, v int) { send(krt.Update[object]{Put: []object{{key, v}}}) },
			Remove:     func(key string) { send(krt.Update[object]{Delete: []string{key}}) },
			Version:    version,
			Sync:       func() { send(krt.Update[object]{Synced: true}) },
		}
	})
}

// TestCollection_shadowedByAJoin has a second collection with the same keys, which
// the join must never show.
func TestCollection_shadowedByAJoin(t *testing.T) {
	krttest.TestCollection(t, krttest.Traits{}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
		high, low := newSource(s, s.Others), newSource(s, s.Others)
		rig := high.rig(krt.JoinCollection([]krt.Collection[object]{high, low}, s.Options...))
		rig.Sync = func() {
			low.synced.sync()
			high.synced.sync()
		}
		rig.Put = func(key string, v int) {
			high.UpdateObject(object{key, v})
			low.UpdateObject(object{key, -v})
		}
		rig.Remove = func(key string) {
			low.DeleteObject(key)
			high.DeleteObject(key)
		}
		return rig
	})
}

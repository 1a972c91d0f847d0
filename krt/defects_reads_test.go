// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

func TestDefect04_whatAnInformerHoldsIsNotReplayed(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		informer := &fakeInformer[object]{}
		objects := krt.WrapClient[object](informer, stop)
		runs := 0
		inputs := krt.NewStaticCollection(nil, sizedObjectsAsThings(100), stop)
		c := krt.NewCollection(inputs, func(ctx krt.HandlerContext, i thing) *thing {
			runs++ // no two calls overlap: time does not go by, so nobody comes to help
			i.Value = uint64(len(krt.Fetch(ctx, objects)))
			return &i
		}, stop)
		for i := range 50 {
			informer.change(nil, &thing{Name: fmt.Sprint(i)})
		}
		informer.synced()
		synctest.Wait()
		if got := c.GetKey("7").Value; got != 50 || runs != 100 {
			t.Errorf("%d runs see %d objects, want 100 and 50", runs, got)
		}
	})
}

func TestDefect10_waitingForSyncDoesNotPoll(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		s := krt.NewStatic(&thing{Name: "a"}, false, stop)
		c := krt.NewCollection(s.AsCollection(), func(_ krt.HandlerContext, i thing) *thing { return &i }, stop)
		reg := c.Register(func(krt.Event[thing]) {})
		begin := time.Now()
		go s.MarkSynced()
		if !s.AsCollection().WaitUntilSynced(nil) || !c.WaitUntilSynced(nil) || !reg.WaitUntilSynced(nil) {
			t.Error("not synced")
		}
		if waited := time.Since(begin); waited != 0 {
			t.Errorf("waited for %v after it was synced", waited)
		}
	})
}

func TestDefect12_aFilterThatChangesLeavesNothingBehind(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		dep := krt.NewStaticCollection(nil, sizedObjectsAsThings(10), stop)
		groups := krt.NewIndex(dep, "group", func(i thing) []string { return []string{i.Group} })
		in := krt.NewStaticCollection(nil, []thing{{Name: "in"}}, stop)
		c := krt.NewCollection(in, func(ctx krt.HandlerContext, i thing) *thing {
			n := fmt.Sprint(i.Value)
			krt.Fetch(ctx, dep, krt.FilterKey(n))
			krt.Fetch(ctx, dep, krt.FilterKeys(n, n+"b"))
			krt.Fetch(ctx, dep, krt.FilterLabel(map[string]string{"n": n}))
			krt.Fetch(ctx, dep, krt.FilterSelects(map[string]string{"n": n}))
			krt.Fetch(ctx, dep, krt.FilterGeneric(func(any) bool { return true }))
			krt.Fetch(ctx, dep, krt.FilterIndexes(groups, n, n+"b"))
			return &i
		}, stop)
		synctest.Wait()
		before := krt.Interests(c)
		for i := range 100 {
			in.UpdateObject(thing{Name: "in", Value: uint64(i)})
			synctest.Wait()
		}
		if after := krt.Interests(c); after != before {
			t.Errorf("%d interests after 100 changes of the filters, %d before", after, before)
		}
		in.DeleteObject("in")
		synctest.Wait()
		if after := krt.Interests(c) + krt.Children(dep); after != 0 {
			t.Errorf("%d interests and readers are left of an input that is gone", after)
		}
	})
}

func TestDefect15_aHandlerThatWaitsForSyncHasNoGoroutine(t *testing.T) {
	bubble(t, func(_ *testing.T, stop krt.CollectionOption) {
		const handlers = 100
		s := krt.NewStatic(&thing{Name: "a"}, false, stop)
		before := runtime.NumGoroutine()
		for range handlers {
			s.Register(func(krt.Event[thing]) {}).UnregisterHandler()
			s.Register(func(krt.Event[thing]) {})
		}
		synctest.Wait()
		// The runtime counts one that has ended for a little while yet, and others' too.
		if after := runtime.NumGoroutine(); after-before >= handlers/2 {
			t.Errorf("%d goroutines wait for a collection to be synced", after-before)
		}
	})
}

func TestDefect27_indexesOfOneClosureAreTwoIndexes(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "x", Value: 1}}, stop)
		by := func(key func(thing) string) krt.Index[string, thing] {
			return krt.UnnamedIndex(c, func(i thing) []string { return []string{key(i)} })
		}
		group := by(func(i thing) string { return i.Group })
		value := by(func(i thing) string { return fmt.Sprint(i.Value) })
		if len(group.Lookup("x")) != 1 || len(group.Lookup("1")) != 0 || len(value.Lookup("1")) != 1 || len(value.Lookup("x")) != 0 {
			t.Error("two indexes share their data")
		}
		one := krt.NewIndex(c, "name", func(i thing) []string { return []string{i.Group} })
		other := krt.NewIndex(c, "name", func(i thing) []string { return []string{i.Name} })
		if len(one.Lookup("x")) != 1 || len(other.Lookup("a")) != 1 || len(other.Lookup("x")) != 0 {
			t.Error("two indexes of one name share their data")
		}
	})
}

func TestDefect30_everyReadOfACollectionCounts(t *testing.T) {
	a, b := map[string]string{"l": "a"}, map[string]string{"l": "b"}
	for name, fetch := range map[string]func(ctx krt.HandlerContext, c krt.Collection[thing], groups krt.Index[string, thing]){
		"by key, then by index": func(ctx krt.HandlerContext, c krt.Collection[thing], groups krt.Index[string, thing]) {
			krt.Fetch(ctx, c, krt.FilterKey("k"))
			groups.Fetch(ctx, "g")
		},
		"by two indexes": func(ctx krt.HandlerContext, _ krt.Collection[thing], groups krt.Index[string, thing]) {
			groups.Fetch(ctx, "k")
			groups.Fetch(ctx, "g")
		},
		"by key, then everything": func(ctx krt.HandlerContext, c krt.Collection[thing], _ krt.Index[string, thing]) {
			krt.Fetch(ctx, c, krt.FilterKey("k"))
			krt.Fetch(ctx, c)
		},
		"by two labels": func(ctx krt.HandlerContext, c krt.Collection[thing], _ krt.Index[string, thing]) {
			krt.Fetch(ctx, c, krt.FilterLabel(b))
			krt.Fetch(ctx, c, krt.FilterLabel(a))
		},
		"index and label": func(ctx krt.HandlerContext, c krt.Collection[thing], groups krt.Index[string, thing]) {
			krt.Fetch(ctx, c, krt.FilterKey("other"))
			groups.Fetch(ctx, "g", krt.FilterLabel(a))
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, stop krt.CollectionOption) {
				dep := krt.NewStaticCollection(nil, []thing{{Name: "z"}}, stop)
				groups := krt.NewIndex(dep, "group", func(i thing) []string { return []string{i.Group} })
				runs := 0
				in := krt.NewStaticCollection(nil, []thing{{Name: "in"}}, stop)
				krt.NewCollection(in, func(ctx krt.HandlerContext, i thing) *thing {
					runs++
					fetch(ctx, dep, groups)
					return &i
				}, stop)
				synctest.Wait()
				dep.UpdateObject(thing{Name: "new", Group: "g", Labels: a})
				synctest.Wait()
				if diff := cmp.Diff(2, runs); diff != "" {
					t.Errorf("runs after an addition that concerns it mismatch (-want +got):\n%s", diff)
				}
				dep.DeleteObject("new")
				synctest.Wait()
				if diff := cmp.Diff(3, runs); diff != "" {
					t.Errorf("runs after its deletion mismatch (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestDefect38_whatIsStoppedDoesNotWorkOffItsBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop, end := make(chan struct{}), make(chan struct{})
		source := krt.NewStaticCollection(nil, sizedObjectsAsThings(10), krt.WithStop(end))
		var runs, told atomic.Int64
		c := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing {
			runs.Add(1)
			time.Sleep(time.Second)
			return &i
		}, krt.WithStop(stop))
		c.Register(func(krt.Event[thing]) {
			told.Add(1)
			time.Sleep(time.Hour)
		})
		time.Sleep(time.Minute)
		synctest.Wait()
		for i := range 100 {
			source.UpdateObject(thing{Name: "0", Value: uint64(i + 1)})
			time.Sleep(time.Second / 10)
		}
		close(stop)
		synctest.Wait()
		before := runs.Load()
		time.Sleep(24 * time.Hour)
		if after := runs.Load(); after > before || told.Load() > 10 {
			t.Errorf("%d runs after the stop, and %d events, want none and those of the one call that was under way", after-before, told.Load())
		}
		close(end)
		synctest.Wait()
	})
}

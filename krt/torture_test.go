// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/krtkit/krtkit/krt"
)

// rotation is fifty short-lived collections on live inputs, of every kind that reads
// others.
func rotation(live krt.Collection[thing], groups krt.Index[string, thing], members krt.Collection[krt.Collection[thing]], stop <-chan struct{}) []krt.Collection[thing] {
	opts := krt.NewOptionsBuilder(stop, "rotation", krt.GlobalDebugHandler).With(krt.WithPanicHandler(func(*krt.PanicError) {}))
	var all []krt.Collection[thing]
	add := func(c krt.Collection[thing]) {
		c.Register(func(krt.Event[thing]) {})
		all = append(all, c)
	}
	for i := range 10 {
		of := live
		if i > 0 {
			of = all[len(all)-1]
		}
		one := krt.NewCollection(of, func(ctx krt.HandlerContext, in thing) *thing {
			krt.Fetch(ctx, live, krt.FilterLabel(map[string]string{"n": in.Name}))
			groups.Fetch(ctx, in.Group)
			return &in
		}, opts...)
		add(one)
		statuses, outputs := krt.NewStatusCollection(one, func(ctx krt.HandlerContext, in thing) (*string, *thing) {
			return &in.Name, krt.FetchKey(ctx, live, in.Name)
		}, opts...)
		statuses.Register(func(krt.Event[krt.ObjectWithStatus[thing, string]]) {})
		add(outputs)
		add(krt.JoinCollection([]krt.Collection[thing]{outputs, live}, opts...))
		grouped := groups.AsCollection(opts...)
		add(krt.NewManyCollection(grouped, func(_ krt.HandlerContext, g krt.IndexObject[string, thing]) []thing { return g.Objects }, opts...))
		add(krt.NestedJoinWithMergeCollection(members, mergeThings, opts...))
	}
	return all
}

func TestRotation_aThousandTimesLeavesNothingBehind(t *testing.T) {
	rotations := 1000
	if testing.Short() {
		rotations = 50
	}
	live := krt.NewStaticCollection(nil, sizedObjectsAsThings(10))
	groups := krt.NewIndex(live, "group", func(i thing) []string { return []string{i.Group} })
	members := krt.NewStaticCollection(nil, []krt.Collection[thing]{live, krt.NewStaticCollection(nil, sizedObjectsAsThings(3))})
	rotate := func(i int) {
		stop := make(chan struct{})
		all := rotation(live, groups, members, stop)
		live.UpdateObject(thing{Name: fmt.Sprint(i % 10), Value: uint64(i)})
		if i%2 == 0 { // the others are stopped on their way
			for _, c := range all {
				if err := krt.WaitIdle(t.Context(), c); err != nil {
					t.Fatal(err)
				}
			}
		}
		close(stop)
	}
	measure := func() (heap int64, goroutines int) {
		for krt.Children(live)+krt.Children(members) > 0 {
			runtime.Gosched()
		}
		if err := krt.WaitIdle(t.Context(), live); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc), runtime.NumGoroutine()
	}
	for i := range 20 {
		rotate(i)
	}
	heap, goroutines := measure()
	for i := range rotations {
		rotate(i)
	}
	heapAfter, goroutinesAfter := measure()
	if goroutinesAfter > goroutines+2 {
		t.Errorf("%d goroutines after %d rotations, %d before", goroutinesAfter, rotations, goroutines)
	}
	if grown := heapAfter - heap; grown > 1<<20 {
		t.Errorf("heap grew by %d bytes in %d rotations of 50 collections", grown, rotations)
	}
	if auto := krt.AutoIndexes[thing](live); auto != 0 {
		t.Errorf("%d indexes are left that krt made by itself", auto)
	}
}

// TestTorture does everything at once on one graph: what it asserts is that nothing
// hangs, races or crashes, that handlers' events stay well-formed, and that in the end
// everything is as its sources say.
func TestTorture_everythingAtOnceOnOneGraph(t *testing.T) {
	steps := 400
	if testing.Short() {
		steps = 50
	}
	source := krt.NewStaticCollection(nil, sizedObjectsAsThings(20))
	groups := krt.NewIndex(source, "group", func(i thing) []string { return []string{i.Group} })
	members := krt.NewStaticCollection(nil, []krt.Collection[thing]{source})
	derived := krt.NewCollection(source, func(ctx krt.HandlerContext, i thing) *thing {
		i.Value += uint64(len(groups.Fetch(ctx, i.Group)))
		return &i
	})
	var (
		wg        sync.WaitGroup
		mu        sync.Mutex
		followers []*follower
	)
	for worker := range 4 {
		rnd := rand.New(rand.NewPCG(1, uint64(worker)))
		wg.Go(func() {
			for range steps {
				switch rnd.IntN(8) {
				case 0, 1:
					v := rnd.Uint64N(1000)
					source.UpdateObject(thing{Name: fmt.Sprint(rnd.IntN(20)), Group: fmt.Sprint(v % 4), Value: v, Labels: tags(v)})
				case 2:
					source.DeleteObject(fmt.Sprint(rnd.IntN(20)))
				case 3:
					f := follow(derived, 0, "torture")
					if rnd.IntN(2) == 0 {
						f.reg.UnregisterHandler()
						continue
					}
					mu.Lock()
					followers = append(followers, f)
					mu.Unlock()
				case 4:
					stop := make(chan struct{})
					rotation(derived, groups, members, stop)
					if rnd.IntN(2) == 0 {
						runtime.Gosched()
					}
					close(stop)
				case 5:
					if _, err := krt.NewView(t.Context(), source, derived); err != nil {
						t.Error(err)
					}
				case 6:
					if _, err := krt.Describe(derived); err != nil {
						t.Error(err)
					}
					if _, err := krt.Explain(derived, "1"); err != nil {
						t.Error(err)
					}
					if _, err := krt.GlobalDebugHandler.MarshalJSON(); err != nil {
						t.Error(err)
					}
				default:
					extra := krt.NewStaticCollection(nil, sizedObjectsAsThings(2))
					members.Reset([]krt.Collection[thing]{source, extra})
				}
			}
		})
	}
	wg.Wait()
	if err := krt.WaitIdle(t.Context(), derived); err != nil {
		t.Fatal(err)
	}
	want := map[string]thing{}
	for _, i := range source.List() {
		i.Value += uint64(len(groups.Lookup(i.Group)))
		want[i.Name] = i
	}
	followers = append(followers, follow(derived, 0, "last"))
	if err := krt.WaitIdle(t.Context(), derived); err != nil {
		t.Fatal(err)
	}
	for _, f := range followers {
		f.mu.Lock()
		for _, wrong := range f.wrong {
			t.Errorf("handler %s: %s", f.name, wrong)
		}
		if len(f.content) != len(want) {
			t.Errorf("handler %s shows %d objects, want %d", f.name, len(f.content), len(want))
		}
		for name, o := range f.content {
			if o.Value != want[name].Value {
				t.Errorf("handler %s shows %s with %d, want %d", f.name, name, o.Value, want[name].Value)
			}
		}
		f.mu.Unlock()
	}
}

// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// The tests of this file are named after the rows of the list of known defects of
// the implementation that this package takes the place of.

// bubble runs f where time stands still and every goroutine must have ended, and
// gives it a stop channel that is closed after it.
func bubble(t *testing.T, f func(t *testing.T, stop krt.CollectionOption)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		f(t, krt.WithStop(stop))
		close(stop)
		synctest.Wait()
	})
}

// recorder writes down events as "+key=value", "~key=value" and "-key".
type recorder struct {
	mu  sync.Mutex
	log []string
}

func (r *recorder) handle(events []krt.Event[thing]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		switch e.Event {
		case krt.EventAdd:
			r.log = append(r.log, fmt.Sprintf("+%s=%d", e.New.Name, e.New.Value))
		case krt.EventUpdate:
			r.log = append(r.log, fmt.Sprintf("~%s=%d", e.New.Name, e.New.Value))
		case krt.EventDelete:
			r.log = append(r.log, "-"+e.Old.Name)
		}
	}
}

func (r *recorder) take() []string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	log := r.log
	r.log = nil
	return log
}

func record(c krt.Collection[thing]) *recorder {
	r := &recorder{}
	c.RegisterBatch(r.handle, true)
	synctest.Wait()
	return r
}

func wantLog(t *testing.T, r *recorder, want ...string) {
	t.Helper()
	got := r.take()
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events mismatch (-want +got):\n%s", diff)
	}
}

func TestDefect01_changesDuringARunAreOneRun(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "dep"}}, stop)
		input := krt.NewStaticCollection(nil, []thing{{Name: "in"}}, stop)
		runs := 0
		c := krt.NewCollection(input, func(ctx krt.HandlerContext, i thing) *thing {
			runs++
			time.Sleep(time.Millisecond)
			i.Value = krt.FetchOne(ctx, source, krt.FilterKey("dep")).Value
			return &i
		}, stop)
		r := record(c)
		time.Sleep(10 * time.Millisecond)
		wantLog(t, r, "+in=0")
		for i := range 10000 {
			source.UpdateObject(thing{Name: "dep", Value: uint64(i + 1)})
			if i%100 == 99 {
				time.Sleep(time.Millisecond / 20) // 5 ms in all
			}
		}
		time.Sleep(10 * time.Millisecond)
		if got := c.GetKey("in").Value; got != 10000 {
			t.Errorf("last value is %d, want 10000", got)
		}
		if runs > 1+5+2 {
			t.Errorf("%d runs for changes that lasted 5 runs, want at most 8", runs)
		}
	})
}

func TestDefect02_filtersFindTheInputsThatAChangeConcerns(t *testing.T) {
	filters := map[string]func(i int) krt.FetchOption{
		"label": func(i int) krt.FetchOption {
			return krt.FilterLabel(map[string]string{"n": fmt.Sprint(i), "all": "same"})
		},
		"selects": func(i int) krt.FetchOption { return krt.FilterSelects(map[string]string{"s": fmt.Sprint(i)}) },
		"nonempty": func(i int) krt.FetchOption {
			return krt.FilterSelectsNonEmpty(map[string]string{"s": fmt.Sprint(i), "more": "x"})
		},
		"keys": func(i int) krt.FetchOption { return krt.FilterKeys(fmt.Sprint(i), "none") },
	}
	for name, filter := range filters {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, stop krt.CollectionOption) {
				source := krt.NewStaticCollection[thing](nil, nil, stop)
				object := func(i int, v uint64) thing {
					return thing{
						Name: fmt.Sprint(i), Value: v,
						Labels:   map[string]string{"n": fmt.Sprint(i), "all": "same"},
						Selector: map[string]string{"s": fmt.Sprint(i)},
					}
				}
				var inputs []thing
				for i := range 50 {
					source.UpdateObject(object(i, 0))
					inputs = append(inputs, thing{Name: fmt.Sprint(i), Value: uint64(i)})
				}
				var ran sync.Map
				c := krt.NewCollection(krt.NewStaticCollection(nil, inputs, stop), func(ctx krt.HandlerContext, i thing) *thing {
					ran.Store(i.Name, true)
					found := krt.Fetch(ctx, source, filter(int(i.Value)))
					if len(found) != 1 || found[0].Name != i.Name {
						t.Errorf("input %s fetched %v", i.Name, found)
					}
					return &found[0]
				}, stop)
				synctest.Wait()
				ran.Clear()
				source.UpdateObject(object(7, 1))
				synctest.Wait()
				var names []any
				ran.Range(func(k, _ any) bool { names = append(names, k); return true })
				if diff := cmp.Diff([]any{"7"}, names); diff != "" {
					t.Errorf("inputs run after a change of object 7 mismatch (-want +got):\n%s", diff)
				}
				if got := c.GetKey("7").Value; got != 1 {
					t.Errorf("value is %d, want 1", got)
				}
			})
		})
	}
}

func TestDefect03_anUnfilteredReadConcernsOnlyItself(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}, {Name: "b"}}, stop)
		inputs := krt.NewStaticCollection(nil, []thing{{Name: "a"}, {Name: "b"}, {Name: "all"}}, stop)
		var runs sync.Map
		krt.NewCollection(inputs, func(ctx krt.HandlerContext, i thing) *thing {
			n, _ := runs.LoadOrStore(i.Name, new(atomic.Int64))
			n.(*atomic.Int64).Add(1)
			if i.Name == "all" {
				krt.Fetch(ctx, source)
			} else {
				krt.Fetch(ctx, source, krt.FilterKey(i.Name))
			}
			return &i
		}, stop)
		synctest.Wait()
		source.UpdateObject(thing{Name: "a", Value: 1})
		synctest.Wait()
		for name, want := range map[string]int64{"a": 2, "b": 1, "all": 2} {
			n, _ := runs.Load(name)
			if got := n.(*atomic.Int64).Load(); got != want {
				t.Errorf("input %q ran %d times, want %d", name, got, want)
			}
		}
	})
}

func TestDefect06_aChangeThatMatchesNeitherBeforeNorAfterRunsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "pod", Labels: map[string]string{"app": "x"}}}, stop)
		runs := 0
		krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
			runs++
			krt.Fetch(ctx, source, krt.FilterLabel(map[string]string{"app": "y"}))
			return nil
		}, stop)
		synctest.Wait()
		for i := range 10 {
			source.UpdateObject(thing{Name: "pod", Value: uint64(i), Labels: map[string]string{"app": "x"}})
			synctest.Wait()
		}
		if runs != 1 {
			t.Errorf("ran %d times, want 1", runs)
		}
		source.UpdateObject(thing{Name: "pod", Labels: map[string]string{"app": "y"}})
		source.UpdateObject(thing{Name: "pod", Labels: map[string]string{"app": "x"}})
		synctest.Wait()
		source.UpdateObject(thing{Name: "pod", Labels: map[string]string{"app": "y"}})
		synctest.Wait()
		if runs < 2 {
			t.Errorf("an object that begins to match ran nothing")
		}
	})
}

func TestDefect07_aSlowTransformationDelaysOnlyWhatDerivesFromIt(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		slow := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing {
			time.Sleep(time.Hour)
			return &i
		}, stop)
		fast := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop)
		below := krt.NewCollection(fast, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop)
		synctest.Wait()
		source.UpdateObject(thing{Name: "a", Value: 5})
		synctest.Wait()
		if got := below.GetKey("a"); got == nil || got.Value != 5 {
			t.Errorf("the unrelated branch has %v, want value 5", got)
		}
		if slow.HasSynced() {
			t.Error("the slow branch is synced")
		}
		time.Sleep(3 * time.Hour)
	})
}

func TestDefect08_readersAreNotHeldUpByTransformationsOrHandlers(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		block := make(chan struct{})
		c := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing {
			if i.Value > 0 {
				<-block
			}
			return &i
		}, stop)
		c.Register(func(krt.Event[thing]) { <-block })
		r := record(c)
		wantLog(t, r, "+a=0")
		source.UpdateObject(thing{Name: "a", Value: 1})
		synctest.Wait()
		if got := c.GetKey("a"); got.Value != 0 || len(c.List()) != 1 {
			t.Errorf("read %v, %v", got, c.List())
		}
		close(block)
		wantLog(t, r, "~a=1")
	})
}

func TestDefect13_theLastReadGoneFreesTheSubscription(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		input := krt.NewStaticCollection(nil, []thing{{Name: "in", Value: 1}}, stop)
		runs := 0
		krt.NewCollection(input, func(ctx krt.HandlerContext, i thing) *thing {
			runs++
			if i.Value == 1 {
				krt.Fetch(ctx, source, krt.FilterLabel(map[string]string{"x": "y"}))
			}
			return &i
		}, stop)
		synctest.Wait()
		if got := krt.Children(source); got != 1 {
			t.Fatalf("source has %d readers, want 1", got)
		}
		input.UpdateObject(thing{Name: "in", Value: 2})
		synctest.Wait()
		if got := krt.Children(source); got != 0 {
			t.Errorf("source still has %d readers", got)
		}
		if got := krt.AutoIndexes(source); got != 0 {
			t.Errorf("source still has %d indexes that nobody asked for", got)
		}
	})
}

func TestDefect13_rotationLeavesNothingBehind(t *testing.T) {
	live := krt.NewStaticCollection(nil, sizedObjectsAsThings(50))
	rotate := func() {
		stop := make(chan struct{})
		var last krt.Collection[thing] = live
		for range 10 {
			of := last
			last = krt.NewCollection(of, func(ctx krt.HandlerContext, i thing) *thing {
				krt.Fetch(ctx, live, krt.FilterLabel(map[string]string{"n": i.Name}))
				return &i
			}, krt.WithStop(stop))
			last.Register(func(krt.Event[thing]) {})
		}
		if err := krt.WaitIdle(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		close(stop)
	}
	measure := func() (heap int64, goroutines int) {
		for krt.Children(live) > 0 {
			runtime.Gosched()
		}
		var m runtime.MemStats
		for range 3 {
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc), runtime.NumGoroutine()
	}
	rotate()
	heap, goroutines := measure()
	for range 50 {
		rotate()
	}
	heapAfter, goroutinesAfter := measure()
	if goroutinesAfter > goroutines+2 {
		t.Errorf("%d goroutines after 50 rotations, %d before", goroutinesAfter, goroutines)
	}
	if grown := heapAfter - heap; grown > 1<<20 {
		t.Errorf("heap grew by %d bytes in 50 rotations", grown)
	}
	if n := krt.GraphSize(live); n != 1 {
		t.Errorf("the graph still knows %d collections, want 1", n)
	}
}

func sizedObjectsAsThings(n int) []thing {
	out := make([]thing, n)
	for i := range out {
		out[i] = thing{Name: fmt.Sprint(i), Labels: map[string]string{"n": fmt.Sprint(i)}}
	}
	return out
}

func TestDefect17_eachUpdateRunsTheBottomOfADiamondOnce(t *testing.T) {
	for depth, want := range map[int]int64{1: 300, 3: 900, 6: 1800} {
		t.Run(fmt.Sprint("depth=", depth), func(t *testing.T) {
			bubble(t, func(t *testing.T, stop krt.CollectionOption) {
				var runs atomic.Int64
				source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
				top := krt.Collection[thing](source)
				for range depth {
					a := top
					pass := func(_ krt.HandlerContext, i thing) *thing { runs.Add(1); return &i }
					b, c := krt.NewCollection(a, pass, stop), krt.NewCollection(a, pass, stop)
					top = krt.NewCollection(b, func(ctx krt.HandlerContext, i thing) *thing {
						runs.Add(1)
						if o := krt.FetchOne(ctx, c, krt.FilterKey(i.Name)); o.Value != i.Value {
							t.Errorf("mixed %d and %d", i.Value, o.Value)
						}
						return &i
					}, stop)
				}
				r := record(top)
				r.take()
				runs.Store(0)
				for i := range 100 {
					source.UpdateObject(thing{Name: "a", Value: uint64(i + 1)})
					synctest.Wait()
				}
				if got := runs.Load(); got != want {
					t.Errorf("%d runs for 100 updates, want %d", got, want)
				}
				if got := len(r.take()); got != 100 {
					t.Errorf("%d events for 100 updates, want 100", got)
				}
			})
		})
	}
}

func TestDefect18_waitIdleMeansThatEverythingHasArrived(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, krt.WithStop(stop))
	last := krt.Collection[thing](source)
	for range 10 {
		last = krt.NewCollection(last, func(_ krt.HandlerContext, i thing) *thing { return &i }, krt.WithStop(stop))
	}
	var told atomic.Uint64
	last.Register(func(e krt.Event[thing]) { told.Store(e.Latest().Value) })
	for i := range uint64(2000) {
		source.UpdateObject(thing{Name: "a", Value: i})
		if err := krt.WaitIdle(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		if got := last.GetKey("a").Value; got != i || told.Load() != i {
			t.Fatalf("update %d: collection has %d, handler %d", i, got, told.Load())
		}
	}
}

func TestDefect19_joinEventsFollowWhatTheJoinShowed(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		high := krt.NewStaticCollection[thing](nil, nil, stop)
		low := krt.NewStaticCollection[thing](nil, nil, stop)
		r := record(krt.JoinCollection([]krt.Collection[thing]{high, low}, stop))
		put := func(c krt.StaticCollection[thing], v uint64) {
			c.UpdateObject(thing{Name: "k", Value: v})
			synctest.Wait()
		}
		put(low, 1)
		wantLog(t, r, "+k=1")
		put(high, 2)
		wantLog(t, r, "~k=2")
		put(low, 3)
		wantLog(t, r)
		high.DeleteObject("k")
		wantLog(t, r, "~k=3")
		low.DeleteObject("k")
		wantLog(t, r, "-k")
	})
}

func TestDefect21_indexesOfAJoinShowNoShadowedObjects(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		high := krt.NewStaticCollection(nil, []thing{{Name: "k", Value: 1, Group: "g"}}, stop)
		low := krt.NewStaticCollection(nil, []thing{{Name: "k", Value: 2, Group: "g"}, {Name: "l", Group: "g"}}, stop)
		j := krt.JoinCollection([]krt.Collection[thing]{high, low}, stop)
		idx := krt.NewIndex(j, "group", func(t thing) []string { return []string{t.Group} })
		synctest.Wait()
		want := map[string]thing{"k": {Name: "k", Value: 1, Group: "g"}, "l": {Name: "l", Group: "g"}}
		got := idx.Lookup("g")
		if diff := cmp.Diff(want, index(got)); diff != "" || len(got) != 2 {
			t.Errorf("Lookup mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestDefect22_aDiscardedRunKeepsItsDependencies(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection[thing](nil, nil, stop)
		input := krt.NewStaticCollection(nil, []thing{{Name: "in"}}, stop)
		c := krt.NewCollection(input, func(ctx krt.HandlerContext, i thing) *thing {
			d := krt.FetchOne(ctx, source, krt.FilterKey("dep"))
			if d == nil {
				ctx.DiscardResult()
				return nil
			}
			if d.Value == 2 {
				ctx.DiscardResult()
			}
			i.Value = d.Value
			return &i
		}, stop)
		r := record(c)
		wantLog(t, r)
		source.UpdateObject(thing{Name: "dep", Value: 1})
		wantLog(t, r, "+in=1")
		source.UpdateObject(thing{Name: "dep", Value: 2}) // discarded: what was there stays
		wantLog(t, r)
		source.UpdateObject(thing{Name: "dep", Value: 3})
		wantLog(t, r, "~in=3")
		source.DeleteObject("dep")
		wantLog(t, r)
	})
}

func TestDefect22_aFirstResultIsTakenThoughDiscarded(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		input := krt.NewStaticCollection(nil, []thing{{Name: "in", Value: 1}}, stop)
		c := krt.NewCollection(input, func(ctx krt.HandlerContext, i thing) *thing {
			ctx.DiscardResult()
			return &i
		}, stop)
		r := record(c)
		wantLog(t, r, "+in=1")
		input.UpdateObject(thing{Name: "in", Value: 2})
		wantLog(t, r)
	})
}

func TestDefect31_handlersRunOneAtATime(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		var cs []krt.Collection[thing]
		var statics []krt.StaticCollection[thing]
		for range 4 {
			s := krt.NewStaticCollection[thing](nil, nil, stop)
			statics, cs = append(statics, s), append(cs, s)
		}
		var inside, events atomic.Int64
		krt.JoinCollection(cs, stop).Register(func(krt.Event[thing]) {
			if inside.Add(1) > 1 {
				t.Error("two calls of one handler at a time")
			}
			time.Sleep(time.Millisecond)
			inside.Add(-1)
			events.Add(1)
		})
		for i, s := range statics {
			for j := range 20 {
				go s.UpdateObject(thing{Name: fmt.Sprint(i, "-", j)})
			}
		}
		time.Sleep(time.Second)
		if got := events.Load(); got != 80 {
			t.Errorf("%d events, want 80", got)
		}
	})
}

func TestDefect31_waitingForWhatWasStoppedEnds(t *testing.T) {
	bubble(t, func(t *testing.T, _ krt.CollectionOption) {
		never := krt.NewStaticCollection[thing](nil, nil)
		_ = never
		stop := make(chan struct{})
		unsynced := krt.NewStaticCollection[thing](neverSynced{}, nil, krt.WithStop(stop))
		c := krt.NewCollection(unsynced, func(_ krt.HandlerContext, i thing) *thing { return &i }, krt.WithStop(stop))
		reg := c.Register(func(krt.Event[thing]) {})
		results := make(chan bool, 2)
		go func() { results <- c.WaitUntilSynced(nil) }()
		go func() { results <- reg.WaitUntilSynced(nil) }()
		synctest.Wait()
		close(stop)
		for range 2 {
			if <-results {
				t.Error("synced, though it was stopped before")
			}
		}
		reg.UnregisterHandler()
		reg.UnregisterHandler()
	})
}

// neverSynced is a Syncer that waits for its stop.
type neverSynced struct{}

func (neverSynced) HasSynced() bool { return false }

func (neverSynced) WaitUntilSynced(stop <-chan struct{}) bool { <-stop; return false }

func TestDefect33_filterKeysLeavesTheCallersSliceAlone(t *testing.T) {
	c := krt.NewStaticCollection(nil, []thing{{Name: "a"}, {Name: "b"}})
	keys := []string{"b", "a", "c", "b"}
	got := krt.Fetch(krt.TestingDummyContext{}, c, krt.FilterKeys(keys...))
	if diff := cmp.Diff([]string{"b", "a", "c", "b"}, keys); diff != "" {
		t.Errorf("keys mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]thing{{Name: "a"}, {Name: "b"}}, got); diff != "" {
		t.Errorf("Fetch mismatch (-want +got):\n%s", diff)
	}
	if got := krt.Fetch(krt.TestingDummyContext{}, c, krt.FilterKeys([]string{}...)); len(got) != 0 {
		t.Errorf("FilterKeys of an empty slice found %v", got)
	}
	if got := krt.Fetch(krt.TestingDummyContext{}, c, krt.FilterKeys()); len(got) != 2 {
		t.Errorf("FilterKeys of nothing found %v, want everything", got)
	}
}

func TestDefect33_filterByKeyAndIndexPanicsAtTheCall(t *testing.T) {
	c := krt.NewStaticCollection[thing](nil, nil)
	idx := krt.NewIndex(c, "group", func(t thing) []string { return []string{t.Group} })
	defer func() {
		if got := recover(); got != "cannot filter by index and key" {
			t.Errorf("panic with %v", got)
		}
	}()
	krt.Fetch(krt.TestingDummyContext{}, c, krt.FilterKey("a"), krt.FilterIndex(idx, "g"))
}

func TestDefect35_aFetchOfWhatIsNotSyncedWaitsWithoutARunOfItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		ready := krt.NewStaticCollection(nil, []thing{{Name: "gate"}}, stop)
		gate := make(chan struct{})
		late := krt.NewCollection(ready, func(_ krt.HandlerContext, i thing) *thing { <-gate; return &i }, stop)
		input := krt.NewStaticCollection(nil, []thing{{Name: "1"}, {Name: "2"}, {Name: "3"}}, stop)
		var runs atomic.Int64
		c := krt.NewCollection(input, func(ctx krt.HandlerContext, i thing) *thing {
			runs.Add(1)
			if len(krt.Fetch(ctx, late)) != 1 {
				t.Error("fetched before the collection was synced")
			}
			return &i
		}, stop)
		unrelated := krt.NewCollection(input, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop)
		synctest.Wait()
		if c.HasSynced() || !unrelated.HasSynced() {
			t.Errorf("synced: %v, unrelated: %v; want false, true", c.HasSynced(), unrelated.HasSynced())
		}
		close(gate)
		synctest.Wait()
		if !c.HasSynced() || len(c.List()) != 3 {
			t.Errorf("synced: %v with %v", c.HasSynced(), c.List())
		}
		if got := runs.Load(); got != 3 {
			t.Errorf("%d runs for 3 inputs", got)
		}
	})
}

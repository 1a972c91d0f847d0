// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

func TestNewCollection_showsARecreatedInputAsDeletedAndAdded(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		gate := make(chan struct{}, 10)
		gate <- struct{}{}
		slow := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { <-gate; return &i }, stop)
		below := krt.NewCollection(slow, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop)
		joined := krt.JoinCollection([]krt.Collection[thing]{slow, krt.NewStaticCollection[thing](nil, nil, stop)}, stop)
		first, second, third := record(slow), record(below), record(joined)
		for _, r := range []*recorder{first, second, third} {
			wantLog(t, r, "+a=0")
		}
		source.UpdateObject(thing{Name: "a", Value: 1})
		synctest.Wait() // the run for it is under way
		source.DeleteObject("a")
		source.UpdateObject(thing{Name: "a", Value: 2})
		close(gate)
		for name, r := range map[string]*recorder{"derived": first, "derived twice": second, "joined": third} {
			got := r.take()
			if len(got) >= 2 {
				got = got[len(got)-2:]
			}
			if diff := cmp.Diff([]string{"-a", "+a=2"}, got); diff != "" {
				t.Errorf("last events of %s mismatch (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestNewCollection_nilTakesTheOutputAway(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}}, stop)
		r := record(krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing {
			if i.Value == 0 {
				return nil
			}
			return &i
		}, stop))
		wantLog(t, r, "+a=1")
		source.UpdateObject(thing{Name: "a", Value: 0})
		wantLog(t, r, "-a")
		source.UpdateObject(thing{Name: "a", Value: 0, Group: "g"})
		wantLog(t, r)
		source.UpdateObject(thing{Name: "a", Value: 2})
		wantLog(t, r, "+a=2")
		source.DeleteObject("a")
		wantLog(t, r, "-a")
	})
}

func TestNewCollection_anEqualResultIsNoEvent(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}}, stop)
		c := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { return &thing{Name: i.Name, Value: i.Value / 10} }, stop)
		below := 0
		krt.NewCollection(c, func(_ krt.HandlerContext, i thing) *thing { below++; return &i }, stop)
		r := record(c)
		wantLog(t, r, "+a=0")
		for i := range uint64(9) {
			source.UpdateObject(thing{Name: "a", Value: i})
			synctest.Wait()
		}
		wantLog(t, r)
		if below != 1 {
			t.Errorf("what derives from it ran %d times, want 1", below)
		}
	})
}

func TestNewCollection_twoInputsWithOneOutput(t *testing.T) {
	if krt.EnableAssertions {
		t.Skip("with the build tag assert that is a panic: see assert_test.go")
	}
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection[thing](nil, nil, stop)
		c := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { return &thing{Name: "out", Value: i.Value} }, stop)
		r := record(c)
		source.UpdateObject(thing{Name: "a", Value: 1})
		wantLog(t, r, "+out=1")
		source.UpdateObject(thing{Name: "b", Value: 2})
		wantLog(t, r, "~out=2") // the last one counts
		source.DeleteObject("a")
		wantLog(t, r)
		source.UpdateObject(thing{Name: "a", Value: 3})
		wantLog(t, r, "~out=3")
		var lengths []int
		c.RegisterBatch(func(events []krt.Event[thing]) { lengths = append(lengths, len(events)) }, false)
		source.DeleteObject("a")
		wantLog(t, r, "-out", "+out=2") // b's is there again
		if diff := cmp.Diff([]int{2}, lengths); diff != "" {
			t.Errorf("lengths of batches mismatch, nobody sees that there was nothing (-want +got):\n%s", diff)
		}
		source.DeleteObject("b")
		wantLog(t, r, "-out")
	})
}

func TestNewManyCollection_changesOnlyWhatIsDifferent(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "x y"}}, stop)
		r := record(krt.NewManyCollection(source, func(_ krt.HandlerContext, i thing) []thing {
			var out []thing
			for name := range strings.FieldsSeq(i.Group) {
				out = append(out, thing{Name: name, Value: i.Value})
			}
			return out
		}, stop))
		wantLog(t, r, "+x=0", "+y=0")
		source.UpdateObject(thing{Name: "a", Group: "y z z"})
		wantLog(t, r, "-x", "+z=0")
		source.UpdateObject(thing{Name: "a", Group: "y z", Value: 1})
		wantLog(t, r, "~y=1", "~z=1")
		source.DeleteObject("a")
		wantLog(t, r, "-y", "-z")
	})
}

func TestNewCollection_aReadThatIsNotMadeAgainIsNoDependency(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		dep := krt.NewStaticCollection(nil, []thing{{Name: "x"}, {Name: "y"}}, stop)
		source := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "x"}}, stop)
		runs := 0
		krt.NewCollection(source, func(ctx krt.HandlerContext, i thing) *thing {
			runs++
			krt.FetchKey(ctx, dep, i.Group)
			return &i
		}, stop)
		synctest.Wait()
		for i, step := range []struct {
			do   func()
			runs int
		}{
			{func() { dep.UpdateObject(thing{Name: "y", Value: 1}) }, 1},
			{func() { dep.UpdateObject(thing{Name: "x", Value: 1}) }, 2},
			{func() { source.UpdateObject(thing{Name: "a", Group: "y"}) }, 3},
			{func() { dep.UpdateObject(thing{Name: "x", Value: 2}) }, 3},
			{func() { dep.DeleteObject("y") }, 4},
			{func() { dep.UpdateObject(thing{Name: "y"}) }, 5},
		} {
			step.do()
			synctest.Wait()
			if runs != step.runs {
				t.Errorf("step %d: %d runs, want %d", i, runs, step.runs)
			}
		}
	})
}

func TestNewCollection_mayFetchItsOwnPrimary(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "g"}, {Name: "b", Group: "g"}}, stop)
		c := krt.NewCollection(source, func(ctx krt.HandlerContext, i thing) *thing {
			i.Value = uint64(len(krt.Fetch(ctx, source)))
			return &i
		}, stop)
		r := record(c)
		wantLog(t, r, "+a=2", "+b=2")
		source.UpdateObject(thing{Name: "c"})
		wantLog(t, r, "~a=3", "~b=3", "+c=3")
	})
}

func TestNewSingleton_followsWhatItFetches(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection[thing](nil, nil, stop)
		s := krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
			n := len(krt.Fetch(ctx, source))
			if n == 0 {
				return nil
			}
			return &thing{Name: "count", Value: uint64(n)}
		}, stop, krt.WithMetadata(krt.Metadata{"k": "v"}))
		r := record(s.AsCollection())
		wantLog(t, r)
		if s.Get() != nil {
			t.Errorf("Get() = %v, want nil", s.Get())
		}
		source.Reset([]thing{{Name: "a"}, {Name: "b"}})
		wantLog(t, r, "+count=2")
		if got := s.Get(); got == nil || got.Value != 2 {
			t.Errorf("Get() = %v, want 2", got)
		}
		if s.Metadata()["k"] != "v" {
			t.Errorf("Metadata() = %v", s.Metadata())
		}
	})
}

func TestWaitIdle_saysWhatWaitsForWhat(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		unsynced := krt.NewStaticCollection[thing](neverSynced{}, nil, stop, krt.WithName("pods"))
		c := krt.NewCollection(unsynced, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop, krt.WithName("endpoints"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := krt.WaitIdle(ctx, c)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(fmt.Sprint(err), `"pods" is not synced`) {
			t.Errorf("WaitIdle() = %v, want the deadline and that pods is not synced", err)
		}
	})
}

func TestWaitIdle_refusesWhatIsNoCollection(t *testing.T) {
	if err := krt.WaitIdle(t.Context(), neverSynced{}); err == nil {
		t.Error("no error")
	}
}

func TestCollections_canBeObjectsAndAreKeyedByIdentity(t *testing.T) {
	a, b := krt.NewStaticCollection[thing](nil, nil), krt.NewStaticCollection[thing](nil, nil)
	if krt.GetKey[krt.Collection[thing]](a) == krt.GetKey[krt.Collection[thing]](b) {
		t.Error("two collections have one key")
	}
	if !krt.Equal[krt.Collection[thing]](a, a) || krt.Equal[krt.Collection[thing]](a, b) {
		t.Error("collections are not compared by identity")
	}
}

func TestNewCollection_hasItsTurnThoughAParentIsAlwaysBusy(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		g := newBusyGraph(t, 10*time.Millisecond, stop)
		// One that is in the middle of a long run when the others need a turn, and has
		// nothing to do afterwards.
		other := krt.NewStaticCollection(nil, []thing{{Name: "o"}}, stop)
		krt.NewCollection(g.source, func(ctx krt.HandlerContext, i thing) *thing {
			krt.Fetch(ctx, other)
			return &i
		}, stop)
		krt.NewCollection(other, func(_ krt.HandlerContext, i thing) *thing { time.Sleep(200 * time.Millisecond); return &i }, stop)
		g.change(func(i int) {
			if i == 100 {
				other.UpdateObject(thing{Name: "o", Value: 1})
			}
		})
		if g.during < 20 {
			t.Errorf("it was brought up to date %d times in 2 s of changes, want 20 or more", g.during)
		}
	})
}

// What gives everyone a turn is given up whenever graphs are joined; that must not
// mix moments.
func TestNewCollection_seesOneMomentWhateverJoinsTheGraph(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		g := newBusyGraph(t, 50*time.Millisecond, stop)
		g.change(func(i int) {
			if i%10 != 0 {
				return
			}
			end := make(chan struct{})
			stranger := krt.NewStaticCollection(nil, []thing{{Name: "x"}}, krt.WithStop(end))
			krt.NewCollection(stranger, func(ctx krt.HandlerContext, i thing) *thing {
				krt.Fetch(ctx, g.source)
				return &i
			}, krt.WithStop(end))
			go func() {
				time.Sleep(3 * time.Millisecond)
				close(end)
			}()
		})
	})
}

// busyGraph is a source, two collections that are too slow to follow it, and two
// that read both of them, directly and by way of each other.
type busyGraph struct {
	t      *testing.T
	source krt.StaticCollection[thing]
	bottom krt.Collection[thing]
	mixed  atomic.Int64
	during int // how often the bottom changed while the source did
}

func newBusyGraph(t *testing.T, slowest time.Duration, stop krt.CollectionOption) *busyGraph {
	t.Helper()
	g := &busyGraph{t: t, source: krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)}
	slow := func(d time.Duration) krt.Collection[thing] {
		return krt.NewCollection(g.source, func(_ krt.HandlerContext, i thing) *thing { time.Sleep(d); return &i }, stop)
	}
	left, right := slow(slowest), slow(7*time.Millisecond)
	both := krt.NewCollection(left, func(ctx krt.HandlerContext, i thing) *thing {
		if krt.FetchKey(ctx, right, "a").Value != i.Value || krt.FetchKey(ctx, g.source, "a").Value != i.Value {
			g.mixed.Add(1)
		}
		time.Sleep(time.Millisecond)
		return &i
	}, stop)
	g.bottom = krt.NewCollection(g.source, func(ctx krt.HandlerContext, i thing) *thing {
		if krt.FetchKey(ctx, both, "a").Value != i.Value {
			g.mixed.Add(1)
		}
		return &i
	}, stop)
	return g
}

// change changes the source once each millisecond for two seconds, faster than can
// be followed.
func (g *busyGraph) change(each func(i int)) {
	g.t.Helper()
	r := record(g.bottom)
	time.Sleep(time.Second)
	r.take()
	for i := range 2000 {
		g.source.UpdateObject(thing{Name: "a", Value: uint64(i + 1)})
		each(i)
		time.Sleep(time.Millisecond)
	}
	g.during = len(r.take())
	time.Sleep(time.Second)
	if got := g.bottom.GetKey("a").Value; got != 2000 {
		g.t.Errorf("value is %d in the end, want 2000", got)
	}
	if n := g.mixed.Load(); n > 0 {
		g.t.Errorf("%d runs saw a mixture", n)
	}
}

// Graphs grow together from all sides at once while their sources change and some
// of their collections are stopped.
func TestGraphs_growTogetherWhileTheyChange(t *testing.T) {
	for seed := range uint64(10) {
		stop := make(chan struct{})
		const n = 30
		var sources []krt.StaticCollection[thing]
		for i := range n {
			sources = append(sources, krt.NewStaticCollection(nil, []thing{{Name: "x", Value: 1}}, krt.WithStop(stop), krt.WithName(fmt.Sprint("s", i))))
		}
		var wg sync.WaitGroup
		sums := make([][]krt.Collection[thing], 6)
		for g := range sums {
			rnd := rand.New(rand.NewPCG(seed, uint64(g)))
			wg.Go(func() {
				for range 15 {
					a, b, c := sources[rnd.IntN(n)], sources[rnd.IntN(n)], sources[rnd.IntN(n)]
					end := stop
					brief := rnd.IntN(3) == 0
					if brief {
						end = make(chan struct{})
					}
					sum := krt.NewCollection(a, func(ctx krt.HandlerContext, i thing) *thing {
						i.Value = krt.FetchKey(ctx, b, "x").Value*1000 + krt.FetchKey(ctx, c, "x").Value
						return &i
					}, krt.WithStop(end))
					if brief {
						close(end)
					} else {
						sums[g] = append(sums[g], krt.NewCollection(sum, func(ctx krt.HandlerContext, i thing) *thing {
							if want := krt.FetchKey(ctx, b, "x").Value*1000 + krt.FetchKey(ctx, c, "x").Value; i.Value != want {
								t.Errorf("seed %d: a run saw %d and %d", seed, i.Value, want)
							}
							return &i
						}, krt.WithStop(stop)))
					}
					sources[rnd.IntN(n)].UpdateObject(thing{Name: "x", Value: rnd.Uint64N(1000)})
				}
			})
		}
		wg.Wait()
		for _, cs := range sums {
			for _, c := range cs {
				if err := krt.WaitIdle(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				if len(c.List()) != 1 {
					t.Fatalf("seed %d: %d objects, want 1", seed, len(c.List()))
				}
			}
		}
		close(stop)
	}
}

// TestNewCollection_firstRunGivenUpHalfway takes an input away while the first run is
// under way, and has the run read something new then: it begins again, and nothing is
// left of what it had noted for the input.
func TestNewCollection_firstRunGivenUpHalfway(t *testing.T) {
	const inputs = 5000
	stop := make(chan struct{})
	defer close(stop)
	objects := make([]thing, inputs)
	for i := range objects {
		objects[i].Name = fmt.Sprint(i)
	}
	source := krt.NewStaticCollection(nil, objects, krt.WithStop(stop))
	early := krt.NewStaticCollection(nil, objects, krt.WithStop(stop))
	late := krt.NewStaticCollection(nil, objects, krt.WithStop(stop))
	var calls atomic.Int64
	var first atomic.Pointer[string]
	deleted := make(chan struct{})
	derived := krt.NewCollection(source, func(ctx krt.HandlerContext, i thing) *thing {
		first.CompareAndSwap(nil, &i.Name)
		krt.FetchKey(ctx, early, i.Name)
		if n := calls.Add(1); n >= inputs*3/4 {
			if n == inputs*3/4 {
				source.DeleteObject(*first.Load())
				close(deleted)
			}
			<-deleted // several goroutines are at work
			krt.FetchKey(ctx, late, i.Name)
		}
		return &i
	}, krt.WithStop(stop))
	if err := krt.WaitIdle(t.Context(), derived); err != nil {
		t.Fatal(err)
	}
	if n := calls.Load(); n < inputs*3/4+inputs-1 {
		t.Fatalf("%d calls for %d inputs: the first run was not given up", n, inputs)
	}
	if n := len(derived.List()); n != inputs-1 {
		t.Errorf("%d objects, want %d", n, inputs-1)
	}
	gone := *first.Load()
	got, err := krt.Explain(derived, gone)
	if err != nil {
		t.Fatal(err)
	}
	if got.Present || len(got.Fetched) > 0 {
		t.Errorf("what is known of an input that has gone: %+v", got)
	}
	before := calls.Load()
	early.UpdateObject(thing{Name: gone, Value: 1})
	late.UpdateObject(thing{Name: gone, Value: 1})
	if err := krt.WaitIdle(t.Context(), derived); err != nil {
		t.Fatal(err)
	}
	if n := calls.Load() - before; n != 0 {
		t.Errorf("%d calls for what an input had asked for that has gone", n)
	}
	source.Reset(nil)
	if err := krt.WaitIdle(t.Context(), derived); err != nil {
		t.Fatal(err)
	}
	if krt.Children(early)+krt.Children(late) > 0 {
		t.Error("a collection without inputs reads something")
	}
}

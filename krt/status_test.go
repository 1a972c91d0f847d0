// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// told writes down what a handler is told: "+", "~" or "-", the key, "=" and what
// show makes of the object.
type told[T any] struct {
	mu  sync.Mutex
	log []string
	reg krt.HandlerRegistration
}

func tell[T any](c krt.Collection[T], show func(o T) any) *told[T] {
	r := &told[T]{}
	sign := map[krt.EventType]string{krt.EventAdd: "+", krt.EventUpdate: "~", krt.EventDelete: "-"}
	r.reg = c.Register(func(e krt.Event[T]) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.log = append(r.log, fmt.Sprintf("%s%s=%v", sign[e.Event], krt.GetKey(e.Latest()), show(e.Latest())))
	})
	return r
}

// want compares what the handler was told since the last time. Events of different
// keys may come in any order.
func (r *told[T]) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	byKey := func(a, b string) int {
		a, _, _ = strings.Cut(a[1:], "=")
		b, _, _ = strings.Cut(b[1:], "=")
		return strings.Compare(a, b)
	}
	slices.SortStableFunc(r.log, byKey)
	slices.SortStableFunc(want, byKey)
	if diff := cmp.Diff(want, r.log); diff != "" {
		t.Errorf("events mismatch (-want +got):\n%s", diff)
	}
	r.log = nil
}

// statused is a status as the tests have it: the value of the input as its status.
type statused = krt.ObjectWithStatus[thing, uint64]

func statusOf(s statused) any { return s.Status }
func valueOf(t thing) any     { return t.Value }

// both has the value of its input as status and as object.
func both(_ krt.HandlerContext, i thing) (*uint64, *thing) {
	return &i.Value, &thing{Name: i.Name, Value: i.Value}
}

func TestNewStatusCollection_bothHalvesShowOneCommit(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	opt := krt.WithStop(stop)
	in := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, opt)
	statuses, objects := krt.NewStatusCollection(in, both, opt)
	var mixed atomic.Int64
	same := func(status *statused, object *thing) bool {
		return (status == nil) == (object == nil) && (status == nil || status.Status == object.Value)
	}
	byStatus := krt.NewCollection(statuses, func(ctx krt.HandlerContext, s statused) *thing {
		if !same(&s, krt.FetchKey(ctx, objects, "a")) {
			mixed.Add(1)
		}
		return &s.Obj
	}, opt)
	byObject := krt.NewCollection(objects, func(ctx krt.HandlerContext, o thing) *thing {
		if !same(krt.FetchKey(ctx, statuses, "a"), &o) {
			mixed.Add(1)
		}
		return &o
	}, opt)
	fetching := krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
		if !same(krt.FetchKey(ctx, statuses, "a"), krt.FetchKey(ctx, objects, "a")) {
			mixed.Add(1)
		}
		return nil
	}, opt)
	// What a handler is told of one half, the other half shows, or something later.
	statuses.Register(func(e krt.Event[statused]) {
		if o := objects.GetKey("a"); e.New != nil && o != nil && o.Value < e.New.Status {
			mixed.Add(1)
		}
	})
	objects.Register(func(e krt.Event[thing]) {
		if s := statuses.GetKey("a"); e.New != nil && s != nil && s.Status < e.New.Value {
			mixed.Add(1)
		}
	})
	done := make(chan struct{})
	var viewers sync.WaitGroup
	for range 2 {
		viewers.Go(func() {
			for !isClosed(done) {
				v, err := krt.NewView(t.Context(), statuses, objects)
				if err != nil {
					t.Error(err)
					return
				}
				if !same(krt.FetchKey(v, statuses, "a"), krt.FetchKey(v, objects, "a")) {
					mixed.Add(1)
				}
			}
		})
	}
	for i := range uint64(3000) {
		in.UpdateObject(thing{Name: "a", Value: i + 1})
		if i%10 == 9 {
			in.DeleteObject("a")
		}
		if i%100 == 99 { // all of them have seen some of it
			mustBeIdle(t, byStatus, byObject, fetching.AsCollection())
		}
	}
	close(done)
	viewers.Wait()
	if n := mixed.Load(); n > 0 {
		t.Errorf("one half was seen without the other %d times", n)
	}
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

func mustBeIdle(t *testing.T, cs ...krt.Syncer) {
	t.Helper()
	if err := krt.WaitIdle(t.Context(), cs...); err != nil {
		t.Fatal(err)
	}
}

func TestNewStatusCollection_nilStatusAndNilObjectAreGone(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 3}}, stop)
		statuses, objects := krt.NewStatusCollection(in, func(_ krt.HandlerContext, i thing) (status *uint64, o *thing) {
			if i.Value&1 > 0 {
				status = &i.Value
			}
			if i.Value&2 > 0 {
				o = &i
			}
			return status, o
		}, stop)
		s, o := tell(statuses, statusOf), tell(objects, valueOf)
		put := func(v uint64) { in.UpdateObject(thing{Name: "a", Value: v}) }
		s.want(t, "+a=3")
		o.want(t, "+a=3")
		put(2)
		s.want(t, "-a=3")
		o.want(t, "~a=2")
		put(1)
		s.want(t, "+a=1")
		o.want(t, "-a=2")
		put(0)
		s.want(t, "-a=1")
		o.want(t)
	})
}

func TestNewStatusManyCollection_hasOneStatusAndAnyNumberOfObjects(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 2}}, stop)
		statuses, objects := krt.NewStatusManyCollection(in, func(_ krt.HandlerContext, i thing) (*uint64, []thing) {
			var out []thing
			for n := range i.Value {
				out = append(out, thing{Name: fmt.Sprint(i.Name, n)})
			}
			return &i.Value, out
		}, stop)
		s, o := tell(statuses, statusOf), tell(objects, valueOf)
		s.want(t, "+a=2")
		o.want(t, "+a0=0", "+a1=0")
		in.UpdateObject(thing{Name: "a", Value: 3})
		s.want(t, "~a=3")
		o.want(t, "+a2=0")
		in.DeleteObject("a")
		s.want(t, "-a=3")
		o.want(t, "-a0=0", "-a1=0", "-a2=0")
	})
}

func TestDefect23_anInputThatGoesDuringItsRunLeavesNoStatus(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}, {Name: "b", Value: 1}}, stop)
		statuses, objects := krt.NewStatusCollection(in, func(ctx krt.HandlerContext, i thing) (*uint64, *thing) {
			time.Sleep(time.Second)
			return both(ctx, i)
		}, stop)
		time.Sleep(time.Minute)
		in.UpdateObject(thing{Name: "a", Value: 2})
		time.Sleep(time.Second / 2)
		in.DeleteObject("a") // its run is under way
		in.DeleteObject("b") // this one is idle
		time.Sleep(time.Minute)
		if len(statuses.List())+len(objects.List()) > 0 {
			t.Errorf("left behind: %v, %v", statuses.List(), objects.List())
		}
	})
}

func TestDefect23_aDiscardedRunLeavesBothHalvesAlone(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}}, stop)
		statuses, objects := krt.NewStatusCollection(in, func(ctx krt.HandlerContext, i thing) (*uint64, *thing) {
			if i.Value > 1 {
				ctx.DiscardResult()
			}
			if i.Value == 4 {
				return nil, nil
			}
			return both(ctx, i)
		}, stop)
		s, o := tell(statuses, statusOf), tell(objects, valueOf)
		s.want(t, "+a=1")
		o.want(t, "+a=1")
		for _, v := range []uint64{2, 4, 3} {
			in.UpdateObject(thing{Name: "a", Value: v})
			s.want(t)
			o.want(t)
		}
		in.DeleteObject("a")
		s.want(t, "-a=1")
		o.want(t, "-a=1")
	})
}

func TestNewStatusCollection_aFirstResultThatIsDiscardedIsTakenInBothIfThereIsAnObject(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection(nil, []thing{{Name: "object", Value: 1}, {Name: "status only", Value: 2}}, stop)
		statuses, objects := krt.NewStatusCollection(in, func(ctx krt.HandlerContext, i thing) (*uint64, *thing) {
			ctx.DiscardResult()
			if i.Value == 2 {
				return &i.Value, nil
			}
			return both(ctx, i)
		}, stop)
		s, o := tell(statuses, statusOf), tell(objects, valueOf)
		s.want(t, "+object=1")
		o.want(t, "+object=1")
	})
}

func TestNewStatusCollection_aChangeOfTheInputAloneIsOneOfItsStatus(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1, Group: "old"}}, stop)
		statuses, objects := krt.NewStatusCollection(in, both, stop)
		s, o := tell(statuses, func(s statused) any { return s.Obj.Group }), tell(objects, valueOf)
		s.want(t, "+a=old")
		o.want(t, "+a=1")
		in.UpdateObject(thing{Name: "a", Value: 1, Group: "new"})
		s.want(t, "~a=new")
		o.want(t)
		in.UpdateObject(thing{Name: "a", Value: 1, Group: "new"})
		s.want(t)
		o.want(t)
	})
}

func TestNewStatusCollection_aRecreatedInputIsDeletedAndAddedInBoth(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}}, stop)
		statuses, objects := krt.NewStatusCollection(in, func(ctx krt.HandlerContext, i thing) (*uint64, *thing) {
			time.Sleep(time.Second)
			if i.Group == "discard" {
				ctx.DiscardResult()
				return nil, nil
			}
			return both(ctx, i)
		}, stop)
		time.Sleep(time.Minute)
		s, o := tell(statuses, statusOf), tell(objects, valueOf)
		s.want(t, "+a=1")
		o.want(t, "+a=1")
		recreate := func(as thing) {
			in.UpdateObject(thing{Name: "busy"}) // so that the two are one run
			synctest.Wait()
			in.DeleteObject("busy")
			in.DeleteObject("a")
			in.UpdateObject(as)
			time.Sleep(time.Minute)
		}
		recreate(thing{Name: "a", Value: 1})
		s.want(t, "-a=1", "+a=1", "+busy=0", "-busy=0")
		o.want(t, "-a=1", "+a=1", "+busy=0", "-busy=0")
		recreate(thing{Name: "a", Group: "discard"}) // there is nothing of it to stay
		s.want(t, "-a=1", "+busy=0", "-busy=0")
		o.want(t, "-a=1", "+busy=0", "-busy=0")
	})
}

func TestNewStatusCollection_isSyncedInBothHalvesAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		in := krt.NewStatic(&thing{Name: "a", Value: 1}, false, stop)
		statuses, objects := krt.NewStatusCollection(in.AsCollection(), both, stop)
		synctest.Wait()
		if statuses.HasSynced() || objects.HasSynced() {
			t.Error("synced before the input is")
		}
		go in.MarkSynced()
		if !statuses.WaitUntilSynced(nil) || !objects.HasSynced() || len(statuses.List()) != 1 || len(objects.List()) != 1 {
			t.Errorf("when the statuses are synced there are %v and %v", statuses.List(), objects.List())
		}
	})
}

func TestNewStatusCollection_whatOptionsMeanForTheStatuses(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		debug := new(krt.DebugHandler)
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Labels: map[string]string{"app": "web"}}}, stop)
		statuses, objects := krt.NewStatusCollection(in, both, stop, krt.WithName("routes"), krt.WithDebugging(debug),
			krt.WithMetadata(krt.Metadata{"cluster": "east"}),
			krt.WithEqual(func(_, _ thing) bool { return true }),
			krt.WithObjectAugmentation(func(any) any { return nil }))
		synctest.Wait()
		var names []string
		for _, c := range debug.Describe().Collections {
			names = append(names, c.Name)
		}
		if diff := cmp.Diff([]string{"Static[krt_test.thing]", "routes", "routes/status"}, names); diff != "" {
			t.Errorf("names mismatch (-want +got):\n%s", diff)
		}
		if statuses.Metadata()["cluster"] != "east" || objects.Metadata()["cluster"] != "east" {
			t.Errorf("Metadata() = %v and %v", statuses.Metadata(), objects.Metadata())
		}
		s := tell(statuses, statusOf)
		s.want(t, "+a=0")
		in.UpdateObject(thing{Name: "a", Value: 1})
		s.want(t, "~a=1")
		if got := objects.GetKey("a").Value; got != 0 {
			t.Errorf("objects are equal, says WithEqual, and there is %d", got)
		}
		generic := krt.FilterGeneric(func(o any) bool { _, ok := o.(statused); return ok })
		if got := krt.Fetch(krt.TestingDummyContext{}, statuses, generic); len(got) != 1 {
			t.Error("the augmentation, which is of objects, was applied to statuses")
		}
	})
}

func TestNewStatusCollection_stopEndsBothHalves(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		own := make(chan struct{})
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}}, stop)
		statuses, objects := krt.NewStatusCollection(in, both, krt.WithStop(own))
		s, o := tell(statuses, statusOf), tell(objects, valueOf)
		s.want(t, "+a=1")
		o.want(t, "+a=1")
		close(own)
		synctest.Wait()
		in.UpdateObject(thing{Name: "a", Value: 2})
		s.want(t)
		o.want(t)
		if got := statuses.GetKey("a").Status + objects.GetKey("a").Value; got != 2 {
			t.Errorf("the objects of what was stopped have changed: %d", got)
		}
		if krt.Children(in) != 0 || krt.GraphSize(in) != 1 {
			t.Errorf("%d readers and a graph of %d are left", krt.Children(in), krt.GraphSize(in))
		}
	})
}

func TestNewStatusCollection_isWhatItsTransformationSays(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			stop := make(chan struct{})
			defer close(stop)
			opt := krt.WithStop(stop)
			in, dep := krt.NewStaticCollection[thing](nil, nil, opt), krt.NewStaticCollection(nil, []thing{{Name: "dep"}}, opt)
			transform := func(i thing, dep uint64) (*uint64, []thing) {
				sum := mix(i.Name, i.Value, dep)
				var status *uint64
				if sum%3 > 0 {
					s := sum % 5
					status = &s
				}
				var out []thing
				for n := range sum / 16 % 3 {
					out = append(out, thing{Name: fmt.Sprint(i.Name, ".", n), Value: sum / 64 % 3})
				}
				return status, out
			}
			statuses, objects := krt.NewStatusManyCollection(in, func(ctx krt.HandlerContext, i thing) (*uint64, []thing) {
				return transform(i, krt.FetchKey(ctx, dep, "dep").Value)
			}, opt)
			f := follow(objects, 0, "objects")
			for range 30 {
				for range rnd.IntN(20) {
					o := thing{Name: fmt.Sprint(rnd.IntN(6)), Value: rnd.Uint64N(10)}
					switch rnd.IntN(4) {
					case 0:
						in.DeleteObject(o.Name)
					case 1:
						dep.UpdateObject(thing{Name: "dep", Value: o.Value % 3})
					default:
						in.UpdateObject(o)
					}
				}
				mustBeIdle(t, objects)
				wantStatuses, wantObjects := map[string]uint64{}, map[string]thing{}
				for _, i := range in.List() {
					status, out := transform(i, dep.GetKey("dep").Value)
					if status != nil {
						wantStatuses[i.Name] = *status
					}
					for _, o := range out {
						wantObjects[o.Name] = o
					}
				}
				gotStatuses := map[string]uint64{}
				for _, s := range statuses.List() {
					if diff := cmp.Diff(in.GetKey(s.ResourceName()), &s.Obj); diff != "" {
						t.Fatalf("the status has another input (-want +got):\n%s", diff)
					}
					gotStatuses[s.ResourceName()] = s.Status
				}
				if diff := cmp.Diff(wantStatuses, gotStatuses); diff != "" {
					t.Fatalf("statuses mismatch (-want +got):\n%s", diff)
				}
				f.mu.Lock()
				if diff := cmp.Diff(wantObjects, f.content); diff != "" || len(f.wrong) > 0 {
					t.Fatalf("objects mismatch (-want +got):\n%s%v", diff, f.wrong)
				}
				f.mu.Unlock()
			}
		})
	}
}

func TestObjectWithStatus_isComparedAndNamed(t *testing.T) {
	a := statused{thing{Name: "a"}, 1}
	if a.ResourceName() != "a" || krt.GetKey(a) != "a" {
		t.Errorf("key is %q, want that of the input", krt.GetKey(a))
	}
	for _, tt := range []struct {
		name string
		b    statused
		want bool
	}{
		{"same", statused{thing{Name: "a"}, 1}, true},
		{"another status", statused{thing{Name: "a"}, 2}, false},
		{"another input", statused{thing{Name: "a", Value: 1}, 1}, false},
	} {
		if got := krt.Equal(a, tt.b); got != tt.want {
			t.Errorf("%s: Equal() = %v, want %v", tt.name, got, tt.want)
		}
	}
}

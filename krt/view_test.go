// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

func TestNewView_neverMixesMomentsThoughEverythingChanges(t *testing.T) {
	opt := krt.WithContext(t.Context())
	source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, opt)
	other := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, opt)
	double := func(_ krt.HandlerContext, i thing) *thing { i.Value *= 2; return &i }
	left, right := krt.NewCollection(source, double, opt), krt.NewCollection(source, double, opt)
	index := krt.NewIndex(right, "value", func(i thing) []string { return []string{fmt.Sprint(i.Value)} })
	end := make(chan struct{})
	var wg sync.WaitGroup
	for _, c := range []krt.StaticCollection[thing]{source, other} {
		wg.Go(func() {
			for i := uint64(1); ; i++ {
				select {
				case <-end:
					return
				default:
					c.UpdateObject(thing{Name: "a", Value: i})
				}
			}
		})
	}
	var last uint64
	for range 200 {
		v, err := krt.NewView(t.Context(), source, left, right, other)
		if err != nil {
			t.Fatal(err)
		}
		s, l, r := krt.FetchKey(v, source, "a"), krt.FetchKey(v, left, "a"), krt.FetchOne(v, right)
		if l.Value != 2*s.Value || r.Value != l.Value {
			t.Fatalf("a view of %d, %d and %d", s.Value, l.Value, r.Value)
		}
		if len(index.Fetch(v, fmt.Sprint(r.Value))) != 1 || len(index.Fetch(v, "odd")) != 0 {
			t.Fatal("the index is of another moment")
		}
		if s.Value < last {
			t.Fatalf("a later view shows %d after %d", s.Value, last)
		}
		last = s.Value
	}
	close(end)
	wg.Wait()
}

func TestNewView_doesNotChange(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, sizedObjectsAsThings(40), stop)
		groups := krt.NewIndex(source, "group", func(i thing) []string { return []string{i.Group} })
		v, err := krt.NewView(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		source.Reset([]thing{{Name: "new", Group: "g"}})
		later := krt.NewIndex(source, "name", func(i thing) []string { return []string{i.Name} })
		read := func(opts ...krt.FetchOption) int { return len(krt.Fetch(v, source, opts...)) }
		got := []int{
			read(), read(krt.FilterKey("7")), read(krt.FilterKeys("7", "8", "new")), read(krt.FilterIndex(groups, "")), read(krt.FilterIndex(groups, "g")),
			read(krt.FilterIndex(later, "7")), read(krt.FilterIndexes(later, "7", "9", "new")), read(krt.FilterLabel(map[string]string{"n": "7"})),
			read(krt.FilterSelects(map[string]string{"x": "y"})), read(krt.FilterGeneric(func(o any) bool { return o.(thing).Name < "2" })),
		}
		if diff := cmp.Diff([]int{40, 1, 2, 40, 0, 1, 2, 1, 40, 12}, got); diff != "" {
			t.Errorf("reads mismatch (-want +got):\n%s", diff)
		}
		if n := krt.Children(source); n > 0 {
			t.Errorf("the view is still %d reader", n)
		}
		v.Logger().Debug("a view can log")
	})
}

func TestNewView_runsTransformations(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 3}}, stop)
		transformation := func(ctx krt.HandlerContext, i thing) *thing {
			i.Value += krt.FetchKey(ctx, source, "a").Value
			return &i
		}
		v, err := krt.NewView(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		if got := transformation(v, thing{Name: "b", Value: 1}); got.Value != 4 {
			t.Errorf("got %v, want the value 4", got)
		}
	})
}

func TestNewView_refusesWhatItDoesNotHold(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection[thing](nil, nil, stop)
		other := krt.NewStaticCollection[thing](nil, nil, stop, krt.WithName("other"))
		v, err := krt.NewView(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		for want, f := range map[string]func(){
			`collection "other" is not in the view`: func() { krt.Fetch(v, other) },
			"a View cannot DiscardResult":           v.DiscardResult,
		} {
			func() {
				defer func() {
					if p := recover(); !strings.Contains(fmt.Sprint(p), want) {
						t.Errorf("panic %v, want %q", p, want)
					}
				}()
				f()
			}()
		}
		if _, err := krt.NewView(t.Context(), notACollection{}); err == nil || !strings.Contains(err.Error(), "notACollection is not a collection") {
			t.Errorf("NewView() = %v", err)
		}
	})
}

// notACollection is synced, and nothing else.
type notACollection struct{}

func (notACollection) HasSynced() bool                      { return true }
func (notACollection) WaitUntilSynced(<-chan struct{}) bool { return true }

func TestNewView_saysWhatItWaitsFor(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStatic(&thing{Name: "a"}, false, stop, krt.WithName("slow"))
		c := krt.NewCollection(source.AsCollection(), func(_ krt.HandlerContext, i thing) *thing { return &i }, stop, krt.WithName("derived"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := krt.NewView(ctx, c)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), `"slow" is not synced`) {
			t.Errorf("NewView() = %v, want what it waits for", err)
		}
		if n := krt.Children(c); n > 0 {
			t.Errorf("%d readers are left", n)
		}
		go func() {
			time.Sleep(time.Second)
			source.MarkSynced()
		}()
		v, err := krt.NewView(t.Context(), c)
		if err != nil || krt.FetchKey(v, c, "a") == nil {
			t.Errorf("NewView() = %v after the sync", err)
		}
		synctest.Wait()
	})
}

func TestNewCollection_isSyncedThoughWhatItReadsIsAlwaysBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		opt := krt.WithStop(stop)
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, opt)
		slow := func(_ krt.HandlerContext, i thing) *thing {
			time.Sleep(10 * time.Millisecond)
			return &i
		}
		left, right := krt.NewCollection(source, slow, opt), krt.NewCollection(source, slow, opt)
		go func() {
			for i := uint64(1); ; i++ {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
					source.UpdateObject(thing{Name: "a", Value: i})
				}
			}
		}()
		time.Sleep(time.Second)
		late := krt.NewCollection(left, func(ctx krt.HandlerContext, i thing) *thing {
			if r := krt.FetchKey(ctx, right, "a"); r.Value != i.Value {
				t.Errorf("mixed %d and %d", i.Value, r.Value)
			}
			return &i
		}, opt)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if !late.WaitUntilSynced(ctx.Done()) {
			t.Error("a collection on busy ones is not synced after a minute")
		}
		if _, err := krt.NewView(ctx, left, right, late); err != nil {
			t.Errorf("no view of busy collections: %v", err)
		}
		close(stop)
		time.Sleep(time.Second) // for the runs that are under way
	})
}

func TestNewCollection_isSyncedThoughWhatItFetchesFirstIsAlwaysBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		opt := krt.WithStop(stop)
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, opt)
		slow := func(_ krt.HandlerContext, i thing) *thing {
			time.Sleep(10 * time.Millisecond)
			return &i
		}
		left, right := krt.NewCollection(source, slow, opt), krt.NewCollection(source, slow, opt)
		go func() {
			for i := uint64(1); ; i++ {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
					source.UpdateObject(thing{Name: "a", Value: i})
				}
			}
		}()
		time.Sleep(time.Second)
		quiet := krt.NewStaticCollection(nil, []thing{{Name: "in"}}, opt)
		late := krt.NewCollection(quiet, func(ctx krt.HandlerContext, i thing) *thing {
			l := krt.FetchKey(ctx, left, "a")
			if r := krt.FetchKey(ctx, right, "a"); r.Value != l.Value {
				t.Errorf("mixed %d and %d", l.Value, r.Value)
			}
			return l
		}, opt)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if !late.WaitUntilSynced(ctx.Done()) {
			t.Error("a collection that fetches busy ones is not synced after a minute")
		}
		for range 20 {
			v, err := krt.NewView(ctx, left, right, late)
			if err != nil {
				t.Errorf("no view of busy collections: %v", err)
				break
			}
			l, r := krt.FetchKey(v, left, "a"), krt.FetchKey(v, right, "a")
			if d := krt.FetchKey(v, late, "a"); d == nil || d.Value != l.Value || r.Value != l.Value {
				t.Errorf("a view of %v, %v and %v", l, r, d)
			}
		}
		close(stop)
		time.Sleep(time.Second) // for the runs that are under way
	})
}

func newView(t *testing.T, cs ...krt.Syncer) *krt.View {
	t.Helper()
	v, err := krt.NewView(t.Context(), cs...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestNewView_showsStatusesAndGroupsAsOfTheMomentOfTheirSource makes views of a
// diamond with an index, statuses and groups, while its source changes as fast as it
// can.
func TestNewView_showsStatusesAndGroupsAsOfTheMomentOfTheirSource(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	opt := krt.WithStop(stop)
	version := func(v uint64) []thing {
		return []thing{{Name: "x", Value: v, Group: "g"}, {Name: "y", Value: v, Group: "g"}}
	}
	a := krt.NewStaticCollection(nil, version(0), opt)
	same := func(_ krt.HandlerContext, i thing) *thing { return &i }
	b, c := krt.NewCollection(a, same, opt), krt.NewCollection(a, same, opt)
	d := krt.NewCollection(b, func(ctx krt.HandlerContext, i thing) *thing { return krt.FetchKey(ctx, c, i.Name) }, opt)
	statuses, e := krt.NewStatusCollection(d, both, opt)
	byGroup := krt.NewIndex(b, "group", func(i thing) []string { return []string{i.Group} })
	groups := byGroup.AsCollection(opt)

	var workers sync.WaitGroup
	done := make(chan struct{})
	workers.Go(func() {
		for v := uint64(1); !isClosed(done); v++ {
			a.Reset(version(v))
		}
	})
	var viewers sync.WaitGroup
	for range 3 {
		viewers.Go(func() {
			last := uint64(0)
			for range 200 {
				v := newView(t, a, b, c, d, e, statuses, groups)
				read := func() []thing {
					all := slices.Concat(krt.Fetch(v, a), krt.Fetch(v, b), krt.Fetch(v, c), krt.Fetch(v, d), krt.Fetch(v, e),
						byGroup.Fetch(v, "g"), krt.FetchIndexObjects(v, groups, "g"))
					for _, s := range krt.Fetch(v, statuses) {
						all = append(all, thing{Name: s.Obj.Name, Value: s.Status})
					}
					return all
				}
				first := read()
				if len(first) != 16 {
					t.Errorf("%d objects, want 2 of each", len(first))
				}
				for _, o := range first {
					if o.Value != first[0].Value {
						t.Errorf("version %d beside %d", o.Value, first[0].Value)
					}
				}
				runtime.Gosched()
				byName := func(a, b thing) int { return strings.Compare(a.Name, b.Name) }
				again := read()
				slices.SortStableFunc(first, byName)
				slices.SortStableFunc(again, byName)
				if diff := cmp.Diff(first, again); diff != "" {
					t.Errorf("the view has changed (-before +after):\n%s", diff)
				}
				if first[0].Value < last {
					t.Errorf("a view of version %d after one of %d", first[0].Value, last)
				}
				last = first[0].Value
			}
		})
	}
	viewers.Wait()
	close(done)
	workers.Wait()
	mustBeIdle(t, e, groups)
	if krt.Children(a) != 2 || krt.Children(b) != 2 {
		t.Errorf("%d and %d readers are left, want the 2 and 2 that are collections", krt.Children(a), krt.Children(b))
	}
}

func TestNewView_hasItsTurnThoughTheGraphIsAlwaysBusy(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		g := newBusyGraph(t, 20*time.Millisecond, stop)
		views, last := 0, uint64(0)
		g.change(func(i int) {
			if i%250 != 125 {
				return
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			made := make(chan struct{})
			go func() { // the source goes on changing while it is waited for
				for v := uint64(i + 2); !isClosed(made); v++ {
					g.source.UpdateObject(thing{Name: "a", Value: v})
					time.Sleep(time.Millisecond)
				}
			}()
			v, err := krt.NewView(ctx, g.source, g.bottom)
			close(made)
			if err != nil {
				t.Errorf("change %d: %v", i, err)
				return
			}
			views++
			top, bottom := krt.FetchKey(v, g.source, "a").Value, krt.FetchKey(v, g.bottom, "a").Value
			if top != bottom || bottom <= last {
				t.Errorf("change %d: the source has %d and the bottom %d, after %d", i, top, bottom, last)
			}
			last = bottom
		})
		if views != 8 {
			t.Errorf("%d views, want 8", views)
		}
	})
}

func TestNewView_ofNothingAndOfOneThingTwice(t *testing.T) {
	c := krt.NewStaticCollection(nil, []thing{{Name: "a"}})
	newView(t)
	v := newView(t, c, c, member{c, "by another name"})
	if len(krt.Fetch(v, c)) != 1 || krt.Children(c) != 0 {
		t.Errorf("the view has %v, and %d readers are left", krt.Fetch(v, c), krt.Children(c))
	}
}

func TestNewView_ofACollectionThatWasStopped(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		end := make(chan struct{})
		a := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}}, stop)
		b := krt.NewCollection(a, func(_ krt.HandlerContext, i thing) *thing { return &i }, krt.WithStop(end))
		synctest.Wait()
		close(end)
		synctest.Wait()
		a.UpdateObject(thing{Name: "a", Value: 2})
		v := newView(t, a, b)
		if got := krt.FetchKey(v, a, "a").Value*10 + krt.FetchKey(v, b, "a").Value; got != 21 {
			t.Errorf("the view has %d, want 2 and, of what was stopped, 1", got)
		}
	})
}

func TestView_isFreedWithWhatItHolds(t *testing.T) {
	c := krt.NewStaticCollection[object](nil, nil)
	held := func() weak.Pointer[thing] {
		o := &thing{Name: "a"}
		c.UpdateObject(o)
		return weak.Make(o)
	}()
	v := newView(t, c)
	c.DeleteObject("a")
	c.UpdateObject(&thing{Name: "b"}) // so that nothing remembers the deletion
	runtime.GC()
	if held.Value() == nil || len(krt.Fetch(v, c)) != 1 {
		t.Fatal("freed, though a view holds it")
	}
	runtime.KeepAlive(v) // up to here
	for range 10 {
		runtime.GC()
	}
	if held.Value() != nil {
		t.Error("not freed with the view")
	}
	runtime.KeepAlive(c)
}

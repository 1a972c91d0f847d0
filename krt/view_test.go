// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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

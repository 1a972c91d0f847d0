// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

func TestPartialFetch_anUpdateOfAnotherPartRunsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "g", Value: 1}}, stop)
		runs := 0
		c := krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
			runs++
			groups := krt.PartialFetchComparable(ctx, source, func(t thing) string { return t.Group })
			slices.Sort(groups)
			out := thing{Name: "groups"}
			for _, g := range groups {
				out.Group += g
			}
			return &out
		}, stop)
		for i, step := range []struct {
			do    func()
			runs  int
			group string
		}{
			{func() {}, 1, "g"},
			{func() { source.UpdateObject(thing{Name: "a", Group: "g", Value: 2}) }, 1, "g"},
			{func() { source.UpdateObject(thing{Name: "a", Group: "h", Value: 2}) }, 2, "h"},
			{func() { source.UpdateObject(thing{Name: "b", Group: "i"}) }, 3, "hi"},
			{func() { source.DeleteObject("a") }, 4, "i"},
		} {
			step.do()
			synctest.Wait()
			if got := c.Get(); runs != step.runs || got.Group != step.group {
				t.Errorf("step %d: %d runs, groups %q; want %d, %q", i, runs, got.Group, step.runs, step.group)
			}
		}
	})
}

// The suppression is that of one call: another one of the same run still counts.
func TestPartialFetch_doesNotHideChangesFromOtherReads(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		runs := 0
		krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
			runs++
			krt.PartialFetchComparable(ctx, source, func(t thing) string { return t.Group })
			krt.FetchKey(ctx, source, "a")
			return nil
		}, stop)
		synctest.Wait()
		source.UpdateObject(thing{Name: "a", Value: 1})
		synctest.Wait()
		if runs != 2 {
			t.Errorf("%d runs, want 2", runs)
		}
	})
}

func TestResourceExists_runsOnlyWhenItAppearsOrGoes(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection[thing](nil, nil, stop)
		var seen []bool
		krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
			seen = append(seen, krt.ResourceExists(ctx, source, "a"))
			return nil
		}, stop)
		for _, do := range []func(){
			func() {},
			func() { source.UpdateObject(thing{Name: "b"}) },
			func() { source.UpdateObject(thing{Name: "a"}) },
			func() { source.UpdateObject(thing{Name: "a", Value: 1}) },
			func() { source.DeleteObject("a") },
		} {
			do()
			synctest.Wait()
		}
		if diff := cmp.Diff([]bool{false, true, false}, seen); diff != "" {
			t.Errorf("answers mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestBatchedEventFilter_leavesOutUpdatesOfOtherParts(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		r := &recorder{}
		calls := 0
		source.RegisterBatch(krt.BatchedEventFilter(func(t thing) string { return t.Group }, func(es []krt.Event[thing]) {
			calls++
			r.handle(es)
		}), true)
		wantLog(t, r, "+a=0")
		source.UpdateObject(thing{Name: "a", Value: 1})
		wantLog(t, r)
		source.UpdateObject(thing{Name: "a", Value: 2, Group: "g"})
		wantLog(t, r, "~a=2")
		source.DeleteObject("a")
		wantLog(t, r, "-a")
		if calls != 3 {
			t.Errorf("%d calls, want 3", calls)
		}
	})
}

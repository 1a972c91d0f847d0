// SPDX-License-Identifier: Apache-2.0

package krttest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest"
)

func TestRecorder_waitsForEventsInOrder(t *testing.T) {
	c := krt.NewStaticCollection(nil, []object{{Key: "a"}, {Key: "b"}}, krttest.Options(t).WithName("c")...)
	r := krttest.NewRecorder(t, c)
	r.WaitOrdered("add/b", "add/a") // a batch has no order
	go func() {
		c.UpdateObject(object{"a", 1})
		c.DeleteObject("a")
		c.UpdateObject(object{"a", 2})
	}()
	r.WaitOrdered("update/a", "delete/a")
	r.WaitOrdered("add/a")
	r.Empty()
	if got := len(r.Batches()); got != 4 {
		t.Errorf("%d batches, want 4", got)
	}
	if diff := cmp.Diff(map[string]object{"a": {"a", 2}, "b": {"b", 0}}, r.Content()); diff != "" {
		t.Errorf("content mismatch (-want +got):\n%s", diff)
	}
}

func TestRecorder_waitsForEventsInAnyOrder(t *testing.T) {
	c := krt.NewStaticCollection[object](nil, nil, krttest.Options(t).WithName("c")...)
	r := krttest.NewRecorder(t, c)
	go c.UpdateObject(object{"a", 1})
	go c.UpdateObject(object{"b", 1})
	r.WaitUnordered("add/a", "add/b")
	c.Reset([]object{{"b", 2}, {"c", 1}})
	if got := len(r.NextBatch()); got != 3 {
		t.Errorf("a batch of %d events, want 3", got)
	}
	c.DeleteObject("c")
	if e := r.Next(); e.Event != krt.EventDelete || e.Old.Key != "c" {
		t.Errorf("event %+v, want the deletion of c", e)
	}
	for v := range 5 {
		c.UpdateObject(object{"d", v})
	}
	if e := r.WaitCompare(func(e krt.Event[object]) bool { return e.New.Version == 2 }); e.Old.Version != 1 {
		t.Errorf("old object %+v, want version 1", e.Old)
	}
	r.WaitContent(object{"b", 2}, object{"d", 4})
	if got := r.Drain(); len(got) > 0 {
		t.Errorf("%d events are left after WaitContent", len(got))
	}
}

func TestRecorder_ofASingletonWithoutAKey(t *testing.T) {
	s := krt.NewStatic[int](nil, true, krttest.Options(t).WithName("s")...)
	r := krttest.NewRecorder(t, s.AsCollection())
	one := 1
	s.Set(&one)
	r.WaitOrdered("add/static")
	s.Set(nil)
	r.WaitOrdered("delete/static")
}

func TestRecorder_withoutExistingState(t *testing.T) {
	c := krt.NewStaticCollection(nil, []object{{Key: "a"}}, krttest.Options(t).WithName("c")...)
	r := krttest.NewRecorder(t, c, krttest.WithoutExistingState())
	c.UpdateObject(object{"a", 1})
	r.WaitOrdered("update/a")
}

func TestRecorder_failsWithADiff(t *testing.T) {
	start := func(f *failures) (krt.StaticCollection[object], *krttest.Recorder[object]) {
		c := krt.NewStaticCollection[object](nil, nil, krttest.Options(f).WithName("c")...)
		r := krttest.NewRecorder(f, c)
		c.UpdateObject(object{"a", 1})
		c.UpdateObject(object{"b", 1})
		return c, r
	}
	// In a bubble what does not come is known at once.
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		wantFailure(t, func(f *failures) {
			_, r := start(f)
			r.WaitOrdered("add/a", "add/c")
		}, "another event came", "add/c", "add/b")
		wantFailure(t, func(f *failures) {
			_, r := start(f)
			r.WaitOrdered("add/b", "add/a")
		}, "another event came")
		if passed := time.Since(begin); passed > 0 {
			t.Errorf("it took %v to see that another event came", passed)
		}
		wantPass(t, func(f *failures) {
			_, r := start(f)
			r.WaitUnordered("add/b", "add/a")
		})
		wantFailure(t, func(f *failures) {
			_, r := start(f)
			r.WaitUnordered("add/a", "add/b", "add/c")
		}, "gave up after 10s", "add/c")
		wantFailure(t, func(f *failures) {
			_, r := start(f)
			r.WaitContent(object{"a", 2}, object{"b", 1})
		}, "gave up", "Version", "2")
		wantFailure(t, func(f *failures) {
			_, r := start(f)
			r.Empty()
		}, "unexpected events: [add/a add/b]")
		wantFailure(t, func(f *failures) {
			c := krt.NewStaticCollection[object](nil, nil, krttest.Options(f).WithName("c")...)
			krttest.NewRecorder(f, c, krttest.WithTimeout(time.Minute)).Next()
		}, "gave up after 1m0s waiting for an event")
		wantFailure(t, func(f *failures) {
			c := krt.NewStaticCollection[object](newSyncer(), nil, krttest.Options(f).WithName("unready")...)
			krttest.NewRecorder(f, c).WaitIdle()
		}, "unready")
	})
}

func TestRecorder_endsWithTheTest(t *testing.T) {
	c := krt.NewStaticCollection[object](nil, nil, krttest.Options(t).WithName("c")...)
	var r *krttest.Recorder[object]
	wantPass(t, func(f *failures) {
		r = krttest.NewRecorder(f, c)
		c.UpdateObject(object{"a", 1})
		r.WaitOrdered("add/a")
	})
	c.UpdateObject(object{"b", 1})
	if err := krt.WaitIdle(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := len(r.Events()); got != 1 {
		t.Errorf("%d events, want the 1 that came before the test was over", got)
	}
}

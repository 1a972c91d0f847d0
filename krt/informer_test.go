// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/krtkit/krtkit/krt"
)

// fakeInformer is an informer that the test plays.
type fakeInformer[I any] struct {
	change func(o, n I)
	synced func()
	ended  int
	count  int
}

func (f *fakeInformer[I]) Subscribe(change func(o, n I), synced func()) func() {
	f.change, f.synced = change, synced
	f.count++
	return func() { f.ended++ }
}

// object is a pointer type, as informers have them.
type object = *thing

func TestWrapClient_showsTheFirstStateAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		inf := &fakeInformer[object]{}
		c := krt.WrapClient[object](inf, stop)
		var batches [][]krt.Event[object]
		c.RegisterBatch(func(es []krt.Event[object]) { batches = append(batches, es) }, true)
		runs := 0
		dep := krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
			runs++
			return &thing{Name: "n", Value: uint64(len(krt.Fetch(ctx, c)))}
		}, stop)
		for _, name := range []string{"a", "b", "gone"} {
			inf.change(nil, &thing{Name: name})
		}
		inf.change(&thing{Name: "gone"}, nil)
		synctest.Wait()
		if len(c.List()) != 0 || c.HasSynced() || dep.Get() != nil || batches != nil {
			t.Errorf("shown before the first state was complete: %v, %v", c.List(), batches)
		}
		inf.synced()
		synctest.Wait()
		if len(batches) != 1 || len(batches[0]) != 2 {
			t.Errorf("batches: %v, want one of two additions", batches)
		}
		if got := dep.Get(); got == nil || got.Value != 2 || runs != 1 {
			t.Errorf("what fetches it is %v after %d runs, want 2 after 1", got, runs)
		}
		if inf.count != 1 {
			t.Errorf("%d subscriptions, want 1", inf.count)
		}
	})
}

func TestWrapClient_keepsEventsWellFormedWhateverTheInformerDoes(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		inf := &fakeInformer[object]{}
		c := krt.NewCollection(krt.WrapClient[object](inf, stop), func(_ krt.HandlerContext, o object) *thing { return o }, stop)
		inf.synced()
		inf.synced()
		r := record(c)
		a1, a2 := &thing{Name: "a", Value: 1}, &thing{Name: "a", Value: 2}
		inf.change(nil, a1)
		wantLog(t, r, "+a=1")
		inf.change(nil, a1) // again
		wantLog(t, r)
		inf.change(nil, a2) // an addition of what is there
		wantLog(t, r, "~a=2")
		inf.change(a2, nil)
		wantLog(t, r, "-a")
		inf.change(a2, nil) // a removal of what is not there
		wantLog(t, r)
		inf.change(a1, a2) // an update of what is not there
		wantLog(t, r, "+a=2")
		inf.change(nil, nil)
		wantLog(t, r)
	})
}

func TestWrapClient_endsItsSubscriptionWhenStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		inf := &fakeInformer[object]{}
		c := krt.WrapClient[object](inf, krt.WithStop(stop))
		close(stop)
		synctest.Wait()
		if inf.ended != 1 {
			t.Errorf("unsubscribed %d times, want once", inf.ended)
		}
		inf.change(nil, &thing{Name: "late"})
		inf.synced()
		if c.HasSynced() || len(c.List()) != 0 {
			t.Error("a stopped collection still follows its informer")
		}
	})
}

type factory struct {
	informer any
	err      error
	filter   string
	t        reflect.Type
}

func (f *factory) InformerFor(t reflect.Type, filter string) (any, error) {
	f.t, f.filter = t, filter
	return f.informer, f.err
}

func TestNewInformer_asksForTheTypeAndTheFilter(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		inf := &fakeInformer[any]{}
		f := &factory{informer: inf}
		c := krt.NewFilteredInformer[object](f, "some", stop)
		if f.t != reflect.TypeFor[object]() || f.filter != "some" {
			t.Errorf("asked for %v with filter %q", f.t, f.filter)
		}
		inf.change(nil, &thing{Name: "a"})
		inf.synced()
		if got := c.GetKey("a"); got == nil || (*got).Name != "a" {
			t.Errorf("GetKey(a) = %v", got)
		}
		inf.change(&thing{Name: "a"}, nil)
		if got := c.GetKey("a"); got != nil {
			t.Errorf("GetKey(a) = %v after its removal", got)
		}
	})
}

func TestNewInformer_panicsForATypeThatIsNotKnown(t *testing.T) {
	defer func() {
		if got, _ := recover().(string); !strings.Contains(got, "no such type") || !strings.Contains(got, "thing") {
			t.Errorf("panic %q, want the type and the reason", got)
		}
	}()
	krt.NewInformer[object](&factory{err: errors.New("no such type")})
}

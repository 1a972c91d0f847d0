// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

func TestRegister_firstTellsWhatIsThereInOneBatch(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "a"}, {Name: "b"}}, stop)
		var batches [][]krt.Event[thing]
		c.RegisterBatch(func(es []krt.Event[thing]) { batches = append(batches, es) }, true)
		synctest.Wait()
		if len(batches) != 1 || len(batches[0]) != 2 || batches[0][0].Event != krt.EventAdd || batches[0][0].Old != nil {
			t.Errorf("batches: %v, want one of two additions", batches)
		}
	})
}

func TestRegister_withoutExistingStateTellsOnlyWhatComes(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		r := &recorder{}
		reg := c.RegisterBatch(r.handle, false)
		wantLog(t, r)
		if !reg.HasSynced() {
			t.Error("not synced, though nothing has to be told")
		}
		c.UpdateObject(thing{Name: "b"})
		wantLog(t, r, "+b=0")
	})
}

func TestRegister_beforeSyncTellsTheFirstStateEvenWithoutExisting(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		gate := make(chan struct{})
		c := krt.NewCollection(krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop), func(_ krt.HandlerContext, i thing) *thing {
			<-gate
			return &i
		}, stop)
		r := &recorder{}
		reg := c.RegisterBatch(r.handle, false)
		synctest.Wait()
		if reg.HasSynced() || c.HasSynced() {
			t.Error("synced before the first state")
		}
		close(gate)
		wantLog(t, r, "+a=0")
		if !reg.HasSynced() {
			t.Error("not synced after the first state")
		}
	})
}

func TestRegister_isSyncedWhenTheHandlerHasReturned(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		gate := make(chan struct{})
		reg := c.Register(func(krt.Event[thing]) { <-gate })
		synctest.Wait()
		if reg.HasSynced() {
			t.Error("synced while the handler is at work on the first state")
		}
		close(gate)
		if !reg.WaitUntilSynced(nil) {
			t.Error("WaitUntilSynced returned false")
		}
	})
}

func TestRegisterBatch_withoutTheFirstStateIsSyncedWithTheCollection(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStatic(&thing{Name: "a"}, false, stop)
		early := c.AsCollection().RegisterBatch(func([]krt.Event[thing]) {}, false)
		synctest.Wait()
		if early.HasSynced() {
			t.Error("synced before the collection")
		}
		c.MarkSynced()
		if !early.WaitUntilSynced(nil) {
			t.Error("WaitUntilSynced returned false")
		}
		if late := c.AsCollection().RegisterBatch(func([]krt.Event[thing]) {}, false); !late.HasSynced() {
			t.Error("not synced at once, with nothing to wait for")
		}
	})
}

func TestRegister_slowHandlerDelaysNobodyAndMissesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection[thing](nil, nil, stop)
		gate := make(chan struct{})
		slow := &recorder{}
		c.RegisterBatch(func(es []krt.Event[thing]) { <-gate; slow.handle(es) }, true)
		fast := record(c)
		for i := range uint64(3) {
			c.UpdateObject(thing{Name: "a", Value: i})
		}
		if diff := cmp.Diff([]string{"+a=0", "~a=1", "~a=2"}, fast.take()); diff != "" {
			t.Errorf("events of the fast handler mismatch (-want +got):\n%s", diff)
		}
		close(gate)
		if diff := cmp.Diff([]string{"+a=0", "~a=1", "~a=2"}, slow.take()); diff != "" {
			t.Errorf("events of the slow handler mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestRegister_seesTheChangeInTheCollectionAndMayCallIt(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection[thing](nil, nil, stop)
		idx := krt.NewIndex(c, "group", func(t thing) []string { return []string{t.Group} })
		var reg krt.HandlerRegistration
		calls := 0
		reg = c.Register(func(e krt.Event[thing]) {
			calls++
			if c.GetKey("a") == nil || len(idx.Lookup("g")) != 1 || len(c.List()) != 1 {
				t.Error("the collection does not show the change")
			}
			c.UpdateObject(thing{Name: "a", Group: "g", Value: 1})
			reg.UnregisterHandler()
		})
		c.UpdateObject(thing{Name: "a", Group: "g"})
		synctest.Wait()
		if calls != 1 {
			t.Errorf("%d calls, want 1: the handler unregistered itself in the first", calls)
		}
	})
}

func TestRegister_duringManyChangesNeitherMissesNorRepeats(t *testing.T) {
	for range 20 {
		c := krt.NewStaticCollection[thing](nil, nil)
		var mu sync.Mutex
		seen := map[string]int{}
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() { c.UpdateObject(thing{Name: fmt.Sprint(i)}) })
		}
		wg.Go(func() {
			c.Register(func(e krt.Event[thing]) {
				mu.Lock()
				defer mu.Unlock()
				seen[e.Latest().Name]++
			})
		})
		wg.Wait()
		if err := krt.WaitIdle(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		for i := range 20 {
			if n := seen[fmt.Sprint(i)]; n != 1 {
				t.Fatalf("object %d was told %d times, want once", i, n)
			}
		}
		mu.Unlock()
	}
}

func TestStop_endsEverythingAndLeavesTheObjects(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		own := make(chan struct{})
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		c := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { return &i }, krt.WithStop(own))
		below := krt.NewCollection(c, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop)
		r, late := record(c), &recorder{}
		r.take()
		close(own)
		synctest.Wait()
		source.UpdateObject(thing{Name: "b"})
		wantLog(t, r)
		if got := len(c.List()); got != 1 {
			t.Errorf("the stopped collection has %d objects, want the 1 it had", got)
		}
		if n := krt.Children(source); n != 0 {
			t.Errorf("the source still has %d readers", n)
		}
		reg := c.RegisterBatch(late.handle, true)
		wantLog(t, late, "+a=0")
		if !reg.HasSynced() || !below.HasSynced() {
			t.Error("what follows a collection that was stopped after it was synced is not synced")
		}
		c2 := krt.NewCollection(c, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop)
		synctest.Wait()
		if got := len(c2.List()); got != 1 {
			t.Errorf("a collection derived from the stopped one has %d objects, want 1", got)
		}
	})
}

func TestStop_whileTheTransformationRuns(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		own := make(chan struct{})
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		c := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { time.Sleep(time.Minute); return &i }, krt.WithStop(own))
		r := record(c)
		close(own)
		time.Sleep(time.Hour)
		wantLog(t, r)
		if c.HasSynced() || len(c.List()) != 0 {
			t.Error("a stopped collection took the result of its run")
		}
	})
}

func TestStop_beforeAFetchedCollectionIsSynced(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		own := make(chan struct{})
		unsynced := krt.NewStaticCollection[thing](neverSynced{}, nil, stop)
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		krt.NewCollection(source, func(ctx krt.HandlerContext, i thing) *thing {
			krt.Fetch(ctx, unsynced)
			t.Error("Fetch returned though the collection is not synced")
			return &i
		}, krt.WithStop(own))
		synctest.Wait()
		close(own)
		synctest.Wait()
		if n := krt.Children(unsynced); n != 0 {
			t.Errorf("the fetched collection still has %d readers", n)
		}
	})
}

// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"testing"
	"testing/synctest"

	"github.com/krtkit/krtkit/krt"
)

// update is what the channels of these tests carry.
type update = krt.Update[thing]

func TestFromChannel_makesOneCommitOfEachUpdate(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		updates := make(chan update)
		c := krt.FromChannel(updates, stop)
		r := tell(c, valueOf)
		var batches []int
		c.RegisterBatch(func(es []krt.Event[thing]) { batches = append(batches, len(es)) }, true)
		a := func(v uint64) thing { return thing{Name: "a", Value: v} }
		b := func(v uint64) thing { return thing{Name: "b", Value: v} }
		for _, step := range []struct {
			name string
			u    update
			want []string
		}{
			{"put", update{Put: []thing{a(1), b(1)}}, []string{"+a=1", "+b=1"}},
			{"put what is equal", update{Put: []thing{a(1)}}, nil},
			{"put a key twice", update{Put: []thing{a(2), a(3)}}, []string{"~a=3"}},
			{"delete", update{Delete: []string{"b", "none"}}, []string{"-b=1"}},
			{"delete and put", update{Delete: []string{"a"}, Put: []thing{a(3)}}, []string{"-a=3", "+a=3"}},
			{"replace", update{Replace: true, Put: []thing{a(4), b(4)}}, []string{"~a=4", "+b=4"}},
			{"replace with the same and less", update{Replace: true, Put: []thing{a(4)}}, []string{"-b=4"}},
			{"replace, delete and put", update{Replace: true, Delete: []string{"a", "b"}, Put: []thing{a(4), b(5)}}, []string{"-a=4", "+a=4", "+b=5"}},
			{"nothing", update{}, nil},
			{"replace with nothing", update{Replace: true}, []string{"-a=4", "-b=5"}},
		} {
			before := len(batches)
			updates <- step.u
			t.Log(step.name)
			r.want(t, step.want...)
			if n := len(batches) - before; n != min(1, len(step.want)) {
				t.Errorf("%d commits for %d events", n, len(step.want))
			}
		}
	})
}

func TestFromChannel_isSyncedWhenAnUpdateSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		updates := make(chan update)
		c := krt.FromChannel(updates, stop)
		derived := krt.NewCollection(c, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop)
		updates <- update{Put: []thing{{Name: "a"}}}
		synctest.Wait()
		if c.HasSynced() || derived.HasSynced() || len(c.List()) != 1 || len(derived.List()) != 0 {
			t.Errorf("synced before it is said: %v with %v, %v", c.HasSynced(), c.List(), derived.List())
		}
		go func() { updates <- update{Put: []thing{{Name: "b"}}, Synced: true} }()
		if !c.WaitUntilSynced(nil) || len(c.List()) != 2 {
			t.Errorf("when it is synced, there is %v", c.List())
		}
		updates <- update{Synced: true} // again
		mustBeIdle(t, derived)
		if len(derived.List()) != 2 {
			t.Errorf("derived: %v", derived.List())
		}
	})
}

func TestFromChannel_closingSaysThatItIsSyncedAndComplete(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		updates := make(chan update, 1)
		updates <- update{Put: []thing{{Name: "a"}}}
		close(updates)
		c := krt.FromChannel(updates, stop)
		if !c.WaitUntilSynced(nil) || len(c.List()) != 1 {
			t.Errorf("synced with %v", c.List())
		}
	}) // and its goroutine has ended
}

func TestFromChannel_nobodyReceivesAfterTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		updates := make(chan update)
		c := krt.FromChannel(updates, krt.WithStop(stop))
		updates <- update{Put: []thing{{Name: "a"}}}
		synctest.Wait()
		close(stop)
		synctest.Wait()
		select {
		case updates <- update{Put: []thing{{Name: "b"}}}:
			t.Error("received after the stop")
		default:
		}
		if c.WaitUntilSynced(nil) || len(c.List()) != 1 {
			t.Errorf("synced %v with %v, after a stop before it was", c.HasSynced(), c.List())
		}
	}) // and its goroutine has ended, though the channel is open
}

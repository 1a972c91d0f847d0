// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/go-cmp/cmp"
)

func (s informerSuite[I]) presentThenSynced() {
	t := s.t
	r := s.begin(keysUpTo(3)...)
	for _, when := range []string{"first", "second"} {
		f := s.subscribe(r)
		await(t, "the "+when+" subscriber to be synced", f.synced)
		got := f.lines()
		if last := len(got) - 1; got[last] != "synced" {
			t.Errorf("the %s subscriber was synced before it was told of what is there: %v", when, got)
		} else {
			slices.Sort(got[:last])
		}
		if diff := cmp.Diff([]string{"add/k0=0", "add/k1=0", "add/k2=0", "synced"}, got); diff != "" {
			t.Errorf("what the %s subscriber was told (-want +got):\n%s", when, diff)
		}
	}
}

func (s informerSuite[I]) syncedWhenComplete() {
	t := s.t
	CheckGoroutines(t)
	r := s.start(t, Setup{Present: keysUpTo(1), Unsynced: true})
	if r.Sync == nil {
		t.Skip("there is no first state to wait for")
	}
	f := s.subscribe(r)
	ended := s.subscribe(r)
	ended.end()
	if slices.Contains(f.lines(), "synced") {
		t.Errorf("synced before the first state was complete: %v", f.lines())
	}
	r.Sync()
	await(t, "the subscriber to be synced", f.synced)
	if diff := cmp.Diff([]string{"add/k0=0", "synced"}, f.lines()); diff != "" {
		t.Errorf("what the subscriber was told (-want +got):\n%s", diff)
	}
	if slices.Contains(ended.lines(), "synced") {
		t.Error("a subscription that had ended was synced")
	}
}

func (s informerSuite[I]) changesInOrder() {
	t := s.t
	r := s.begin()
	f := s.subscribe(r)
	await(t, "the subscriber to be synced", f.synced)
	const key = "k0"
	want := []string{"synced"}
	for round := range 3 {
		for v := range 3 {
			r.Put(key, 10*round+v)
			f.shows(key, 10*round+v)
		}
		r.Remove(key)
		f.lacks(key)
		want = append(want, fmt.Sprint("add/k0=", 10*round), fmt.Sprint("update/k0=", 10*round+1), fmt.Sprint("update/k0=", 10*round+2), "delete/k0")
	}
	if diff := cmp.Diff(want, f.lines()); diff != "" {
		t.Errorf("what the subscriber was told (-want +got):\n%s", diff)
	}
}

func (s informerSuite[I]) recreation() {
	t := s.t
	const key = "k0"
	r := s.begin(key)
	f := s.subscribe(r)
	await(t, "the subscriber to be synced", f.synced)
	for v := range 20 {
		r.Remove(key)
		r.Put(key, v+1)
	}
	f.shows(key, 20)
	for _, line := range f.lines() {
		if len(line) > 6 && line[:6] == "update" {
			t.Fatalf("an object that was removed and made again was updated: %v", f.lines())
		}
	}
}

func (s informerSuite[I]) subscribeWhileChanging() {
	const objects = 20
	r := s.begin()
	for range 5 {
		keys := keysUpTo(objects)
		all := s.subscribe(r)
		var late *subscriber[I]
		when := rand.IntN(objects)
		var wg sync.WaitGroup
		for i, key := range keys {
			wg.Go(func() { r.Put(key, 1) })
			if i == when {
				wg.Go(func() { late = s.subscribe(r) })
			}
		}
		wg.Wait()
		for _, f := range []*subscriber[I]{all, late} {
			f.await("all objects", func() bool { return len(f.versions) == objects })
		}
		for _, key := range keys {
			r.Remove(key)
		}
		for _, f := range []*subscriber[I]{all, late} {
			f.await("all objects to go", func() bool { return len(f.versions) == 0 })
			// An addition and a removal each, and synced.
			if got := len(f.lines()); got != 2*objects+1 {
				s.t.Errorf("a subscriber was called %d times, want %d: %v", got, 2*objects+1, f.lines())
			}
			f.end()
		}
	}
}

func (s informerSuite[I]) serial() {
	r := s.begin(keysUpTo(8)...)
	f := s.subscribe(r)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 25 {
				key := "k" + fmt.Sprint((w+i)%8)
				if i%5 == 0 {
					r.Remove(key)
				} else {
					r.Put(key, 100*w+i)
				}
			}
		})
	}
	wg.Wait()
	for i, key := range keysUpTo(8) {
		r.Put(key, 1000+i)
		f.shows(key, 1000+i)
	}
}

func (s informerSuite[I]) unsubscribe() {
	t := s.t
	const key = "k0"
	r := s.begin(key)
	stays, goes := s.subscribe(r), s.subscribe(r)
	await(t, "a subscriber to be synced", stays.synced)
	await(t, "a subscriber to be synced", goes.synced)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(goes.end)
	}
	wg.Wait()
	// A call that was under way ends before the informer tells the next change.
	told := len(goes.lines())
	for v := range 3 {
		r.Put(key, v+1)
		stays.shows(key, v+1)
	}
	if got := goes.lines(); len(got) > told {
		t.Errorf("told after the subscription had ended: %v", got[told:])
	}
	// One that ends at any moment.
	for v := range 20 {
		f := s.subscribe(r)
		go r.Put(key, 10+v)
		f.end()
		told := len(f.lines())
		stays.shows(key, 10+v)
		if got := f.lines(); len(got) > told+1 {
			t.Errorf("told after the subscription had ended: %v", got[told:])
		}
	}
}

func (s informerSuite[I]) unsubscribeInside() {
	t := s.t
	const key = "k0"
	r := s.begin(key)
	other := s.subscribe(r)
	await(t, "a subscriber to be synced", other.synced)
	subscribed := make(chan func(), 1)
	ended := make(chan struct{})
	var calls atomic.Int64
	end := r.Informer.Subscribe(func(_, new I) {
		if r.Version(new) != 1 {
			return
		}
		if calls.Add(1) == 1 {
			(<-subscribed)()
			close(ended)
		}
	}, func() {})
	subscribed <- end
	r.Put(key, 1)
	await(t, "a subscriber that ends its subscription", ended)
	r.Put(key, 2)
	other.shows(key, 2)
	r.Put(key, 1)
	other.shows(key, 1)
	if n := calls.Load(); n != 1 {
		t.Errorf("the subscriber was called %d times after it ended its subscription", n-1)
	}
	end()
}

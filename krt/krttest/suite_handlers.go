// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

func (s suite[T]) firstStateInOneBatch() {
	t := s.t
	n := 3
	if s.traits.AtMostOne {
		n = 1
	}
	r := s.begin(n, n)
	early := r.record()
	r.synced()
	late := r.record()
	for when, rec := range map[string]*Recorder[T]{"before": early, "after": late} {
		awaitSync(t, "a registration", rec.Registration())
		batches := rec.Batches()
		if len(batches) != 1 {
			t.Errorf("a handler registered %s sync was called %d times for the first state, want once", when, len(batches))
		}
		got := r.log(slices.Concat(batches...))
		slices.Sort(got)
		var want []string
		for _, key := range r.keys {
			want = append(want, "add/"+key+"=0")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("first events of a handler registered %s sync mismatch (-want +got):\n%s", when, diff)
		}
	}
}

func (s suite[T]) noCallForAnEmptyFirstState() {
	t := s.t
	r := s.begin(1, 0)
	r.synced()
	var calls atomic.Int64
	reg := r.Collection.RegisterBatch(func(es []krt.Event[T]) {
		if len(es) == 0 {
			calls.Add(1)
		}
	}, true)
	awaitSync(t, "the registration", reg)
	rec := r.record()
	r.Put(r.keys[0], 1)
	r.shows(rec, r.keys[0], 1)
	if calls.Load() > 0 {
		t.Error("the handler was called without an event")
	}
}

func (s suite[T]) withoutExistingState() {
	t := s.t
	r := s.begin(1, 1)
	r.synced()
	rec := r.record(WithoutExistingState())
	if !rec.Registration().HasSynced() {
		t.Error("a registration that nothing has to be told to is not synced at once")
	}
	r.Put(r.keys[0], 1)
	r.shows(rec, r.keys[0], 1)
	if diff := cmp.Diff([]string{"update/k0=1"}, r.log(rec.Events())); diff != "" {
		t.Errorf("events mismatch (-want +got):\n%s", diff)
	}
}

func (s suite[T]) firstStateBeforeSync() {
	t := s.t
	r := s.beginUnsynced(1, 1)
	// What a source shows before it is synced is existing state.
	shown := r.Collection.GetKey(r.keys[0]) != nil
	with, without := r.record(), r.record(WithoutExistingState())
	r.Sync()
	r.synced()
	for _, rec := range []*Recorder[T]{with, without} {
		awaitSync(t, "a registration", rec.Registration())
	}
	want := []string{"add/k0=0"}
	if diff := cmp.Diff(want, r.log(with.Events())); diff != "" {
		t.Errorf("events mismatch (-want +got):\n%s", diff)
	}
	if shown {
		want = nil
	}
	if diff := cmp.Diff(want, r.log(without.Events())); diff != "" {
		t.Errorf("events without existing state mismatch (-want +got):\n%s", diff)
	}
}

func (s suite[T]) eachChangeInOrder() {
	t := s.t
	r := s.begin(1, 0)
	key := r.keys[0]
	// The one that sets the pace knows when a change has arrived.
	pace, rec := r.record(), r.record()
	for round := range 3 {
		for v := range 3 {
			r.Put(key, 10*round+v)
			r.shows(pace, key, 10*round+v)
		}
		r.Remove(key)
		r.lacks(pace, key)
	}
	r.lacks(rec, key)
	var want []string
	for round := range 3 {
		want = append(want, fmt.Sprint("add/k0=", 10*round), fmt.Sprint("update/k0=", 10*round+1), fmt.Sprint("update/k0=", 10*round+2), "delete/k0")
	}
	for _, each := range []*Recorder[T]{pace, rec} {
		each.wait("all events", func() bool { return len(slices.Concat(each.batches...)) >= len(want) })
		if diff := cmp.Diff(want, r.log(each.Events())); diff != "" {
			t.Errorf("events mismatch (-want +got):\n%s", diff)
		}
	}
}

func (s suite[T]) recreation() {
	t := s.t
	if s.traits.Merges {
		t.Skip("this collection may merge changes of its source")
	}
	r := s.begin(1, 1)
	key := r.keys[0]
	r.synced()
	rec := r.record()
	for v := range 20 {
		r.Remove(key)
		r.Put(key, v+1)
	}
	r.shows(rec, key, 20)
	deleted := false
	for _, e := range rec.Events() {
		deleted = deleted || e.Event == krt.EventDelete
		if e.Event == krt.EventUpdate {
			t.Fatalf("an object that was removed and made again was updated: %v", r.log(rec.Events()))
		}
	}
	if !deleted {
		t.Errorf("no deletion was told: %v", r.log(rec.Events()))
	}
}

func (s suite[T]) exactlyOnce() {
	t := s.t
	const objects = 20
	for range 10 {
		r := s.begin(objects, 0)
		all := r.record()
		var wg sync.WaitGroup
		var late *Recorder[T]
		when := rand.IntN(objects)
		for i, key := range r.keys {
			wg.Go(func() { r.Put(key, 1) })
			if i == when {
				wg.Go(func() { late = r.record() })
			}
		}
		wg.Wait()
		for _, rec := range []*Recorder[T]{all, late} {
			rec.wait("all objects", func() bool { return len(rec.log.Content()) == objects })
			if got := len(rec.Events()); got != objects {
				t.Errorf("a handler got %d events for %d objects", got, objects)
			}
		}
	}
}

func (s suite[T]) slowHandler() {
	t := s.t
	r := s.begin(1, 0)
	key := r.keys[0]
	g := newGate(t)
	var slow []krt.Event[T]
	done := make(chan struct{})
	const changes = 50
	r.Collection.RegisterBatch(func(es []krt.Event[T]) {
		g.pass()
		if slow = append(slow, es...); len(slow) == changes {
			close(done)
		}
	}, true)
	pace := r.record()
	want := []string{"add/k0=0"}
	for v := range changes {
		if v > 0 {
			want = append(want, fmt.Sprintf("update/k0=%d", v))
		}
		r.Put(key, v)
		r.shows(pace, key, v)
		if o := r.Collection.GetKey(key); o == nil || r.Version(*o) != v {
			t.Fatalf("the collection does not show version %d while a handler is at work", v)
		}
	}
	late := r.record()
	awaitSync(t, "the registration of another handler", late.Registration())
	await(t, "the slow handler to be called", g.reached)
	g.open()
	await(t, "the slow handler to catch up", done)
	if diff := cmp.Diff(want, r.log(slow)); diff != "" {
		t.Errorf("events of the slow handler mismatch (-want +got):\n%s", diff)
	}
}

func (s suite[T]) serial() {
	t := s.t
	r := s.begin(1, 1)
	var inside, overlaps atomic.Int64
	r.Collection.RegisterBatch(func([]krt.Event[T]) {
		if inside.Add(1) > 1 {
			overlaps.Add(1)
		}
		for range 100 {
			r.Collection.List()
		}
		inside.Add(-1)
	}, true)
	rec := r.record()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 25 {
				r.Put(r.keys[0], 100*w+i+1)
			}
		})
	}
	wg.Wait()
	r.Put(r.keys[0], 1000)
	r.shows(rec, r.keys[0], 1000)
	if n := overlaps.Load(); n > 0 {
		t.Errorf("%d calls of a handler began while another one was under way", n)
	}
}

func (s suite[T]) handlersMayCallEverything() {
	t := s.t
	r := s.begin(1, 0)
	key := r.keys[0]
	var reg krt.HandlerRegistration
	registered, called := make(chan struct{}), make(chan struct{})
	nested := make(chan krt.HandlerRegistration, 1)
	reg = r.Collection.Register(func(e krt.Event[T]) {
		<-registered
		c := r.Collection
		if c.HasSynced(); c.GetKey(key) == nil || len(c.List()) != 1 || r.Version(*e.New) != 1 {
			t.Errorf("the collection holds %d objects, and not the one that the handler is told of", len(c.List()))
		}
		krt.NewIndex(c, "in a handler", func(T) []string { return []string{""} }).Lookup("")
		nested <- c.Register(func(e krt.Event[T]) {
			if r.Version(*e.New) == 2 {
				close(called)
			}
		})
		reg.UnregisterHandler()
		r.Put(key, 2)
	})
	close(registered)
	r.Put(key, 1)
	await(t, "a handler that was registered by a handler", called)
	(<-nested).UnregisterHandler()
}

func (s suite[T]) unregister() {
	t := s.t
	r := s.begin(1, 1)
	key := r.keys[0]
	r.synced()
	pace := r.record()
	g := newGate(t)
	var calls atomic.Int64
	returned := make(chan struct{})
	once := sync.OnceFunc(func() { close(returned) })
	reg := r.Collection.RegisterBatch(func([]krt.Event[T]) {
		calls.Add(1)
		g.pass()
		once()
	}, true)
	await(t, "the handler to be called", g.reached)
	for v := range 3 {
		r.Put(key, v+1)
		r.shows(pace, key, v+1)
	}
	reg.UnregisterHandler() // with a call under way, and events waiting
	reg.UnregisterHandler()
	g.open()
	await(t, "the handler to return", returned)
	r.Put(key, 10)
	r.shows(pace, key, 10)
	waitIdle(t, defaultTimeout, r.Collection)
	if got := calls.Load(); got != 1 {
		t.Errorf("the handler was called %d times, want once: it was unregistered then", got)
	}

	// One whose first call has not begun.
	brief := r.Collection.Register(func(krt.Event[T]) {})
	brief.UnregisterHandler()
	r.Put(key, 11)
	r.shows(pace, key, 11)
}

func (s suite[T]) batchesAreOwned() {
	t := s.t
	r := s.begin(1, 1)
	r.synced()
	told := make(chan []krt.Event[T])
	over := make(chan struct{})
	defer close(over)
	cleared := func(es []krt.Event[T]) { clear(es) }
	r.Collection.RegisterBatch(cleared, true)
	r.Collection.RegisterBatch(func(es []krt.Event[T]) {
		select {
		case told <- es:
		case <-over:
		}
	}, true)
	r.Collection.RegisterBatch(cleared, true)
	// Whoever is told last has what the others left of it.
	for v := range 10 {
		select {
		case es := <-told:
			for _, e := range es {
				if e.Old == nil && e.New == nil {
					t.Fatal("the events of a handler were changed by another one")
				}
			}
		case <-after(t, defaultTimeout):
			t.Fatal("gave up waiting for a handler to be called")
		}
		r.Put(r.keys[0], v+1)
	}
}

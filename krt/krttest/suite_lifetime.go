// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
	"weak"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// stopped returns a channel that is closed.
func stopped() <-chan struct{} {
	ch := make(chan struct{})
	close(ch)
	return ch
}

func (s suite[T]) syncWaits() {
	t := s.t
	r := s.beginUnsynced(1, 1)
	rec := r.record()
	if r.Collection.HasSynced() || rec.Registration().HasSynced() {
		t.Error("synced before the first state was complete")
	}
	if r.Collection.WaitUntilSynced(stopped()) || rec.Registration().WaitUntilSynced(stopped()) {
		t.Error("WaitUntilSynced returned true before the first state was complete")
	}
	r.Sync()
	r.synced()
	// Who has waited may read at once.
	if diff := cmp.Diff(map[string]int{r.keys[0]: 0}, r.content(r.Collection.List())); diff != "" {
		t.Errorf("content of a synced collection mismatch (-want +got):\n%s", diff)
	}
	if !r.Collection.HasSynced() {
		t.Error("HasSynced is false after WaitUntilSynced returned true")
	}
	awaitSync(t, "the registration", rec.Registration())
	if len(rec.Events()) != 1 {
		t.Errorf("the registration is synced, and the handler was told %v", names(rec.Events()))
	}
}

func (s suite[T]) syncOfNothing() {
	t := s.t
	r := s.begin(1, 0)
	r.synced()
	if got := r.Collection.List(); len(got) != 0 {
		t.Errorf("List = %v, want nothing", got)
	}
	awaitSync(t, "a registration", r.record().Registration())
}

func (s suite[T]) registrationSync() {
	t := s.t
	r := s.begin(1, 1)
	r.synced()
	g := newGate(t)
	reg := r.Collection.RegisterBatch(func([]krt.Event[T]) { g.pass() }, true)
	await(t, "the handler to be called", g.reached)
	if reg.HasSynced() || reg.WaitUntilSynced(stopped()) {
		t.Error("a registration is synced while its handler is at work on the first state")
	}
	g.open()
	awaitSync(t, "the registration", reg)
}

func (s suite[T]) registrationSyncedForGood() {
	t := s.t
	r := s.begin(1, 1)
	r.synced()
	g := newGate(t)
	reg := r.Collection.RegisterBatch(func([]krt.Event[T]) { g.pass() }, false)
	r.Put(r.keys[0], 1)
	await(t, "the handler to be called", g.reached)
	if !reg.HasSynced() {
		t.Error("an event after the first state made the registration unsynced")
	}
}

func (s suite[T]) waitWithStop() {
	t := s.t
	r := s.begin(1, 1)
	r.synced()
	rec := r.record()
	awaitSync(t, "the registration", rec.Registration())
	for range 100 { // a select among channels that are ready picks any
		if !r.Collection.WaitUntilSynced(stopped()) || !rec.Registration().WaitUntilSynced(stopped()) {
			t.Fatal("WaitUntilSynced of what is synced returned false")
		}
	}
}

// halt stops the collection and waits until that has taken effect: then the
// registration of a handler that is at work on its first state never becomes
// synced. It is to be called when the collection holds something.
func (r *rig[T]) halt() {
	r.t.Helper()
	g := newGate(r.t)
	defer g.open()
	reg := r.Collection.RegisterBatch(func([]krt.Event[T]) { g.pass() }, true)
	await(r.t, "the handler to be called", g.reached)
	r.stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if reg.WaitUntilSynced(nil) {
			r.t.Error("a registration became synced by the stop of its collection, with its handler at work on the first state")
		}
	}()
	await(r.t, "a registration to end with its collection", ended)
}

func (s suite[T]) stopFreezes() {
	t := s.t
	n := s.size()
	r := s.begin(n, n)
	rec := r.record()
	want := r.churn(rec, 10)
	r.halt()
	told := len(rec.Events())
	for i, key := range r.keys {
		r.Put(key, 1000+i)
	}
	r.Remove(r.keys[0])
	if diff := cmp.Diff(want, r.content(r.Collection.List())); diff != "" {
		t.Errorf("content after stop mismatch (-want +got):\n%s", diff)
	}
	if !r.Collection.HasSynced() || !r.Collection.WaitUntilSynced(nil) {
		t.Error("a synced collection is not synced any more after its stop")
	}
	// What comes now is told of what is there, and nothing else.
	late := r.record()
	awaitSync(t, "the registration of a handler that comes after the stop", late.Registration())
	if diff := cmp.Diff(want, r.content(values(late.Content()))); diff != "" {
		t.Errorf("first state of a handler that comes after the stop mismatch (-want +got):\n%s", diff)
	}
	if got := len(rec.Events()); got != told {
		t.Errorf("%d events were told after the stop", got-told)
	}
	idx := krt.NewIndex(r.Collection, "late", r.bucketsOf)
	CheckIndex(t, idx, r.Collection, r.bucketsOf)
}

func (s suite[T]) registerAfterStop() {
	t := s.t
	r := s.begin(1, 1)
	r.shows(r.record(), r.keys[0], 0)
	r.halt()
	rec := r.record(WithoutExistingState())
	awaitSync(t, "the registration", rec.Registration())
	rec.Registration().UnregisterHandler()
	if got := rec.Events(); len(got) > 0 {
		t.Errorf("events: %v, want none", names(got))
	}
}

func (s suite[T]) stopBeforeSync() {
	t := s.t
	r := s.beginUnsynced(1, 1)
	rec := r.record(WithoutExistingState())
	waits := map[string]chan bool{"the collection": make(chan bool, 1), "a registration": make(chan bool, 1)}
	go func() { waits["the collection"] <- r.Collection.WaitUntilSynced(nil) }()
	go func() { waits["a registration"] <- rec.Registration().WaitUntilSynced(nil) }()
	r.stop()
	for what, result := range waits {
		select {
		case synced := <-result:
			if synced {
				t.Errorf("WaitUntilSynced of %s that was stopped before returned true", what)
			}
		case <-after(t, defaultTimeout):
			t.Fatalf("WaitUntilSynced of %s did not return when it was stopped", what)
		}
	}
	r.Sync()
	if r.Collection.HasSynced() || rec.Registration().HasSynced() {
		t.Error("what was stopped before it was synced became synced")
	}
	if got := rec.Events(); len(got) > 0 {
		t.Errorf("events: %v, want none", names(got))
	}
}

// stopLeavesNothing checks that a source lets go of a collection that was stopped:
// the garbage collector must be able to take it while the source is used. What
// goroutines are left is checked at the end of every check.
func (s suite[T]) stopLeavesNothing() {
	t := s.t
	if s.traits.Own {
		t.Skip("this collection is its own source")
	}
	r := s.begin(1, 1)
	token := func() weak.Pointer[[1]*int] {
		r.synced()
		// A collection refers to its indexes, and nothing else does.
		token := &[1]*int{new(int)}
		krt.NewIndex(r.Collection, "token", func(T) []string {
			runtime.KeepAlive(token)
			return nil
		})
		r.halt()
		r.Collection = nil
		return weak.Make(token)
	}()
	deadline := time.Now().Add(defaultTimeout)
	for token.Value() != nil {
		if time.Now().After(deadline) {
			t.Fatal("the collection is still referred to after its stop, though its source is the only thing left")
		}
		r.Put(r.keys[0], 1)
		runtime.GC()
	}
	r.Put(r.keys[0], 2)
}

// torture does everything at once, first with a collection that goes on, then with
// one that is stopped meanwhile.
func (s suite[T]) torture() {
	n := s.size()
	r := s.begin(n, n)
	r.synced()
	rec := r.record()
	r.everything(func() {})
	want := r.churn(rec, 10)
	if diff := cmp.Diff(want, r.content(r.Collection.List())); diff != "" {
		s.t.Errorf("content mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, r.content(values(rec.Content()))); diff != "" {
		s.t.Errorf("content by what was told mismatch (-want +got):\n%s", diff)
	}
	r.everything(r.stop)
}

// everything changes, reads and follows the collection from several goroutines. One
// of them calls then on its way.
func (r *rig[T]) everything(then func()) {
	ignore := func(krt.Event[T]) {}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(w), 0))
			for i := range 100 {
				if w == 0 && i == 50 {
					then()
				}
				key := r.keys[rnd.IntN(len(r.keys))]
				switch rnd.IntN(7) {
				case 0:
					r.Remove(key)
				case 1, 2:
					r.Put(key, 1000*w+i)
				case 3:
					reg := r.Collection.Register(ignore)
					if rnd.IntN(2) == 0 {
						reg.UnregisterHandler()
					}
				case 4:
					stop := make(chan struct{})
					krt.NewCollection(r.Collection, func(_ krt.HandlerContext, o T) *T { return &o }, krt.WithStop(stop)).Register(ignore)
					runtime.Gosched()
					close(stop)
				case 5:
					krt.NewIndex(r.Collection, "everything", r.bucketsOf).Lookup("1")
				default:
					for _, o := range r.Collection.List() {
						r.Version(o)
					}
					r.Collection.GetKey(key)
				}
			}
		})
	}
	wg.Wait()
}

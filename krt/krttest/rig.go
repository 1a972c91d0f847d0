// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/internal/fold"
)

// Traits say what is special about a kind of collection that [TestCollection] is
// to test. The zero value is for a collection of any number of objects that follows
// a source, change by change.
type Traits struct {
	// Own is set if Put and Remove of the rig are methods of the collection itself.
	// Those of others must not refer to it: the suite checks that a source does not
	// keep a collection alive that was stopped.
	Own bool
	// AtMostOne is set if the collection holds at most one object. The suite uses only
	// one key then.
	AtMostOne bool
	// Merges is set if an object that is removed and put again, without anybody
	// waiting in between, may count as changed and no more. That is so where the
	// object that was removed is not an input of the collection but something that it
	// fetches, or a part of an input.
	Merges bool
}

// Setup says what [TestCollection] wants of the collection that it is about to
// test.
type Setup struct {
	// Present lists the keys of the objects, all of version 0, that are there from
	// the start.
	Present []string
	// Unsynced is true if the first state is not to be complete before the suite
	// calls Sync of the rig.
	Unsynced bool
	// Options are for the collection under test. They carry its stop, and more.
	Options []krt.CollectionOption
	// Others are for all other collections that are made for it. They carry a stop
	// that closes at the end of the test.
	Others []krt.CollectionOption
}

// Rig is a collection under test, and the means to change what it holds.
//
// An object of the tests is a key and a version. What else it carries does not
// matter. Objects of different versions are not equal.
type Rig[T any] struct {
	// Collection is what is tested.
	Collection krt.Collection[T]
	// Put changes the source so that the collection comes to hold an object with that
	// key and version. It returns when the source has taken that; the collection may
	// follow later. It is called by several goroutines at the same time.
	Put func(key string, version int)
	// Remove changes the source so that the collection comes to hold no object with
	// the key. It is like Put otherwise. The key may not be there.
	Remove func(key string)
	// Version returns the version of an object.
	Version func(o T) int
	// Sync completes the first state of the source, or begins what completes it. It is
	// called at most once, and only if [Setup].Unsynced was set. It is nil if there is
	// no such thing.
	Sync func()
}

// suite has the checks of TestCollection for one kind of collection, in one subtest.
type suite[T any] struct {
	t      *testing.T
	traits Traits
	start  func(t *testing.T, s Setup) Rig[T]
}

// rig is a rig in the hands of one check.
type rig[T any] struct {
	Rig[T]
	t *testing.T
	// stop ends the collection. Further calls do nothing.
	stop func()
	// below is for collections that derive from it. It stops them at the end of the
	// check, before the collection.
	below krt.CollectionOption
	// keys are those that the check works with.
	keys []string
}

// begin starts a rig for a check that works with n keys, of which the first ones
// are present.
func (s suite[T]) begin(n, present int) *rig[T] {
	s.t.Helper()
	return s.with(n, Setup{Present: keysUpTo(present)})
}

// beginUnsynced is begin for a rig whose first state is to be completed by Sync.
func (s suite[T]) beginUnsynced(n, present int) *rig[T] {
	s.t.Helper()
	r := s.with(n, Setup{Present: keysUpTo(present), Unsynced: true})
	if r.Sync == nil {
		s.t.Skip("this collection is synced from the start")
	}
	return r
}

func keysUpTo(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = "k" + strconv.Itoa(i)
	}
	return keys
}

func (s suite[T]) with(n int, setup Setup) *rig[T] {
	t := s.t
	t.Helper()
	if s.traits.AtMostOne && n > 1 {
		t.Skip("this collection holds at most one object")
	}
	CheckGoroutines(t)
	stop, others, below := make(chan struct{}), make(chan struct{}), make(chan struct{})
	r := &rig[T]{t: t, keys: keysUpTo(n), below: krt.WithStop(below), stop: sync.OnceFunc(func() { close(stop) })}
	t.Cleanup(func() {
		close(below)
		r.stop()
		close(others)
	})
	setup.Options = append(setup.Options, krt.WithStop(stop), krt.WithName(t.Name()))
	setup.Others = append(setup.Others, krt.WithStop(others), krt.WithName("source of "+t.Name()))
	r.Rig = s.start(t, setup)
	return r
}

// record registers a recorder.
func (r *rig[T]) record(opts ...RecorderOption) *Recorder[T] {
	r.t.Helper()
	return NewRecorder(r.t, r.Collection, opts...)
}

// synced waits until the collection is.
func (r *rig[T]) synced() {
	r.t.Helper()
	awaitSync(r.t, "the collection", r.Collection)
}

// awaitSync waits until something is synced.
func awaitSync(t *testing.T, what string, s krt.Syncer) {
	t.Helper()
	if !s.WaitUntilSynced(after(t, defaultTimeout)) {
		t.Fatalf("%s is not synced: WaitUntilSynced returned false", what)
	}
}

// after returns a channel that closes after a time.
func after(t *testing.T, d time.Duration) <-chan struct{} {
	t.Helper()
	ch := make(chan struct{})
	timer := time.AfterFunc(d, func() { close(ch) })
	t.Cleanup(func() { timer.Stop() })
	return ch
}

// await waits for a channel to close.
func await(t *testing.T, what string, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
	case <-after(t, defaultTimeout):
		t.Fatalf("gave up waiting for %s", what)
	}
}

// shows waits until a recorder was told that a key has a version.
func (r *rig[T]) shows(rec *Recorder[T], key string, version int) {
	r.t.Helper()
	rec.wait(fmt.Sprintf("version %d of %s", version, key), func() bool {
		o, ok := rec.log.Get(key)
		return ok && r.Version(o) == version
	})
}

// lacks waits until a recorder was told that a key has gone.
func (r *rig[T]) lacks(rec *Recorder[T], key string) {
	r.t.Helper()
	rec.wait(key+" to go", func() bool {
		_, ok := rec.log.Get(key)
		return !ok
	})
}

// content returns objects as versions by key.
func (r *rig[T]) content(objects []T) map[string]int {
	out := map[string]int{}
	for _, o := range objects {
		out[fold.Key(o)] = r.Version(o)
	}
	return out
}

// log returns events with the versions that they bring.
func (r *rig[T]) log(events []krt.Event[T]) []string {
	var out []string
	for _, e := range events {
		line := fold.Name(e)
		if e.New != nil {
			line += "=" + strconv.Itoa(r.Version(*e.New))
		}
		out = append(out, line)
	}
	return out
}

// gate holds up a handler until it is opened, at the latest at the end of the test.
type gate struct {
	reached chan struct{} // closed when a handler has come to it
	reach   func()
	opened  chan struct{}
	open    func()
}

func newGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{reached: make(chan struct{}), opened: make(chan struct{})}
	g.reach = sync.OnceFunc(func() { close(g.reached) })
	g.open = sync.OnceFunc(func() { close(g.opened) })
	t.Cleanup(g.open)
	return g
}

func (g *gate) pass() {
	g.reach()
	<-g.opened
}

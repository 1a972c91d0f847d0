// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/internal/fold"
)

// InformerRig is an informer under test, and the means to change what it holds.
// Objects are as those of a [Rig].
type InformerRig[I comparable] struct {
	// Informer is what is tested.
	Informer krt.Informer[I]
	// Put makes an object with that key and version be there. It returns when the
	// source has taken that; the informer may follow later. It is called by several
	// goroutines at the same time.
	Put func(key string, version int)
	// Remove makes the object with the key go. It is like Put otherwise. The key may
	// not be there.
	Remove func(key string)
	// Version returns the version of an object.
	Version func(o I) int
	// Sync completes the first state, or begins what completes it. It is called at most
	// once, and only if [Setup].Unsynced was set. It is nil if there is no such thing.
	Sync func()
}

// TestInformer checks that an informer keeps the promises of [krt.Informer] to those
// who subscribe to it, and that a collection of it keeps those of a collection: it is
// for those who write a source of their own. For each check start makes a new
// informer that holds what [Setup].Present says; options are of no use to it. It ends
// what it made by a Cleanup of the test that it is given.
func TestInformer[I comparable](t *testing.T, start func(t *testing.T, s Setup) InformerRig[I]) {
	t.Helper()
	for _, check := range []struct {
		name string
		run  func(s informerSuite[I])
	}{
		{"tells what is present, then that it is synced", informerSuite[I].presentThenSynced},
		{"is not synced before its first state is complete", informerSuite[I].syncedWhenComplete},
		{"tells each change in order, with what was before", informerSuite[I].changesInOrder},
		{"tells that an object was removed and made again", informerSuite[I].recreation},
		{"tells everyone everything once while all changes", informerSuite[I].subscribeWhileChanging},
		{"never calls by two goroutines at once", informerSuite[I].serial},
		{"ends a subscription at once, and only that", informerSuite[I].unsubscribe},
		{"ends a subscription that ends itself", informerSuite[I].unsubscribeInside},
	} {
		t.Run("subscriptions/"+check.name, func(t *testing.T) { check.run(informerSuite[I]{t, start}) })
	}
	t.Run("collection", func(t *testing.T) {
		TestCollection(t, Traits{}, func(t *testing.T, s Setup) Rig[I] {
			r := start(t, s)
			return Rig[I]{
				Collection: krt.WrapClient(r.Informer, s.Options...),
				Put:        r.Put, Remove: r.Remove, Version: r.Version, Sync: r.Sync,
			}
		})
	})
}

// informerSuite has the checks of TestInformer in one subtest.
type informerSuite[I comparable] struct {
	t     *testing.T
	start func(t *testing.T, s Setup) InformerRig[I]
}

func (s informerSuite[I]) begin(present ...string) InformerRig[I] {
	s.t.Helper()
	CheckGoroutines(s.t)
	return s.start(s.t, Setup{Present: present})
}

// subscriber follows an informer and checks that what it is told fits.
type subscriber[I comparable] struct {
	t       *testing.T
	version func(o I) int
	end     func()
	synced  chan struct{} // closed when the informer says so

	inside atomic.Int64 // calls under way

	mu       sync.Mutex
	log      []string
	versions map[string]int
	told     chan struct{} // closed, and made anew, with each call
	over     bool
}

// subscribe subscribes to the informer for the time of the test.
func (s informerSuite[I]) subscribe(r InformerRig[I]) *subscriber[I] {
	f := &subscriber[I]{
		t: s.t, version: r.Version, synced: make(chan struct{}),
		versions: map[string]int{}, told: make(chan struct{}),
	}
	f.end = r.Informer.Subscribe(f.change, f.sync)
	s.t.Cleanup(func() {
		f.end()
		f.mu.Lock()
		defer f.mu.Unlock()
		f.over = true
	})
	return f
}

func (f *subscriber[I]) change(old, new I) {
	if f.inside.Add(1) > 1 {
		f.t.Error("change was called while another call was under way")
	}
	defer f.inside.Add(-1)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return
	}
	var none I
	var e krt.Event[I]
	switch {
	case old == none && new == none:
		f.t.Error("change was called without an object")
		return
	case old == none:
		e = krt.Event[I]{Event: krt.EventAdd, New: &new}
	case new == none:
		e = krt.Event[I]{Event: krt.EventDelete, Old: &old}
	default:
		e = krt.Event[I]{Event: krt.EventUpdate, Old: &old, New: &new}
	}
	key := fold.Key(e.Latest())
	before, known := f.versions[key]
	if known != (e.Old != nil) {
		f.t.Errorf("told of %s, though the object was there before: %v", fold.Name(e), known)
	} else if known && f.version(old) != before {
		f.t.Errorf("told of %s of version %d, and the one told before was %d", fold.Name(e), f.version(old), before)
	}
	delete(f.versions, key)
	line := fold.Name(e)
	if e.New != nil {
		f.versions[key] = f.version(new)
		line = fmt.Sprint(line, "=", f.versions[key])
	}
	f.tell(line)
}

func (f *subscriber[I]) sync() {
	if f.inside.Add(1) > 1 {
		f.t.Error("synced was called while change was under way")
	}
	defer f.inside.Add(-1)
	f.mu.Lock()
	defer f.mu.Unlock()
	if slices.Contains(f.log, "synced") {
		f.t.Error("synced was called twice")
		return
	}
	f.tell("synced")
	close(f.synced)
}

// tell notes what was told. mu is held.
func (f *subscriber[I]) tell(line string) {
	f.log = append(f.log, line)
	close(f.told)
	f.told = make(chan struct{})
}

// await waits until done, which is called with mu held, returns true.
func (f *subscriber[I]) await(what string, done func() bool) {
	f.t.Helper()
	timeout := after(f.t, defaultTimeout)
	f.mu.Lock()
	defer f.mu.Unlock()
	for !done() {
		told := f.told
		f.mu.Unlock()
		select {
		case <-told:
		case <-timeout:
			f.t.Fatalf("gave up waiting for %s; told: %v", what, f.lines())
		}
		f.mu.Lock()
	}
}

// shows waits until the object with the key was told to have a version.
func (f *subscriber[I]) shows(key string, version int) {
	f.t.Helper()
	f.await(fmt.Sprintf("version %d of %s", version, key), func() bool {
		v, ok := f.versions[key]
		return ok && v == version
	})
}

// lacks waits until the object with the key was told to be gone.
func (f *subscriber[I]) lacks(key string) {
	f.t.Helper()
	f.await(key+" to go", func() bool {
		_, ok := f.versions[key]
		return !ok
	})
}

// lines returns what was told.
func (f *subscriber[I]) lines() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.log)
}

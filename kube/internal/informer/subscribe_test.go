// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/internal/informer"
)

var _ krt.Informer[any] = (*informer.Source)(nil)

// lease counts what becomes of a share in an informer.
type lease struct{ released atomic.Int32 }

func (l *lease) Start(<-chan struct{}) {}
func (l *lease) Release()              { l.released.Add(1) }

func TestSubscribe_syncsOnceAfterAllInitialObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"), configMap("a", "y"))
		i := newInformer(s)
		v := informer.NewView(i, nil, nil)
		before, late := newRecorder(), newRecorder()
		seen := -1
		v.Subscribe(before.change, func() {
			seen = len(before.state())
			before.complete()
		})
		synctest.Wait()
		if before.synced != 0 {
			t.Error("synced before the informer has started")
		}
		stop := run(t, i)
		defer stop()
		synctest.Wait()
		if before.synced != 1 || seen != 2 {
			t.Errorf("synced %d times, after %d objects; want once, after 2", before.synced, seen)
		}
		v.Subscribe(late.change, late.complete)
		s.put(configMap("a", "z"))
		s.compact()
		s.dropWatches()
		synctest.Wait()
		if before.synced != 1 || late.synced != 1 {
			t.Errorf("synced %d and %d times, want once each", before.synced, late.synced)
		}
		if wrong := append(before.complaints(), late.complaints()...); len(wrong) > 0 {
			t.Errorf("subscribers were told what cannot be: %q", wrong)
		}
	})
}

func TestSubscribe_syncsWithoutObjectsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i, stop := start(t, newServer())
		defer stop()
		early, late := newRecorder(), newRecorder()
		v := informer.NewView(i, nil, nil)
		v.Subscribe(early.change, early.complete)
		synctest.Wait()
		v.Subscribe(late.change, late.complete)
		synctest.Wait()
		if early.synced != 1 || late.synced != 1 {
			t.Errorf("synced %d and %d times, want once each", early.synced, late.synced)
		}
	})
}

func TestUnsubscribe_mayBeCalledAgainAndInACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"), configMap("a", "y"))
		i := newInformer(s)
		v := informer.NewView(i, nil, nil)
		var calls, syncs atomic.Int32
		var unsubscribe func()
		unsubscribe = v.Subscribe(func(any, any) {
			calls.Add(1)
			unsubscribe()
			unsubscribe()
		}, func() { syncs.Add(1) })
		stop := run(t, i)
		defer stop()
		synctest.Wait()
		unsubscribe()
		if calls.Load() != 1 || syncs.Load() != 0 {
			t.Errorf("%d changes and %d syncs after the end, want 1 and 0", calls.Load(), syncs.Load())
		}
	})
}

// Synctest fails a test whose goroutines do not end: nothing may be left of
// subscriptions to an informer that never starts or never gets its list.
func TestUnsubscribe_leavesNothingOfAnInformerThatNeverSyncs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		idle := newInformer(newServer())
		share := &lease{}
		end := informer.NewSource(informer.NewView(idle, newNamespaces(), share)).Subscribe(func(any, any) {}, func() {})
		end()
		if share.released.Load() != 1 {
			t.Error("the share of an informer that never started was not released")
		}

		s := newServer()
		s.noList = make(chan struct{})
		i, stop := start(t, s)
		end = informer.NewSource(informer.NewView(i, nil, &lease{})).Subscribe(func(any, any) {}, func() {})
		synctest.Wait()
		end()
		stop()
	})
}

func TestSource_closesWithItsLastSubscriber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		defer stop()
		share := &lease{}
		source := informer.NewSource(informer.NewView(i, nil, share))
		first, second, late := newRecorder(), newRecorder(), newRecorder()
		endFirst := source.Subscribe(first.change, first.complete)
		endSecond := source.Subscribe(second.change, second.complete)
		endFirst()
		endFirst()
		if share.released.Load() != 0 {
			t.Error("closed while somebody subscribes")
		}
		s.put(configMap("a", "y"))
		synctest.Wait()
		if len(second.state()) != 2 {
			t.Errorf("the second subscriber has %v, want two objects", second.state())
		}
		endSecond()
		if share.released.Load() != 1 {
			t.Errorf("released %d times, want once", share.released.Load())
		}
		source.Subscribe(late.change, late.complete)()
		synctest.Wait()
		if len(late.state()) != 0 || late.synced != 0 {
			t.Error("a closed source told its subscriber something")
		}
	})
}

// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/internal/informer"
)

// waiting starts a WaitFor and returns where its answer will be.
func waiting(t *testing.T, v *informer.View, version string) <-chan error {
	t.Helper()
	answer := make(chan error, 1)
	go func() { answer <- v.WaitFor(t.Context(), version) }()
	synctest.Wait()
	return answer
}

func expectWaits(t *testing.T, answer <-chan error) {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-answer:
		t.Fatalf("WaitFor returned %v too early", err)
	default:
	}
}

func expectDone(t *testing.T, answer <-chan error) {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-answer:
		if err != nil {
			t.Errorf("WaitFor = %v", err)
		}
	default:
		t.Error("WaitFor still waits")
	}
}

func TestWaitFor_returnsWhenTheCacheShowsTheVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"), configMap("a", "y")) // versions 1 and 2
		i := newInformer(s)
		v := informer.NewView(i, nil, nil)
		listed := waiting(t, v, "2")
		expectWaits(t, listed) // not started
		stop := run(t, i)
		defer stop()
		expectDone(t, listed)

		for n, change := range []func(){
			func() { s.put(configMap("a", "z")) },
			func() { s.put(configMap("a", "z", "n", "1")) },
			func() { s.remove("a", "z") },
		} {
			answer := waiting(t, v, strconv.Itoa(n+3))
			expectWaits(t, answer)
			change()
			expectDone(t, answer)
		}
		expectDone(t, waiting(t, v, "1"))
	})
}

// A write to an object that the server's selector hides is not announced. The bookmark
// says that nothing else happened.
func TestWaitFor_returnsWithTheBookmark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		defer stop()
		v := informer.NewView(i, nil, nil)
		answer := waiting(t, v, "7")
		expectWaits(t, answer)
		s.bookmark("6")
		expectWaits(t, answer)
		s.bookmark("10") // more digits, less as text
		expectDone(t, answer)
	})
}

func TestWaitFor_returnsWithTheListThatMakesUpForAnExpiredWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		defer stop()
		v := informer.NewView(i, nil, nil)
		synctest.Wait()
		answer := waiting(t, v, "2")
		s.dropWatches()
		s.put(configMap("a", "y"))
		s.compact()
		time.Sleep(time.Minute)
		expectDone(t, answer)
	})
}

// The transform may take the resource version away.
func TestWaitFor_doesNotNeedTheVersionInTheCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		i, stop := start(t, s, func(c *informer.Config) {
			c.Transform = func(obj any) (any, error) {
				o := obj.(*corev1.ConfigMap)
				if o.Name == "bad" {
					return nil, errors.New("bad object")
				}
				o = o.DeepCopy()
				o.ResourceVersion = ""
				return o, nil
			}
		})
		defer stop()
		v := informer.NewView(i, nil, nil)
		for n, name := range []string{"x", "bad"} {
			answer := waiting(t, v, strconv.Itoa(n+1))
			expectWaits(t, answer)
			s.put(configMap("a", name))
			expectDone(t, answer)
		}
	})
}

func TestWaitFor_endsWithItsContextAndWithTheInformer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i, stop := start(t, newServer(configMap("a", "x")))
		v := informer.NewView(i, nil, nil)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := v.WaitFor(ctx, "5"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("WaitFor = %v, want the context's error", err)
		}
		for _, version := range []string{"", "0", "abc", "01"} {
			if err := v.WaitFor(t.Context(), version); err == nil {
				t.Errorf("WaitFor(%q) is no error", version)
			}
		}
		answer := waiting(t, v, "5")
		stop()
		if err := <-answer; err == nil || err.Error() != `configmaps.v1: wait for version "5": informer has stopped` {
			t.Errorf("WaitFor = %v, want that the informer has stopped", err)
		}
		if err := v.WaitFor(t.Context(), "1"); err != nil {
			t.Errorf("WaitFor = %v for what the stopped cache shows", err)
		}
	})
}

func TestWaitFor_manyWaitersSeeWhatTheyWaitedFor(t *testing.T) {
	s := newServer()
	i, stop := start(t, s)
	defer stop()
	v := informer.NewView(i, nil, nil)
	const n = 200
	answers := make(chan error, n)
	for k := range n {
		go func() {
			err := v.WaitFor(t.Context(), strconv.Itoa(k+1))
			if err == nil && v.Get("o"+strconv.Itoa(k+1), "a") == nil {
				err = errors.New("o" + strconv.Itoa(k+1) + " is not in the cache")
			}
			answers <- err
		}()
	}
	for k := range n {
		s.put(configMap("a", "o"+strconv.Itoa(k+1)))
	}
	for range n {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
}

func TestState_saysWhatTheCacheDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		s.fail(errors.New("broken"))
		i := newInformer(s)
		v := informer.NewView(i, nil, nil)
		expect := func(want informer.Phase) {
			t.Helper()
			time.Sleep(time.Minute)
			synctest.Wait()
			got, err := v.State()
			if got != want || (err != nil) != (want == informer.Failed) {
				t.Errorf("State() = %v, %v; want %v", got, err, want)
			}
		}
		expect(informer.Starting)
		stop := run(t, i)
		expect(informer.Failed)
		s.fail(nil)
		expect(informer.Ready)
		stop()
		expect(informer.Stopped)
	})
}

// R-33 of the contract: channels, for cache.WaitFor.
//
// Defects C.1 row 10.
func TestAddEventHandler_registrationHasAChannelThatSaysWhenItIsSynced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i := newInformer(s)
		v := informer.NewView(i, nil, nil)
		release := make(chan struct{})
		slow := v.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(any) { <-release }})
		quick := v.AddEventHandler(newRecorder())
		stop := run(t, i)
		synctest.Wait()
		if !cache.IsDone(quick.HasSyncedChecker()) || cache.IsDone(slow.HasSyncedChecker()) {
			t.Error("the channels do not say that the quick one is synced and the slow one is not")
		}
		synced := make(chan bool)
		go func() {
			synced <- cache.WaitFor(t.Context(), "handlers", slow.HasSyncedChecker(), quick.HasSyncedChecker())
		}()
		close(release)
		if !<-synced {
			t.Error("cache.WaitFor = false")
		}
		stop()
		late := v.AddEventHandler(newRecorder())
		if done := late.HasSyncedChecker().Done(); done == nil || late.HasSynced() {
			t.Error("the registration of a stopped informer has no channel, or is synced")
		}
		if name := late.HasSyncedChecker().Name(); name != "handler of configmaps.v1" {
			t.Errorf("its name is %q", name)
		}
	})
}

func (s *server) bookmark(version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.watches {
		w.events <- watch.Event{
			Type: watch.Bookmark, Object: &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{ResourceVersion: version}},
		}
	}
}

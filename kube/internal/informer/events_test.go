// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/internal/informer"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

func expect(t *testing.T, r *recorder, want string) {
	t.Helper()
	synctest.Wait()
	if got := r.log(); got != want {
		t.Errorf("handler was told %q, want %q", got, want)
	}
	if wrong := r.complaints(); len(wrong) > 0 {
		t.Errorf("handler was told what cannot be: %q", wrong)
	}
}

func labelled(obj any) bool { return obj.(*corev1.ConfigMap).Labels["show"] == "yes" }

// The table of contract R-25.
func TestFilter_turnsChangesIntoWhatTheHandlerHasToKnow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		i, stop := start(t, s)
		defer stop()
		v := informer.NewView(i, kubetypes.NewStaticObjectFilter(labelled), nil)
		r := newRecorder()
		v.AddEventHandler(r)
		synctest.Wait()

		s.put(configMap("a", "x"))
		expect(t, r, "") // rejected
		s.put(configMap("a", "x", "n", "1"))
		expect(t, r, "") // rejected, rejected
		s.put(configMap("a", "x", "show", "yes"))
		expect(t, r, "add a/x") // rejected, accepted
		s.put(configMap("a", "x", "show", "yes", "n", "2"))
		expect(t, r, "update a/x") // accepted, accepted
		s.put(configMap("a", "x"))
		expect(t, r, "delete a/x") // accepted, rejected
		s.remove("a", "x")
		expect(t, r, "") // rejected, gone
		s.put(configMap("a", "y", "show", "yes"))
		s.remove("a", "y")
		expect(t, r, "add a/y, delete a/y")
	})
}

func TestAddEventHandler_lateHandlerGetsWhatIsThereAndThenChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		defer stop()
		synctest.Wait()
		s.put(configMap("a", "x", "n", "1"))
		synctest.Wait()

		r := newRecorder()
		v := informer.NewView(i, nil, nil)
		registration := v.AddEventHandler(r)
		s.put(configMap("a", "x", "n", "2"))
		expect(t, r, "initial a/x, update a/x")
		if !registration.HasSynced() || !cache.IsDone(registration.HasSyncedChecker()) {
			t.Error("registration is not synced after the initial objects")
		}
	})
}

func TestDelete_handlerGetsFinalStateAndSubscriberWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		defer stop()
		v := informer.NewView(i, kubetypes.NewStaticObjectFilter(func(any) bool { return true }), nil)
		var final, had atomic.Value
		v.AddEventHandler(cache.ResourceEventHandlerFuncs{DeleteFunc: func(obj any) { final.Store(obj) }})
		v.Subscribe(func(old, obj any) {
			if obj == nil {
				had.Store(old)
			}
		}, func() {})
		synctest.Wait()
		cached := v.Get("x", "a")
		s.remove("a", "x")
		synctest.Wait()
		if o, _ := final.Load().(*corev1.ConfigMap); o == nil || o.Annotations["final"] != "true" {
			t.Errorf("handler got %v, want the state at the deletion", o)
		}
		if had.Load() != cached {
			t.Errorf("subscriber got %v, want the object that it had", had.Load())
		}
	})
}

// HasSynced must not become true before the last handler returned from the last
// initial object: no "eventually" here (contract R-31).
func TestHasSynced_meansThatEveryHandlerHasReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		for n := range 100 {
			s.put(configMap("a", fmt.Sprint("x", n)))
		}
		i := newInformer(s)
		v := informer.NewView(i, nil, nil)
		var handled atomic.Int32
		slow := cache.ResourceEventHandlerFuncs{AddFunc: func(any) {
			time.Sleep(time.Millisecond)
			handled.Add(1)
		}}
		v.AddEventHandler(slow)
		stop := run(t, i)
		defer stop()
		for !v.HasSynced() {
			time.Sleep(100 * time.Microsecond)
		}
		if n := handled.Load(); n != 100 {
			t.Errorf("synced after %d of 100 objects", n)
		}
		if !v.HasSyncedIgnoringHandlers() {
			t.Error("synced, but not when handlers are ignored")
		}

		v.AddEventHandler(slow)
		if v.HasSynced() {
			t.Error("synced although a new handler has seen nothing yet")
		}
		for !v.HasSynced() {
			time.Sleep(100 * time.Microsecond)
		}
		if n := handled.Load(); n != 200 {
			t.Errorf("synced after %d of 200 objects", n)
		}
	})
}

func TestHandlers_slowOneDelaysNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		v := informer.NewView(i, nil, nil)
		release := make(chan struct{})
		v.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(any) { <-release }})
		r := newRecorder()
		v.AddEventHandler(r)
		s.put(configMap("a", "y"))
		synctest.Wait()
		if got := r.state(); len(got) != 2 {
			t.Errorf("the other handler has %v, want two objects", got)
		}
		close(release)
		stop()
	})
}

// Defects C.1 row 2.
func TestShutdownHandler_leavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		i, stop := start(t, s)
		defer stop()
		v, other := informer.NewView(i, nil, nil), informer.NewView(i, nil, nil)
		first, second, elsewhere := newRecorder(), newRecorder(), newRecorder()
		registration := v.AddEventHandler(first)
		v.AddEventHandler(second)
		foreign := other.AddEventHandler(elsewhere)
		synctest.Wait()

		v.ShutdownHandler(registration)
		v.ShutdownHandler(foreign) // not of this view
		s.put(configMap("a", "x"))
		expect(t, first, "")
		expect(t, second, "add a/x")
		expect(t, elsewhere, "add a/x")

		v.ShutdownHandlers()
		s.put(configMap("a", "y"))
		expect(t, second, "")
		expect(t, elsewhere, "add a/y")
	})
}

func TestHandler_mayReadAddAndEndHandlersItselfIncluded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"), configMap("a", "y"))
		i, stop := start(t, s)
		defer stop()
		v := informer.NewView(i, nil, nil)
		added := newRecorder()
		var registration cache.ResourceEventHandlerRegistration
		ready := make(chan struct{})
		var calls atomic.Int32
		registration = v.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(obj any) {
			<-ready
			calls.Add(1)
			if v.Get(obj.(*corev1.ConfigMap).Name, "a") == nil {
				t.Error("the object of the event is not in the cache")
			}
			v.AddEventHandler(added)
			v.ShutdownHandler(registration)
		}})
		close(ready)
		synctest.Wait()
		if n := calls.Load(); n != 1 {
			t.Errorf("handler was called %d times, want once: it ended itself", n)
		}
		if got := added.state(); len(got) != 2 {
			t.Errorf("the handler that was added has %v, want two objects", got)
		}
	})
}

func TestAddEventHandler_onStoppedInformerNeverSyncs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		synctest.Wait()
		stop()
		v := informer.NewView(i, nil, nil)
		r := newRecorder()
		registration := v.AddEventHandler(r)
		expect(t, r, "")
		if registration.HasSynced() || v.HasSynced() {
			t.Error("a handler of a stopped informer is synced")
		}
		if registration.HasSyncedChecker().Done() == nil {
			t.Error("registration has no channel to wait for")
		}
		if _, err := i.AddEventHandler(r); err == nil {
			t.Error("the informer itself took a handler after its end")
		}
	})
}

func TestTransform_shapesWhatIsCachedAndItsErrorsAreSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		refuse := errors.New("no secrets in here")
		i, stop := start(t, s, func(c *informer.Config) {
			c.Transform = func(obj any) (any, error) {
				o := obj.(*corev1.ConfigMap)
				if o.Labels["bad"] != "" {
					return nil, refuse
				}
				o.Data = map[string]string{"by": "transform"}
				return o, nil
			}
		})
		defer stop()
		v := informer.NewView(i, nil, nil)
		r := newRecorder()
		v.AddEventHandler(r)
		expect(t, r, "initial a/x")
		if got := v.Get("x", "a").(*corev1.ConfigMap).Data["by"]; got != "transform" {
			t.Errorf("cached object was not transformed: %q", got)
		}

		s.put(configMap("a", "x", "bad", "yes"))
		expect(t, r, "") // the last good state stays
		s.remove("a", "x")
		expect(t, r, "delete a/x")

		s.dropWatches()
		s.put(configMap("a", "z", "bad", "yes"))
		s.compact()
		time.Sleep(time.Minute)
		synctest.Wait()
		if err := i.LastError(); err == nil || !strings.Contains(err.Error(), "transform a/z: "+refuse.Error()) {
			t.Errorf("last error is %v, want one about a/z", err)
		}
	})
}

// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"

	"github.com/krtkit/krtkit/krt/krttest"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/util/queue"
)

var errDown = errors.New("server is down")

// journal is a record of reconciles with the seconds since it was made.
type journal struct {
	began time.Time
	mu    sync.Mutex
	lines []string
}

func newJournal() *journal { return &journal{began: time.Now()} }

func (j *journal) add(key any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf("%v@%v", key, time.Since(j.began).Seconds()))
}

func (j *journal) reconcile(key types.NamespacedName) error {
	j.add(key)
	return nil
}

func (j *journal) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	j.mu.Lock()
	defer j.mu.Unlock()
	if diff := cmp.Diff(strings.Join(want, " "), strings.Join(j.lines, " ")); diff != "" {
		t.Errorf("reconciled mismatch (-want +got):\n%s", diff)
	}
	j.lines = nil
}

// runQueue runs a queue until the test, or the function that it returns, ends it.
func runQueue(t *testing.T, q controllers.Queue) (stop func()) {
	t.Helper()
	ch := make(chan struct{})
	go q.Run(ch)
	stop = sync.OnceFunc(func() {
		close(ch)
		if err := q.WaitForClose(0); err != nil {
			t.Errorf("WaitForClose = %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func quiet() func(*controllers.Queue) {
	return controllers.WithQueueOptions(queue.WithLogger(slog.New(slog.DiscardHandler)))
}

func inNamespace(namespace, name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
}

func TestQueue_reconcilesObjectsOnceForManyEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		q := controllers.NewQueue("q", controllers.WithReconciler(j.reconcile))
		h := controllers.ObjectHandler(q.AddObject) // of a copy of the queue
		h.OnAdd(inNamespace("ns", "a"), true)
		h.OnUpdate(inNamespace("ns", "a"), inNamespace("ns", "a"))
		h.OnDelete(tombstone(inNamespace("ns", "b")))
		runQueue(t, q)
		j.want(t, "ns/a@0", "ns/b@0")
	})
}

func TestQueue_withoutMaxAttemptsTriesOnce(t *testing.T) {
	for _, n := range []int{-1, 0, 1} {
		synctest.Test(t, func(t *testing.T) {
			j := newJournal()
			q := controllers.NewQueue("q", quiet(), controllers.WithMaxAttempts(n), controllers.WithGenericReconciler(func(key any) error {
				j.add(key)
				return errDown
			}))
			q.Add(7)
			runQueue(t, q)
			time.Sleep(time.Hour)
			j.want(t, "7@0")
		})
	}
}

func TestQueue_triesMaxAttemptsTimesWithClientGosPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		q := controllers.NewQueue("q", quiet(), controllers.WithMaxAttempts(4), controllers.WithGenericReconciler(func(key any) error {
			j.add(key)
			return errDown
		}))
		q.Add("a")
		runQueue(t, q)
		time.Sleep(time.Hour)
		j.want(t, "a@0", "a@0.005", "a@0.015", "a@0.035")
		q.Add("a") // the count began anew
		time.Sleep(time.Hour)
		j.want(t, "a@3600", "a@3600.005", "a@3600.015", "a@3600.035")
	})
}

func TestQueue_bucketIsSharedByAllKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := controllers.NewQueue("q", quiet(), controllers.WithMaxAttempts(2),
			controllers.WithGenericReconciler(func(any) error { return errDown }))
		for key := range 200 {
			q.Add(key)
		}
		runQueue(t, q)
		time.Sleep(5050 * time.Millisecond) // 100 retries at once, then 10 a second
		synctest.Wait()
		if got := q.Stats().GivenUp; got != 150 {
			t.Errorf("%d retries were made, want 150", got)
		}
	})
}

func TestQueue_takesClientGosLimitersAndPermanentErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		tries := 0
		q := controllers.NewQueue("q", quiet(),
			controllers.WithRateLimiter(workqueue.NewTypedItemExponentialFailureRateLimiter[any](time.Second, 4*time.Second)),
			controllers.WithMaxAttempts(math.MaxInt), controllers.WithGenericReconciler(func(key any) error {
				j.add(key)
				if tries++; tries == 6 {
					return queue.Permanent(errDown)
				}
				return errDown
			}))
		q.Add("a")
		runQueue(t, q)
		time.Sleep(time.Hour)
		j.want(t, "a@0", "a@1", "a@3", "a@7", "a@11", "a@15")
	})
}

func TestQueue_hasSyncedWhenWhatWasAddedBeforeRunWasTried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := controllers.NewQueue("q", quiet(), controllers.WithMaxAttempts(math.MaxInt),
			controllers.WithGenericReconciler(func(any) error {
				time.Sleep(time.Second)
				return errDown
			}))
		q.Add("a")
		q.Add("b")
		if q.HasSynced() {
			t.Error("synced before Run")
		}
		runQueue(t, q)
		synctest.Wait()
		time.Sleep(1500 * time.Millisecond)
		if q.HasSynced() {
			t.Error("synced though b was not tried")
		}
		time.Sleep(time.Second)
		if !q.HasSynced() {
			t.Error("not synced though all were tried")
		}
		<-q.Synced()
	})
}

func TestQueue_stopDrainsWhatWaitsAndDropsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		q := controllers.NewQueue("q", quiet(), controllers.WithMaxAttempts(5),
			controllers.WithGenericReconciler(func(key any) error {
				j.add(key)
				time.Sleep(time.Second)
				return errDown
			}))
		stop := runQueue(t, q)
		q.Add("a")
		synctest.Wait()
		q.Add("b")
		q.AddAfter("c", time.Minute)
		if err := q.WaitForClose(time.Millisecond); err == nil || !strings.Contains(err.Error(), `"q"`) {
			t.Errorf("WaitForClose of a queue that runs = %v, want an error with its name", err)
		}
		stop()
		<-q.Closed()
		q.Add("d")
		time.Sleep(time.Hour)
		j.want(t, "a@0", "b@1")
	})
}

func TestQueue_secondRunPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := controllers.NewQueue("q", controllers.WithReconciler(newJournal().reconcile))
		runQueue(t, q)
		synctest.Wait()
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		q.Run(t.Context().Done())
	})
}

func TestQueue_shutDownEarlyLeavesNothing(t *testing.T) {
	krttest.CheckGoroutines(t)
	q := controllers.NewQueue("q", controllers.WithReconciler(newJournal().reconcile))
	q.AddObject(inNamespace("ns", "a"))
	q.AddAfter(types.NamespacedName{Name: "b"}, time.Hour)
	q.ShutDownEarly()
	if err := q.WaitForClose(0); err != nil {
		t.Errorf("WaitForClose = %v", err)
	}
	q.Run(nil) // returns at once
}

func TestQueue_runLeavesNothing(t *testing.T) {
	krttest.CheckGoroutines(t)
	done := make(chan struct{})
	q := controllers.NewQueue("q", controllers.WithConcurrency(4), controllers.WithGenericReconciler(func(key any) error {
		if key == 99 {
			close(done)
		}
		return nil
	}))
	for key := range 100 {
		q.Add(key)
	}
	stop := runQueue(t, q)
	<-done
	stop()
}

func TestQueue_contextLivesUntilDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		q := controllers.NewQueue("q", quiet(), controllers.WithQueueOptions(queue.WithDrain(3*time.Second)),
			controllers.WithContextReconciler(func(ctx context.Context, key types.NamespacedName) error {
				select {
				case <-time.After(2 * time.Second):
					j.add(key)
				case <-ctx.Done():
					j.add(key.String() + " cut short")
				}
				return nil
			}))
		for _, name := range []string{"a", "b", "c"} {
			q.AddObject(inNamespace("ns", name))
		}
		stop := runQueue(t, q)
		synctest.Wait()
		stop()
		j.want(t, "ns/a@2", "ns/b cut short@3")
	})
}

func TestNewQueue_panicsWithTheRemedy(t *testing.T) {
	for _, tt := range []struct {
		name string
		call func()
		want string
	}{
		{"nothing to call", func() { controllers.NewQueue("q") }, `controllers: queue "q" has nothing to call: give it WithReconciler`},
		{
			"key of another type", func() {
				controllers.NewQueue("q", controllers.WithReconciler(newJournal().reconcile)).Add("ns/a")
			}, "controllers: queue: a string was added: with WithReconciler it must be a types.NamespacedName; WithGenericReconciler takes anything",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if diff := cmp.Diff(any(tt.want), recover()); diff != "" {
					t.Errorf("panic mismatch (-want +got):\n%s", diff)
				}
			}()
			tt.call()
		})
	}
}

func TestWithName_isTheOneInMessages(t *testing.T) {
	q := controllers.NewQueue("q", controllers.WithName("other"), controllers.WithReconciler(newJournal().reconcile))
	if err := q.WaitForClose(1); err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("WaitForClose = %v, want an error with the name", err)
	}
}

// Defects C.2 row 16.
func TestEnqueueHandler_changesComeBeforeWhatWasThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		q := controllers.NewQueue("q", controllers.WithReconciler(j.reconcile))
		h := controllers.EnqueueHandler(q)
		for _, name := range []string{"a", "b", "c"} {
			h.OnAdd(inNamespace("ns", name), true)
		}
		h.OnAdd(inNamespace("ns", "new"), false)
		h.OnUpdate(inNamespace("ns", "c"), inNamespace("ns", "c"))
		h.OnDelete(inNamespace("ns", "gone"))
		runQueue(t, q)
		j.want(t, "ns/new@0", "ns/c@0", "ns/gone@0", "ns/a@0", "ns/b@0")
	})
}

func TestEnqueueForParentHandler_addsOwnersOfTheKind(t *testing.T) {
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(before) })
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		q := controllers.NewQueue("q", controllers.WithReconciler(j.reconcile))
		handler := controllers.EnqueueForParentHandler(q, schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "ReplicaSet"})
		child := inNamespace("ns", "pod")
		child.OwnerReferences = []metav1.OwnerReference{
			{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web"},
			{APIVersion: "apps/v1beta1", Kind: "ReplicaSet", Name: "old"},
			{APIVersion: "apps/v1", Kind: "Deployment", Name: "other-kind"},
			{APIVersion: "v1", Kind: "ReplicaSet", Name: "other-group"},
			{APIVersion: "a/b/c", Kind: "ReplicaSet", Name: "unparsable"},
		}
		handler(child)
		handler(inNamespace("ns", "orphan"))
		runQueue(t, q)
		j.want(t, "ns/web@0", "ns/old@0")
	})
}

// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/client-go/util/workqueue"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/util/queue"
	"github.com/krtkit/krtkit/util/test/assert"
)

// meter tells a tracker what a queue tells of itself.
type meter struct{ *assert.Tracker[string] }

func (m meter) Watch(name string, _ func() queue.Stats) func() {
	m.Record("watch " + name)
	return nil
}

func (m meter) Waited(string, time.Duration) {}

func (m meter) Worked(name string, _ time.Duration, err error) {
	m.Record(fmt.Sprint(name, " worked: ", err))
}

// Defects C.2 row 17: a queue with a rate limiter of its own had no name for its metrics.
func TestQueue_keepsNameAndMetricsWithARateLimiter(t *testing.T) {
	for name, options := range map[string][]func(*controllers.Queue){
		"before": {controllers.WithRateLimiter(workqueue.DefaultTypedControllerRateLimiter[any]())},
		"after":  nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			m := meter{assert.NewTracker[string](t)}
			options = append(options, controllers.WithQueueOptions(queue.WithMetrics(m)), quiet(),
				controllers.WithGenericReconciler(func(any) error { return errDown }))
			if name == "after" {
				options = append(options, controllers.WithRateLimiter(workqueue.DefaultTypedControllerRateLimiter[any]()))
			}
			q := controllers.NewQueue("pods", options...)
			q.Add("a")
			runQueue(t, q)
			m.WaitOrdered("watch pods", "pods worked: server is down")
		})
	}
}

// what is added while it is reconciled comes again, after what waited before.
func TestQueue_reconcilesAgainWhatIsAddedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		q := controllers.NewQueue("q", controllers.WithGenericReconciler(func(key any) error {
			j.add(key)
			time.Sleep(time.Second)
			return nil
		}))
		q.Add("a")
		q.Add("b")
		runQueue(t, q)
		synctest.Wait()
		q.Add("a")
		q.Add("a")
		time.Sleep(time.Minute)
		j.want(t, "a@0", "b@1", "a@2")
	})
}

// reconciles never overlap unless they are told to, and those of one key not even
// then.
func TestQueue_hasOneWorkerUnlessToldOtherwise(t *testing.T) {
	for workers, options := range map[int][]func(*controllers.Queue){1: nil, 3: {controllers.WithConcurrency(3)}} {
		t.Run(fmt.Sprint("workers=", workers), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				running, most := map[any]int{}, 0
				enter := func(key any, n int) {
					mu.Lock()
					defer mu.Unlock()
					running[key] += n
					running["all"] += n
					most = max(most, running["all"])
					if running[key] > 1 {
						t.Errorf("%v is reconciled twice at a time", key)
					}
				}
				q := controllers.NewQueue("q", append(options, controllers.WithGenericReconciler(func(key any) error {
					enter(key, 1)
					time.Sleep(time.Second)
					enter(key, -1)
					return nil
				}))...)
				runQueue(t, q)
				for range 10 {
					for key := range 5 {
						q.Add(key)
					}
					time.Sleep(500 * time.Millisecond)
				}
				time.Sleep(time.Minute)
				mu.Lock()
				defer mu.Unlock()
				if most != workers {
					t.Errorf("%d reconciles at a time, want %d", most, workers)
				}
			})
		})
	}
}

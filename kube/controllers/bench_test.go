// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/util/queue"
)

// contender is a queue of one kind that runs.
type contender struct {
	add func(key types.NamespacedName, initial bool)
	// end waits until all is reconciled.
	end func()
}

// contenders start queues that call reconcile with a number of workers.
var contenders = []struct {
	name  string
	start func(workers int, reconcile func(types.NamespacedName)) contender
}{
	{"of=util/queue", func(workers int, reconcile func(types.NamespacedName)) contender {
		q := queue.New("q", func(_ context.Context, key types.NamespacedName) queue.Result {
			reconcile(key)
			return queue.Result{}
		}, queue.WithConcurrency(workers), queue.WithDrain(queue.Forever))
		ctx, cancel := context.WithCancel(context.Background())
		go func() { _ = q.Run(ctx) }()
		return contender{
			add: func(key types.NamespacedName, initial bool) {
				if initial {
					q.AddWithPriority(key, controllers.InitialPriority)
				} else {
					q.Add(key)
				}
			},
			end: func() {
				cancel()
				<-q.Closed()
			},
		}
	}},
	{"of=controllers", func(workers int, reconcile func(types.NamespacedName)) contender {
		q := controllers.NewQueue("q", controllers.WithConcurrency(workers), controllers.WithReconciler(func(key types.NamespacedName) error {
			reconcile(key)
			return nil
		}))
		stop := make(chan struct{})
		go q.Run(stop)
		return contender{
			add: func(key types.NamespacedName, initial bool) {
				if initial {
					q.AddWithPriority(key, controllers.InitialPriority)
				} else {
					q.Add(key)
				}
			},
			end: func() {
				close(stop)
				<-q.Closed()
			},
		}
	}},
	{"of=client-go", func(workers int, reconcile func(types.NamespacedName)) contender {
		q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[types.NamespacedName]())
		var work sync.WaitGroup
		for range workers {
			work.Go(func() {
				for {
					key, shutdown := q.Get()
					if shutdown {
						return
					}
					reconcile(key)
					q.Forget(key)
					q.Done(key)
				}
			})
		}
		return contender{
			add: func(key types.NamespacedName, _ bool) { q.Add(key) },
			end: func() {
				q.ShutDownWithDrain()
				work.Wait()
				q.ShutDown() // its goroutine for delays does not hear of the drain
			},
		}
	}},
}

func names(n int) []types.NamespacedName {
	all := make([]types.NamespacedName, n)
	for i := range all {
		all[i] = types.NamespacedName{Namespace: "default", Name: fmt.Sprintf("pod-%06d", i)}
	}
	return all
}

// BenchmarkPeers_queueThroughput adds 10,000 keys and waits until each has been
// reconciled; that is one operation.
func BenchmarkPeers_queueThroughput(b *testing.B) {
	keys := names(10_000)
	for _, workers := range []int{1, 8, 64} {
		for _, c := range contenders {
			b.Run(fmt.Sprintf("workers=%d/%s", workers, c.name), func(b *testing.B) {
				b.ReportAllocs()
				var left atomic.Int64
				done := make(chan struct{}, 1)
				q := c.start(workers, func(types.NamespacedName) {
					if left.Add(-1) == 0 {
						done <- struct{}{}
					}
				})
				for b.Loop() {
					left.Store(int64(len(keys)))
					for _, key := range keys {
						q.add(key, false)
					}
					<-done
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(keys)), "ns/key")
				q.end()
			})
		}
	}
}

// BenchmarkPeers_queueLiveWait has 100,000 keys wait that were there at the start,
// each of which takes 20 µs, while another key changes every 5 ms. It reports how
// long the 99th of 100 changes waited, and how long all took.
func BenchmarkPeers_queueLiveWait(b *testing.B) {
	const initial = 100_000
	keys := names(2 * initial)
	for _, c := range contenders {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				var mu sync.Mutex
				var waits []time.Duration
				left := initial
				done := make(chan struct{})
				added := map[types.NamespacedName]time.Time{}
				began := time.Now()
				q := c.start(1, func(key types.NamespacedName) {
					began := time.Now()
					mu.Lock()
					if at, live := added[key]; live {
						waits = append(waits, began.Sub(at))
					} else if left--; left == 0 {
						close(done)
					}
					mu.Unlock()
					for time.Since(began) < 20*time.Microsecond {
						continue
					}
				})
				for _, key := range keys[:initial] {
					q.add(key, true)
				}
				ticks := time.NewTicker(5 * time.Millisecond)
				next := initial
				for working := true; working; {
					select {
					case <-done:
						working = false
					case <-ticks.C:
						mu.Lock()
						added[keys[next]] = time.Now()
						mu.Unlock()
						q.add(keys[next], false)
						next++
					}
				}
				ticks.Stop()
				b.ReportMetric(time.Since(began).Seconds(), "all-s")
				q.end()
				slices.Sort(waits)
				b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "live-p99-µs")
			}
		})
	}
}

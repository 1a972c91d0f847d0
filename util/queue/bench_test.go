// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/krtkit/krtkit/util/queue"
)

// BenchmarkQueue_Add adds 10,000 keys in turn, as fast as it can, and waits until all
// have been reconciled.
func BenchmarkQueue_Add(b *testing.B) {
	for _, workers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			b.ReportAllocs()
			q := queue.New("q", func(context.Context, int) queue.Result { return queue.Result{} },
				queue.WithConcurrency(workers), queue.WithDrain(queue.Forever))
			ctx, cancel := context.WithCancel(b.Context())
			var run sync.WaitGroup
			run.Go(func() { _ = q.Run(ctx) })
			i := 0
			for b.Loop() {
				q.Add(i)
				i = (i + 1) % 10_000
			}
			cancel()
			run.Wait()
		})
	}
}

// BenchmarkQueue_AddWaiting adds keys that wait already.
func BenchmarkQueue_AddWaiting(b *testing.B) {
	b.ReportAllocs()
	q := queue.New("q", func(context.Context, int) queue.Result { return queue.Result{} })
	i := 0
	for b.Loop() {
		q.Add(i)
		i = (i + 1) % 1000
	}
}

// BenchmarkQueue_AddAfter delays a key for a moment, among 10,000 with long delays.
func BenchmarkQueue_AddAfter(b *testing.B) {
	b.ReportAllocs()
	q := queue.New("q", func(context.Context, int) queue.Result { return queue.Result{} })
	for i := range 10_000 {
		q.AddAfter(-i, time.Hour+time.Duration(i*7919%10_000)*time.Second)
	}
	var run sync.WaitGroup
	ctx, cancel := context.WithCancel(b.Context())
	run.Go(func() { _ = q.Run(ctx) })
	for b.Loop() {
		q.AddAfter(1, time.Nanosecond)
	}
	cancel()
	run.Wait()
}

// BenchmarkQueue_liveAmongInitial has 100,000 keys of low priority wait, each of
// which takes 20 µs, while one key changes every 5 ms. It reports how long the 99th
// of 100 of these waited, and the oldest of the others.
func BenchmarkQueue_liveAmongInitial(b *testing.B) {
	const initial = 100_000
	for b.Loop() {
		var mu sync.Mutex
		var waits []time.Duration
		var last time.Time
		added := map[int]time.Time{}
		q := queue.New("q", func(_ context.Context, key int) queue.Result {
			began := time.Now()
			mu.Lock()
			if at, live := added[key]; live {
				waits = append(waits, began.Sub(at))
			} else {
				last = began
			}
			mu.Unlock()
			for time.Since(began) < 20*time.Microsecond {
				continue
			}
			return queue.Result{}
		}, queue.WithAgeing(100*time.Millisecond))
		for key := range initial {
			q.AddWithPriority(key, -100)
		}
		ctx, cancel := context.WithCancel(b.Context())
		var run sync.WaitGroup
		start := time.Now()
		run.Go(func() { _ = q.Run(ctx) })
		ticks := time.NewTicker(5 * time.Millisecond)
		for key := initial; !q.HasSynced(); key++ {
			<-ticks.C
			mu.Lock()
			added[key] = time.Now()
			mu.Unlock()
			q.Add(key)
		}
		ticks.Stop()
		cancel()
		run.Wait()
		slices.Sort(waits)
		b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "live-p99-µs")
		b.ReportMetric(last.Sub(start).Seconds(), "oldest-s")
	}
}

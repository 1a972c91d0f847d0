// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/krtkit/krtkit/util/queue"
)

// meter writes down what it is told.
type meter struct{ *calls }

func (m meter) Watch(name string, stats func() queue.Stats) func() {
	m.add(fmt.Sprint("watch ", name, " ", stats().Waiting))
	return func() { m.add("ended") }
}

func (m meter) Waited(name string, d time.Duration) { m.add(fmt.Sprint(name, " waited ", d)) }

func (m meter) Worked(name string, d time.Duration, err error) {
	m.add(fmt.Sprint(name, " worked ", d, " ", err))
}

func TestWithMetrics_tellsWaitsAndWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meter{newCalls()}
		fails := 1
		q := queue.New("q", func(context.Context, string) queue.Result {
			time.Sleep(2 * time.Second)
			if fails--; fails >= 0 {
				return queue.Result{Err: errDown}
			}
			return queue.Result{}
		}, queue.WithMetrics(m), quiet(), queue.WithRateLimiter(queue.NewBackoff[string](10*time.Second, time.Minute)))
		q.Add("a")
		time.Sleep(time.Second)
		stop := start(t, q)
		m.want(t, "watch q 1@1", "q waited 1s@1")
		time.Sleep(time.Second)
		q.Add("b")
		time.Sleep(time.Second)
		m.want(t, "q worked 2s server is down@3", "q waited 1s@3")
		time.Sleep(time.Minute)
		m.want(t, "q worked 2s <nil>@5", "q waited 0s@13", "q worked 2s <nil>@15")
		_ = stop()
		m.want(t, "ended@63")
	})
}

// TestStats_oldestIsMeasuredFromItsAddition also when that came during a call.
func TestStats_oldestIsMeasuredFromItsAddition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			time.Sleep(10 * time.Second)
			return queue.Result{}
		})
		start(t, q)
		q.Add("a")
		synctest.Wait()
		time.Sleep(time.Second)
		q.Add("a")
		q.Add("b")
		time.Sleep(10 * time.Second) // b runs since a second
		if got := q.Stats(); got.OldestWaiting != 10*time.Second || got.LongestRunning != time.Second {
			t.Errorf("Stats() = %+v, want an oldest of 10s and a longest of 1s", got)
		}
		time.Sleep(time.Minute)
	})
}

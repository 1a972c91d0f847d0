// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/krtkit/krtkit/krt/krttest"
	"github.com/krtkit/krtkit/util/queue"
)

// slow takes a second for each key, or until its context ends.
func slow(c *calls) func(context.Context, string) queue.Result {
	return func(ctx context.Context, key string) queue.Result {
		select {
		case <-time.After(time.Second):
			c.add(key)
		case <-ctx.Done():
			c.add(key + " cut short")
		}
		return queue.Result{}
	}
}

func TestRun_stopEndsCallsAndDropsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", slow(c))
		q.Add("a")
		q.Add("b")
		q.AddAfter("c", time.Second)
		stop := start(t, q)
		time.Sleep(500 * time.Millisecond)
		q.Add("a")
		if err := stop(); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		<-q.Closed()
		q.Add("d")
		q.AddAfter("e", 1)
		time.Sleep(time.Hour)
		c.want(t, "a cut short@0.5")
		if s := q.Stats(); s != (queue.Stats{Added: 3}) {
			t.Errorf("Stats() = %+v: something is left", s)
		}
	})
}

func TestRun_afterTheEndOfItsContextCallsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		q := queue.New("q", func(context.Context, string) queue.Result {
			t.Error("called")
			return queue.Result{}
		})
		q.Add("a")
		if err := q.Run(ctx); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
	}
}

func TestWithDrain_whatWaitsIsDoneFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", slow(c), queue.WithDrain(time.Minute))
		stop := start(t, q)
		q.Add("a")
		synctest.Wait()
		q.Add("a")
		q.Add("b")
		q.AddAfter("c", time.Second) // not due
		if err := stop(); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		c.want(t, "a@1", "b@2", "a@3")
	})
}

func TestWithDrain_isBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", slow(c), queue.WithDrain(2500*time.Millisecond), quiet())
		for _, key := range []string{"a", "b", "c", "d", "e"} {
			q.Add(key)
		}
		stop := start(t, q)
		synctest.Wait()
		err := stop()
		if want := `queue "q": 2 keys: keys that waited were dropped`; !errors.Is(err, queue.ErrDropped) || err.Error() != want {
			t.Errorf("Run = %v, want %s", err, want)
		}
		c.want(t, "a@1", "b@2", "c cut short@2.5")
	})
}

func TestWithDrain_retriesAreNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", failing(c, 10, errDown), quiet(), queue.WithDrain(queue.Forever))
		stop := start(t, q)
		q.Add("a")
		if err := stop(); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		time.Sleep(time.Hour)
		c.want(t, "a@0")
	})
}

func TestShutDown_stopsARunAndIsRepeatable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		var q *queue.Queue[string]
		q = queue.New("q", func(_ context.Context, key string) queue.Result {
			q.ShutDown()
			q.ShutDown()
			q.Add("late")
			c.add(key)
			return queue.Result{After: 1}
		}, queue.WithDrain(queue.Forever))
		q.Add("a")
		q.Add("b")
		if err := q.Run(t.Context()); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		c.want(t, "a@0", "b@0")
	})
}

func TestShutDown_beforeRunClosesTheQueue(t *testing.T) {
	q := queue.New("q", func(context.Context, string) queue.Result {
		t.Error("called")
		return queue.Result{}
	})
	q.Add("a")
	q.AddAfter("b", time.Hour)
	q.ShutDown()
	<-q.Closed()
	if err := q.Run(t.Context()); err != nil {
		t.Errorf("Run after ShutDown = %v, want nil", err)
	}
	if s := q.Stats(); s != (queue.Stats{Added: 1}) {
		t.Errorf("Stats() = %+v: something is left", s)
	}
}

func TestRun_secondCallIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue.New("q", func(context.Context, string) queue.Result { return queue.Result{} })
		start(t, q)
		synctest.Wait()
		if err := q.Run(t.Context()); !errors.Is(err, queue.ErrStarted) {
			t.Errorf("second Run = %v, want %v", err, queue.ErrStarted)
		}
	})
}

func TestRun_leavesNothing(t *testing.T) {
	krttest.CheckGoroutines(t)
	for _, drain := range []time.Duration{0, time.Minute} {
		ctx, cancel := context.WithCancel(t.Context())
		q := queue.New("q", func(_ context.Context, key int) queue.Result {
			if key == 500 {
				cancel()
			}
			return queue.Result{After: time.Millisecond}
		}, queue.WithConcurrency(8), queue.WithDrain(drain))
		for key := range 1000 {
			q.Add(key)
			q.AddAfter(key, time.Hour)
		}
		if err := q.Run(ctx); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt/krttest"
	"github.com/krtkit/krtkit/util/queue"
)

// muted keeps slog's default logger from writing until the test is over.
func muted(t *testing.T) {
	t.Helper()
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(before) })
}

// run runs a queue of tasks and returns how to stop it and wait for its end.
func run(t *testing.T, q interface{ Run(stop <-chan struct{}) }) (stop func()) {
	t.Helper()
	ch, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		q.Run(ch)
	}()
	stop = sync.OnceFunc(func() {
		close(ch)
		<-done
	})
	t.Cleanup(stop)
	return stop
}

func TestInstance_callsInTheOrderOfPushing(t *testing.T) {
	krttest.CheckGoroutines(t)
	q := queue.NewQueue(time.Second)
	const tasks = 1000
	var got, want []int
	last := make(chan struct{})
	push := func(i int) {
		want = append(want, i)
		q.Push(func() error {
			if got = append(got, i); i == tasks-1 {
				close(last)
			}
			return nil
		})
	}
	for i := range tasks / 2 {
		push(i)
	}
	stop := run(t, q)
	for i := range tasks / 2 {
		push(tasks/2 + i)
	}
	<-last
	stop()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order mismatch (-want +got):\n%s", diff)
	}
}

func TestInstance_failedTaskComesAgainAfterOthers(t *testing.T) {
	muted(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.NewQueueWithID(3*time.Second, "tasks")
		fails := 2
		q.Push(func() error {
			c.add("a")
			if fails--; fails >= 0 {
				return errDown
			}
			return nil
		})
		q.Push(func() error {
			c.add("b")
			return nil
		})
		stop := run(t, q)
		time.Sleep(2 * time.Second)
		q.Push(func() error {
			c.add("c")
			time.Sleep(2 * time.Second)
			return nil
		})
		q.Push(func() error {
			c.add("d")
			return nil
		})
		time.Sleep(time.Minute)
		c.want(t, "a@0", "b@0", "c@2", "d@4", "a@4", "a@7")
		stop()
	})
}

func TestInstance_stopCallsWhatWaitsAndNothingElse(t *testing.T) {
	muted(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.NewQueue(time.Second)
		stop := run(t, q)
		q.Push(func() error {
			c.add("slow")
			time.Sleep(time.Minute)
			return nil
		})
		q.Push(func() error {
			c.add("waits")
			return errDown // not again
		})
		synctest.Wait()
		if err := queue.WaitForClose(q, time.Second); err == nil {
			t.Error("WaitForClose of a queue that runs returned nil")
		}
		stop()
		if err := queue.WaitForClose(q, 0); err != nil {
			t.Errorf("WaitForClose = %v", err)
		}
		q.Push(func() error {
			c.add("late")
			return nil
		})
		time.Sleep(time.Hour)
		c.want(t, "slow@0", "waits@60")
	})
}

func TestNewWithSync_callsBackBetweenEarlierAndLaterTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		var q queue.Instance
		task := func(name string) queue.Task {
			return func() error {
				c.add(fmt.Sprint(name, q.HasSynced()))
				return nil
			}
		}
		q = queue.NewWithSync(func() { c.add("synced") }, "tasks")
		q.Push(func() error {
			q.Push(task("later"))
			return task("first")()
		})
		q.Push(task("second"))
		c.want(t)
		stop := run(t, q)
		c.want(t, "firstfalse@0", "secondfalse@0", "synced@0", "latertrue@0")
		stop()
		q.Run(nil) // says in the log that it cannot
	})
}

func TestDelayed_callsWhenDueAndNotEarlier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		task := func(name string) queue.Task {
			return func() error {
				c.add(name)
				return nil
			}
		}
		q := queue.NewDelayed(queue.DelayQueueBuffer(0))
		q.PushDelayed(task("3"), 3*time.Second)
		q.PushDelayed(task("1"), time.Second)
		q.Push(task("0"))
		q.PushDelayed(task("1b"), time.Second)
		stop := run(t, q)
		time.Sleep(1500 * time.Millisecond)
		q.PushDelayed(task("2"), 500*time.Millisecond)
		time.Sleep(time.Minute)
		c.want(t, "0@0", "1@1", "1b@1", "2@2", "3@3")
		q.PushDelayed(task("dropped"), time.Second)
		stop()
		time.Sleep(time.Minute)
		c.want(t)
		<-q.Closed()
	})
}

func TestDelayed_failedTaskIsCalledFourTimesAtOnce(t *testing.T) {
	muted(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.NewDelayed()
		q.Push(func() error {
			c.add("bad")
			return errDown
		})
		q.Push(func() error {
			c.add("good")
			return nil
		})
		run(t, q)
		time.Sleep(time.Minute)
		c.want(t, "bad@0", "bad@0", "bad@0", "bad@0", "good@0")
	})
}

func TestDelayed_workersWorkAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue.NewDelayed(queue.DelayQueueWorkers(5))
		var now, most atomic.Int32
		for range 20 {
			q.Push(func() error {
				if n := now.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(time.Second)
				now.Add(-1)
				return nil
			})
		}
		run(t, q)
		time.Sleep(3500 * time.Millisecond)
		synctest.Wait()
		if got := most.Load(); got != 5 {
			t.Errorf("%d tasks at the same time, want 5", got)
		}
		time.Sleep(time.Second)
	})
}

func TestDelayed_stopDropsWhatWaits(t *testing.T) {
	muted(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.NewDelayed()
		for _, name := range []string{"a", "b"} {
			q.Push(func() error {
				c.add(name)
				time.Sleep(time.Second)
				return errDown // its further attempts are dropped too
			})
		}
		stop := run(t, q)
		synctest.Wait()
		stop()
		c.want(t, "a@0")
	})
}

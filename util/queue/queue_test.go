// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"bytes"
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

	"github.com/krtkit/krtkit/util/queue"
)

var errDown = errors.New("server is down")

// calls is a record of what a queue calls, with the seconds since it was made.
type calls struct {
	mu    sync.Mutex
	began time.Time
	lines []string
}

func newCalls() *calls { return &calls{began: time.Now()} }

func (c *calls) add(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, fmt.Sprintf("%s@%v", text, time.Since(c.began).Seconds()))
}

// want waits until nothing goes on, compares what was called since the last time,
// and forgets it.
func (c *calls) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if diff := cmp.Diff(strings.Join(want, " "), strings.Join(c.lines, " ")); diff != "" {
		t.Errorf("calls mismatch (-want +got):\n%s", diff)
	}
	c.lines = nil
}

// start runs a queue until the test, or the function that it returns, ends it. That
// function returns what Run did.
func start[K comparable](t *testing.T, q *queue.Queue[K]) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- q.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-result
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

// quiet keeps messages about failures that a test wants out of its output.
func quiet() queue.Option { return queue.WithLogger(slog.New(slog.DiscardHandler)) }

func TestAdd_whatWaitsIsCalledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			c.add(key)
			return queue.Result{}
		})
		for _, key := range []string{"a", "b", "a", "c", "b"} {
			q.Add(key)
		}
		c.want(t) // nothing before Run
		start(t, q)
		c.want(t, "a@0", "b@0", "c@0")
		q.Add("a")
		c.want(t, "a@0")
	})
}

func TestAdd_whileRunningIsOneMoreCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			c.add(key)
			time.Sleep(time.Second)
			return queue.Result{}
		}, queue.WithConcurrency(2))
		start(t, q)
		q.Add("a")
		c.want(t, "a@0")
		q.Add("a")
		q.Add("a")
		c.want(t) // though a worker is free
		time.Sleep(time.Second)
		c.want(t, "a@1")
		time.Sleep(10 * time.Second)
		c.want(t)
	})
}

func TestAddWithPriority_highestFirstAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			c.add(key)
			return queue.Result{}
		}, queue.WithPriority(func(key string) int { return strings.Count(key, "!") }))
		q.Add("a")
		q.Add("b")
		q.Add("c!")
		q.AddWithPriority("d", 2)
		q.Add("e!")
		q.AddWithPriority("b", 1)   // raised, behind those that are there
		q.AddWithPriority("d", -10) // not lowered
		q.AddWithPriority("f", -1)
		start(t, q)
		c.want(t, "d@0", "c!@0", "e!@0", "b@0", "a@0", "f@0")
	})
}

func TestAddWithPriority_whileRunningCountsForTheNextCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			c.add(key)
			time.Sleep(time.Second)
			return queue.Result{}
		})
		start(t, q)
		q.AddWithPriority("a", 9)
		synctest.Wait()
		q.AddWithPriority("a", 1)
		q.AddWithPriority("a", 2)
		q.AddWithPriority("b", 1)
		q.AddWithPriority("c", 3)
		time.Sleep(10 * time.Second)
		c.want(t, "a@0", "c@1", "a@2", "b@3")
	})
}

func TestAddAfter_isNeverEarlyAndTheShortestCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			c.add(key)
			return queue.Result{}
		})
		q.AddAfter("before", 2*time.Second)
		q.AddAfter("early", time.Second)
		time.Sleep(time.Second)
		start(t, q)
		c.want(t, "early@1")
		q.AddAfter("a", 3*time.Second)
		q.AddAfter("a", 2*time.Second)
		q.AddAfter("a", 5*time.Second)
		q.AddAfter("now", 0)
		q.AddAfter("now", -time.Second)
		q.AddAfter("never", math.MaxInt64)
		q.Add("a") // does not use the delay up
		c.want(t, "now@1", "a@1")
		time.Sleep(time.Minute)
		c.want(t, "before@2", "a@3")
	})
}

func TestAddAfter_comesInTheOrderInWhichItIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			c.add(key)
			return queue.Result{}
		})
		q.AddAfter("first", time.Second)
		time.Sleep(2 * time.Second)
		q.Add("second") // though nobody has looked at the clock since
		start(t, q)
		c.want(t, "first@2", "second@2")
	})
}

func TestAddAfter_manyWaitForOneTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", func(_ context.Context, key int) queue.Result {
			c.add(fmt.Sprint(key))
			return queue.Result{}
		})
		start(t, q)
		synctest.Wait()
		for _, key := range []int{5, 3, 1, 4, 2} {
			q.AddAfter(key, time.Duration(key)*time.Second)
		}
		if got := q.Stats().Delayed; got != 5 {
			t.Errorf("Stats().Delayed = %d, want 5", got)
		}
		time.Sleep(5 * time.Second)
		c.want(t, "1@1", "2@2", "3@3", "4@4", "5@5")
	})
}

// failing returns a function that fails the first n calls, and records all.
func failing(c *calls, n int, err error) func(context.Context, string) queue.Result {
	return func(_ context.Context, key string) queue.Result {
		c.add(key)
		if n--; n >= 0 {
			return queue.Result{Err: err}
		}
		return queue.Result{}
	}
}

func TestResult_pausesDoubleUntilSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", failing(c, 4, errDown), quiet(),
			queue.WithRateLimiter(queue.NewBackoff[string](time.Second, 3*time.Second)))
		start(t, q)
		q.Add("a")
		time.Sleep(time.Hour)
		c.want(t, "a@0", "a@1", "a@3", "a@6", "a@9")
		if s := q.Stats(); s.Retried != 4 || s.GivenUp != 0 || s.Delayed != 0 {
			t.Errorf("Stats() = %+v, want 4 retried, none given up, none delayed", s)
		}
	})
}

func TestResult_defaultPausesAreClientGos(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", failing(c, 3, errDown), quiet())
		start(t, q)
		q.Add("a")
		time.Sleep(time.Second)
		c.want(t, "a@0", "a@0.005", "a@0.015", "a@0.035")
	})
}

func TestResult_afterTakesThePlaceOfThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		results := []queue.Result{
			{Err: errDown, After: 7 * time.Second}, // at 0
			{After: 3 * time.Second},               // at 7
			{},                                     // at 10
		}
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			c.add(key)
			next := results[0]
			results = results[1:]
			return next
		}, quiet())
		start(t, q)
		q.Add("a")
		time.Sleep(time.Hour)
		c.want(t, "a@0", "a@7", "a@10")
	})
}

func TestResult_aSuccessEndsTheRetryButNoDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", failing(c, 1, errDown), quiet(),
			queue.WithRateLimiter(queue.NewBackoff[string](10*time.Second, time.Minute)))
		start(t, q)
		q.Add("a")
		q.AddAfter("a", 20*time.Second)
		time.Sleep(5 * time.Second)
		q.Add("a") // succeeds: the retry at 10 has nothing left to do
		time.Sleep(time.Hour)
		c.want(t, "a@0", "a@5", "a@20")
	})
}

func TestWithMaxAttempts_isTheNumberOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", failing(c, 5, errDown), quiet(), queue.WithMaxAttempts(3),
			queue.WithRateLimiter(queue.NewBackoff[string](time.Second, time.Minute)))
		start(t, q)
		q.Add("a")
		time.Sleep(time.Hour)
		c.want(t, "a@0", "a@1", "a@3")
		q.Add("a") // begins anew, pauses included
		time.Sleep(time.Hour)
		c.want(t, "a@3600", "a@3601", "a@3603")
		if s := q.Stats(); s.GivenUp != 1 || s.Retried != 4 {
			t.Errorf("Stats() = %+v, want 1 given up, 4 retried", s)
		}
	})
}

func TestPermanent_isNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		var log bytes.Buffer
		err := fmt.Errorf("wrapped: %w", queue.Permanent(errDown))
		q := queue.New("q", failing(c, 1, err), queue.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		start(t, q)
		q.Add("a")
		time.Sleep(time.Hour)
		c.want(t, "a@0")
		if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "key=a") {
			t.Errorf("log says %q, want an error with the key", &log)
		}
		if s := q.Stats(); s.GivenUp != 1 || s.Retried != 0 {
			t.Errorf("Stats() = %+v, want 1 given up, none retried", s)
		}
	})
	if !errors.Is(queue.Permanent(errDown), errDown) || queue.IsPermanent(errDown) || queue.Permanent(nil) != nil {
		t.Error("Permanent hides its error, or marks what it should not")
	}
}

// Defects C.2 row 18.
func TestWithRecover_aPanicIsAFailedAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		n := 0
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			c.add(key)
			if n++; n == 1 {
				panic(errDown)
			}
			return queue.Result{}
		}, quiet(), queue.WithRecover(func(e *queue.PanicError) {
			if !errors.Is(e, errDown) || !strings.Contains(e.Stack, "queue_test.go") {
				t.Errorf("reported %v with stack %s", e, e.Stack)
			}
			c.add(e.Error())
		}))
		q.Add("a")
		start(t, q)
		time.Sleep(time.Second)
		c.want(t, "a@0", `queue "q": reconciling a panicked: server is down@0`, "a@0.005")
		if !q.HasSynced() {
			t.Error("a call that panicked does not count for HasSynced")
		}
	})
}

func TestWithTimeout_endsTheContextOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		type who struct{}
		q := queue.New("q", func(ctx context.Context, key string) queue.Result {
			<-ctx.Done()
			c.add(fmt.Sprint(key, ctx.Err(), ctx.Value(who{})))
			return queue.Result{}
		}, queue.WithTimeout(time.Second))
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), who{}, "me"))
		go func() { _ = q.Run(ctx) }()
		q.Add("a")
		time.Sleep(time.Minute)
		c.want(t, "acontext deadline exceededme@1")
		cancel()
	})
}

func TestWithConcurrency_noMoreThanThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		q := queue.New("q", func(_ context.Context, key int) queue.Result {
			time.Sleep(time.Second)
			c.add(fmt.Sprint(key / 3)) // those of one second in any order
			return queue.Result{}
		}, queue.WithConcurrency(3))
		for key := range 7 {
			q.Add(key)
		}
		start(t, q)
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		want := queue.Stats{
			Waiting: 4, Running: 3, Added: 7, OldestWaiting: 500 * time.Millisecond,
			LongestRunning: 500 * time.Millisecond, Unfinished: 1500 * time.Millisecond,
		}
		if diff := cmp.Diff(want, q.Stats()); diff != "" {
			t.Errorf("Stats() mismatch (-want +got):\n%s", diff)
		}
		time.Sleep(time.Minute)
		c.want(t, "0@1", "0@1", "0@1", "1@2", "1@2", "1@2", "2@3")
	})
}

func TestHasSynced_onceWhatWaitedBeforeRunWasCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q *queue.Queue[int]
		q = queue.New("q", func(_ context.Context, key int) queue.Result {
			time.Sleep(time.Second)
			if key < 3 {
				q.AddWithPriority(key+10, 5) // later ones are not waited for, even if they come first
			}
			return queue.Result{Err: errDown} // nor are retries
		}, quiet(), queue.WithMaxAttempts(1))
		for key := range 3 {
			q.Add(key)
		}
		q.AddAfter(100, time.Hour)
		if q.HasSynced() {
			t.Error("synced before Run")
		}
		start(t, q)
		time.Sleep(4500 * time.Millisecond)
		if q.HasSynced() {
			t.Error("synced though a key waits")
		}
		<-q.Synced()
		if got := q.Stats().Added; got != 6 {
			t.Errorf("synced after %d additions, want 6", got)
		}
	})
}

func TestHasSynced_atOnceIfNothingWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue.New("q", func(context.Context, int) queue.Result { return queue.Result{} })
		start(t, q)
		<-q.Synced()
	})
}

func TestOption_thatDoesNotFitPanicsWithTheRemedy(t *testing.T) {
	for _, tt := range []struct {
		name string
		opt  queue.Option
		want string
	}{
		{"concurrency", queue.WithConcurrency(0), `queue "q": WithConcurrency(0): give the number of keys to reconcile at the same time`},
		{"attempts", queue.WithMaxAttempts(0), `queue "q": WithMaxAttempts(0): give the number of calls, the first one included`},
		{"ageing", queue.WithAgeing(-1), `queue "q": WithAgeing(-1ns): a wait cannot be below 0`},
		{"drain", queue.WithDrain(-1), `queue "q": WithDrain(-1ns): a time cannot be below 0; Forever is no bound`},
		{"timeout", queue.WithTimeout(-1), `queue "q": WithTimeout(-1ns): a time cannot be below 0`},
		{
			"limiter of other keys", queue.WithRateLimiter(queue.NewBackoff[int](1, 1)),
			`queue "q": WithRateLimiter was given a *queue.backoff[int]: this queue's keys need a queue.RateLimiter[string]`,
		},
		{
			"priority of other keys", queue.WithPriority(func(int) int { return 0 }),
			`queue "q": WithPriority was given a func(int) int: this queue's keys need a func(string) int`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if diff := cmp.Diff(any(tt.want), recover()); diff != "" {
					t.Errorf("panic mismatch (-want +got):\n%s", diff)
				}
			}()
			queue.New("q", func(context.Context, string) queue.Result { return queue.Result{} }, tt.opt)
		})
	}
}

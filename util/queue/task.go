// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// Task is a function that a queue is to call. It may push others.
type Task func() error

// Instance calls tasks one after the other, in the order in which they were pushed.
// What it promises about stopping and panics is what a [Queue] promises.
type Instance interface {
	// Push adds a task. It does not block, and does nothing after the queue was
	// stopped.
	Push(task Task)
	// Run calls tasks until stop is closed, then the tasks that wait, and returns.
	// Failed tasks that are not to be called again yet are dropped. A second call
	// returns at once.
	Run(stop <-chan struct{})
	// Closed returns a channel that is closed when Run is done.
	Closed() <-chan struct{}
	// HasSynced reports whether Run was called and all tasks that had been pushed
	// before it have been called.
	HasSynced() bool
}

// syncErrorDelay is the delay of NewWithSync.
const syncErrorDelay = time.Second

// NewQueue returns a queue of tasks without a name: see [NewQueueWithID].
func NewQueue(errorDelay time.Duration) Instance { return newTasks("", errorDelay, nil) }

// NewQueueWithID returns a queue of tasks, of which one that returns an error is
// pushed again after errorDelay, as often as it takes. Messages have the name.
func NewQueueWithID(errorDelay time.Duration, name string) Instance {
	return newTasks(name, errorDelay, nil)
}

// NewWithSync is [NewQueueWithID] with a delay of a second, and calls f once when
// all tasks that were pushed before Run have been called, before later ones.
func NewWithSync(f func(), name string) Instance {
	return newTasks(name, syncErrorDelay, f)
}

// WaitForClose waits until a queue of any kind has ended. If that takes longer than
// timeout, it returns an error; 0 is no limit.
func WaitForClose(q interface{ Closed() <-chan struct{} }, timeout time.Duration) error {
	var over <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-q.Closed():
		return nil
	case <-over:
		return fmt.Errorf("queue still works %v after the wait for its end began", timeout)
	}
}

// pushed is the key of a task: each is another, also if the functions are the same.
type pushed struct{ task Task }

// LogValue stands for the function, which has no text.
func (*pushed) LogValue() slog.Value { return slog.StringValue("task") }

// tasks is an Instance.
type tasks struct {
	engine *Queue[*pushed]
	onSync func()
}

func newTasks(name string, errorDelay time.Duration, onSync func()) *tasks {
	// A delay of none would have the rate limiter asked.
	errorDelay = max(errorDelay, 1)
	reconcile := func(_ context.Context, p *pushed) Result {
		if err := p.task(); err != nil {
			return Result{Err: err, After: errorDelay}
		}
		return Result{}
	}
	return &tasks{engine: New(name, reconcile, WithDrain(Forever)), onSync: onSync}
}

func (t *tasks) Push(task Task) { t.engine.Add(&pushed{task}) }

func (t *tasks) Run(stop <-chan struct{}) {
	if t.onSync != nil {
		// In the line before Run, it is one of those that Run has to do first.
		t.Push(func() error {
			t.onSync()
			return nil
		})
	}
	if err := t.engine.run(context.Background(), stop); err != nil {
		t.engine.settings.logger().Error("queue of tasks did not run", "err", err)
	}
}

func (t *tasks) Closed() <-chan struct{} { return t.engine.Closed() }
func (t *tasks) HasSynced() bool         { return t.engine.HasSynced() }

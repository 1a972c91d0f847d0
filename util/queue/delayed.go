// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"context"
	"time"
)

// taskAttempts is how often a [Delayed] queue calls a task that keeps failing.
const taskAttempts = 4

// Delayed calls tasks when they are due, in the order in which they are.
type Delayed interface {
	// Push adds a task that is due now. It never blocks, also before Run, and does
	// nothing after the queue was stopped.
	Push(task Task)
	// PushDelayed adds a task that is due after the delay, as Push does. It is
	// never called earlier.
	PushDelayed(t Task, delay time.Duration)
	// Run calls tasks until stop is closed, and returns when those that run have
	// returned. Those that wait are dropped. A second call returns at once.
	Run(stop <-chan struct{})
	// Closed returns a channel that is closed when Run is done.
	Closed() <-chan struct{}
}

// DelayQueueOption changes how a [Delayed] queue works.
type DelayQueueOption func(*delayQueue)

// DelayQueueBuffer does nothing: pushing never waits, so that there is no buffer to
// give a size to. It is here for programs that call it.
func DelayQueueBuffer(bufferSize int) DelayQueueOption {
	_ = bufferSize
	return func(*delayQueue) {}
}

// DelayQueueWorkers has as many tasks called at the same time; workers must be above
// 0. The default is 1.
func DelayQueueWorkers(workers int) DelayQueueOption {
	return func(d *delayQueue) { d.workers = workers }
}

// NewDelayed returns a queue of tasks that may be delayed. A task that returns an
// error is called again at once, up to three times, and then dropped with a line in
// the log. It panics if an option does not fit.
func NewDelayed(opts ...DelayQueueOption) Delayed {
	d := &delayQueue{workers: 1}
	for _, o := range opts {
		o(d)
	}
	d.engine = New("delayed", callAtOnce, WithConcurrency(d.workers), WithMaxAttempts(1))
	return d
}

type delayQueue struct {
	engine  *Queue[*pushed]
	workers int
}

// callAtOnce calls a task until it succeeds, its attempts are used up, or the queue
// is stopped.
func callAtOnce(ctx context.Context, p *pushed) Result {
	var err error
	for range taskAttempts {
		if err = p.task(); err == nil || ctx.Err() != nil {
			break
		}
	}
	return Result{Err: err}
}

func (d *delayQueue) Push(task Task) { d.engine.Add(&pushed{task}) }

func (d *delayQueue) PushDelayed(t Task, delay time.Duration) {
	d.engine.AddAfter(&pushed{t}, delay)
}

func (d *delayQueue) Run(stop <-chan struct{}) {
	if err := d.engine.run(context.Background(), stop); err != nil {
		d.engine.settings.logger().Error("queue of delayed tasks did not run", "err", err)
	}
}

func (d *delayQueue) Closed() <-chan struct{} { return d.engine.Closed() }

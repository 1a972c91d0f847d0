// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"time"

	"github.com/krtkit/krtkit/util/queue"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ queue.Task                                    = func() error { return nil }
	_ func(time.Duration) queue.Instance            = queue.NewQueue
	_ func(time.Duration, string) queue.Instance    = queue.NewQueueWithID
	_ func(func(), string) queue.Instance           = queue.NewWithSync
	_ func(...queue.DelayQueueOption) queue.Delayed = queue.NewDelayed
	_ func(int) queue.DelayQueueOption              = queue.DelayQueueBuffer
	_ func(int) queue.DelayQueueOption              = queue.DelayQueueWorkers

	_ instance       = queue.Instance(nil)
	_ queue.Instance = instance(nil)
	_ delayed        = queue.Delayed(nil)
	_ queue.Delayed  = delayed(nil)

	// It takes any queue.
	_ = func(q queue.Instance) error { return queue.WaitForClose(q, time.Second) }
)

type instance interface {
	Push(task queue.Task)
	Run(stop <-chan struct{})
	Closed() <-chan struct{}
	HasSynced() bool
}

type delayed interface {
	Push(task queue.Task)
	PushDelayed(t queue.Task, delay time.Duration)
	Run(stop <-chan struct{})
	Closed() <-chan struct{}
}

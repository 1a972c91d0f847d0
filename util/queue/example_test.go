// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/krtkit/krtkit/util/queue"
)

func ExampleNew() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pods := queue.New("pods", func(_ context.Context, key string) queue.Result {
		fmt.Println("sync", key)
		return queue.Result{}
	}, queue.WithDrain(time.Minute))
	pods.Add("default/web")
	pods.Add("default/cart")
	pods.Add("default/web") // it waits already
	cancel()                // what waits is done first
	fmt.Println(pods.Run(ctx))
	// Output:
	// sync default/web
	// sync default/cart
	// <nil>
}

func ExampleResult() {
	var pods *queue.Queue[string]
	attempt := 0
	pods = queue.New("pods", func(_ context.Context, key string) queue.Result {
		attempt++
		fmt.Println("attempt", attempt)
		switch attempt {
		case 1:
			return queue.Result{Err: errors.New("conflict")} // again, after a pause
		case 2:
			return queue.Result{After: time.Millisecond} // well, but look again
		case 3:
			pods.ShutDown()
			return queue.Result{Err: queue.Permanent(errors.New("no such class"))} // never again
		}
		return queue.Result{}
	}, quiet())
	pods.Add("default/web")
	_ = pods.Run(context.Background())
	// Output:
	// attempt 1
	// attempt 2
	// attempt 3
}

func ExampleQueue_AddWithPriority() {
	pods := queue.New("pods", func(_ context.Context, key string) queue.Result {
		fmt.Println(key)
		return queue.Result{}
	}, queue.WithDrain(queue.Forever))
	// What was there at the start can wait for what changes now.
	pods.AddWithPriority("initial-1", -1)
	pods.AddWithPriority("initial-2", -1)
	pods.Add("changed")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = pods.Run(ctx)
	// Output:
	// changed
	// initial-1
	// initial-2
}

func ExampleNewDelayed() {
	q := queue.NewDelayed()
	stop := make(chan struct{})
	q.PushDelayed(func() error {
		fmt.Println("later")
		close(stop)
		return nil
	}, 10*time.Millisecond)
	q.Push(func() error {
		fmt.Println("now")
		return nil
	})
	q.Run(stop)
	// Output:
	// now
	// later
}

func ExampleNewWithSync() {
	stop := make(chan struct{})
	q := queue.NewWithSync(func() {
		fmt.Println("all that was there at the start is done")
		close(stop)
	}, "tasks")
	q.Push(func() error {
		fmt.Println("task")
		return nil
	})
	q.Run(stop)
	// Output:
	// task
	// all that was there at the start is done
}

// SPDX-License-Identifier: Apache-2.0

package krtkit

import (
	"context"
	"time"

	"github.com/krtkit/krtkit/krt"
)

const name = "krtkit"

// quiet waits until nothing is left to do in the graph of a collection, and returns
// when that was.
func quiet(c krt.Syncer, _ func() int64) time.Time {
	if err := krt.WaitIdle(context.Background(), c); err != nil {
		panic(err) // it has no deadline, and c is a collection
	}
	return time.Now()
}

// pause is quiet for use between changes that must not meet. Istio's krt is waited for
// less long then.
func pause(c krt.Syncer, count func() int64) { quiet(c, count) }

// missed makes n changes, each after the one before has been looked at. All but the last
// of them concern nobody; of the last one a handler is told.
func missed(n int, c krt.Syncer, change, last func()) {
	for range n - 1 {
		change()
		quiet(c, nil)
	}
	last()
}

// counters returns what reads all counters of the graph of a collection.
func counters(c krt.Syncer) func() {
	return func() {
		if _, err := krt.Describe(c); err != nil {
			panic(err) // c is a collection
		}
	}
}

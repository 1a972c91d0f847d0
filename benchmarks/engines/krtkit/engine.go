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

// pause is quiet for use between changes that must not meet.
func pause(c krt.Syncer, count func() int64) { quiet(c, count) }

// missed makes n changes, and waits until each has been looked at before it makes the
// next. last, with which Istio's krt makes the last of them, is a change that a handler
// is told of; it returns when that was.
func missed(n int, c krt.Syncer, change func(), _ func()) {
	for range n {
		change()
		quiet(c, nil)
	}
}

// SPDX-License-Identifier: Apache-2.0

package assert_test

import (
	"time"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
	"github.com/krtkit/krtkit/util/test/retry"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ func(test.Failer, int, int, ...string)                     = assert.Equal[int]
	_ func(int, int) error                                       = assert.Compare[int]
	_ func(test.Failer, func() int, int, ...retry.Option)        = assert.EventuallyEqual[int]
	_ func(test.Failer, func() int, int, ...time.Duration)       = assert.Consistently[int]
	_ func(test.Failer, error)                                   = assert.Error
	_ func(test.Failer, error)                                   = assert.NoError
	_ func(test.Failer, <-chan int) int                          = assert.ChannelHasItem[int]
	_ func(test.Failer, <-chan int)                              = assert.ChannelIsEmpty[int]
	_ func(test.Failer, <-chan int)                              = assert.ChannelIsClosed[int]
	_ func(test.Failer, ...retry.Option) *assert.Tracker[string] = assert.NewTracker[string]
	_ interface {
		Record(event string)
		Empty()
		Events() []string
		WaitOrdered(events ...string)
		WaitUnordered(events ...string)
		WaitCompare(f func(string) bool)
	} = (*assert.Tracker[string])(nil)
	// Type parameters are inferred from channels of both directions.
	_ = func(t test.Failer, c chan int) int { return assert.ChannelHasItem(t, c) }
)

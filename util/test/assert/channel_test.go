// SPDX-License-Identifier: Apache-2.0

package assert_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
)

func TestChannel_waits(t *testing.T) {
	has := func(t test.Failer, c <-chan int) {
		if got := assert.ChannelHasItem(t, c); got != 7 {
			t.Fatalf("got %d", got)
		}
	}
	send := func(c chan int) { c <- 7 }
	shut := func(c chan int) { close(c) }
	for _, tt := range []struct {
		name   string
		after  time.Duration
		do     func(c chan int)
		assert func(test.Failer, <-chan int)
		want   string
	}{
		{"hasAnItem", 0, send, has, ""},
		{"hasAnItemWithinFiveSeconds", 4999 * time.Millisecond, send, has, ""},
		{"hasNoItemInFiveSeconds", 5001 * time.Millisecond, send, has, "nothing came from the channel in 5s"},
		{"hasNoItemAnyMore", 0, shut, has, "the channel is closed, want an item"},
		{"isEmptyFor20Milliseconds", 21 * time.Millisecond, send, assert.ChannelIsEmpty[int], ""},
		{"isNotEmpty", 0, send, assert.ChannelIsEmpty[int], "unexpected item from the channel: 7"},
		{"isNotEmptyFor20Milliseconds", 19 * time.Millisecond, send, assert.ChannelIsEmpty[int], "unexpected item from the channel: 7"},
		{"isNotEmptyButClosed", 0, shut, assert.ChannelIsEmpty[int], "the channel is closed, want it empty"},
		{"isClosed", 0, shut, assert.ChannelIsClosed[int], ""},
		{"isClosedWithinFiveSeconds", 4999 * time.Millisecond, shut, assert.ChannelIsClosed[int], ""},
		{"isNotClosedInFiveSeconds", 5001 * time.Millisecond, shut, assert.ChannelIsClosed[int], "the channel was not closed in 5s"},
		{"isNotClosedButHasAnItem", 0, send, assert.ChannelIsClosed[int], "unexpected item from the channel, want it closed: 7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := make(chan int, 1)
				if tt.after == 0 {
					tt.do(c)
				} else {
					time.AfterFunc(tt.after, func() { tt.do(c) })
				}
				if got := failure(func(t test.Failer) { tt.assert(t, c) }); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		})
	}
}

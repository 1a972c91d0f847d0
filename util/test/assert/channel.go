// SPDX-License-Identifier: Apache-2.0

package assert

import (
	"time"

	"github.com/krtkit/krtkit/util/test"
)

const (
	// soon is how long is waited for what should come.
	soon = 5 * time.Second
	// quiet is how long is waited for what should not.
	quiet = 20 * time.Millisecond
)

// ChannelHasItem returns what comes from the channel. It ends the test if nothing comes
// within five seconds, or if the channel is closed.
func ChannelHasItem[T any](t test.Failer, c <-chan T) T {
	t.Helper()
	select {
	case item, ok := <-c:
		if ok {
			return item
		}
		t.Fatalf("the channel is closed, want an item")
	case <-time.After(soon):
		t.Fatalf("nothing came from the channel in %v", soon)
	}
	var none T
	return none
}

// ChannelIsEmpty ends the test if something comes from the channel within 20
// milliseconds, or if it is closed.
func ChannelIsEmpty[T any](t test.Failer, c <-chan T) {
	t.Helper()
	select {
	case item, ok := <-c:
		if !ok {
			t.Fatalf("the channel is closed, want it empty")
		}
		t.Fatalf("unexpected item from the channel: %+v", item)
	case <-time.After(quiet):
	}
}

// ChannelIsClosed ends the test if the channel is not closed within five seconds, or if
// something else comes from it.
func ChannelIsClosed[T any](t test.Failer, c <-chan T) {
	t.Helper()
	select {
	case item, ok := <-c:
		if ok {
			t.Fatalf("unexpected item from the channel, want it closed: %+v", item)
		}
	case <-time.After(soon):
		t.Fatalf("the channel was not closed in %v", soon)
	}
}

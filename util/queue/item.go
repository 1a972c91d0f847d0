// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"math"
	"time"
)

// never is later than every time.
const never = time.Duration(math.MaxInt64)

// state is where a key is. Beside that it may be delayed: an addition that is not
// due yet waits in another place.
type state uint8

const (
	idle state = iota // neither of the others
	waiting
	running
)

// item is what a queue knows of a key. It exists while the key waits, is delayed,
// or is being reconciled. All times count from the queue's epoch. The queue's lock
// guards all fields; attempts and limited belong to the worker while it runs.
type item[K comparable] struct {
	key   K
	state state
	// priority, and when it came, of the addition that waits or runs.
	priority int
	added    time.Duration
	// initial is set until the key has been reconciled once, if it waited when Run
	// began.
	initial bool
	links   [lists]links[K]

	// again says that the key was added while it was running, with nextPriority at
	// nextAdded.
	again        bool
	nextPriority int
	nextAdded    time.Duration

	// attempts counts the calls that failed since one succeeded; limited says that
	// the rate limiter has been asked since.
	attempts int
	limited  bool

	// due is when the shortest delay of AddAfter is over, retry when that is over
	// which the last result asked for.
	due           time.Duration
	duePriority   int
	retry         time.Duration
	retryPriority int

	// rank and sequence order the heap of delayed items; index is the place in it.
	rank     time.Duration
	sequence uint64
	index    int
}

func (it *item[K]) before(other *item[K]) bool {
	if it.rank != other.rank {
		return it.rank < other.rank
	}
	return it.sequence < other.sequence
}

func (it *item[K]) place() *int { return &it.index }

// delayed reports whether an addition of the key is not due yet.
func (it *item[K]) delayed() bool { return it.index >= 0 }

// keptItems is how many items are kept for further keys; keptRoom is how many keys
// a table may have room for once it is empty.
const (
	keptItems = 256
	keptRoom  = 1024
)

// items is the table of the keys that a queue knows something of.
type items[K comparable] struct {
	byKey map[K]*item[K]
	peak  int
	spare []*item[K]
}

// get returns the item of a key, which it makes if there is none.
func (t *items[K]) get(key K) *item[K] {
	if it := t.byKey[key]; it != nil {
		return it
	}
	var it *item[K]
	if last := len(t.spare) - 1; last >= 0 {
		it = t.spare[last]
		t.spare[last] = nil
		t.spare = t.spare[:last]
	} else {
		it = &item[K]{}
	}
	*it = item[K]{key: key, due: never, retry: never, index: -1}
	if t.byKey == nil {
		t.byKey = map[K]*item[K]{}
	}
	t.byKey[key] = it
	t.peak = max(t.peak, len(t.byKey))
	return it
}

// release forgets an item that is idle and not delayed.
func (t *items[K]) release(it *item[K]) {
	if it.state != idle || it.delayed() {
		return
	}
	delete(t.byKey, it.key)
	*it = item[K]{}
	if len(t.spare) < keptItems {
		t.spare = append(t.spare, it)
	}
	if len(t.byKey) == 0 && t.peak > keptRoom {
		// A map keeps the room that it once needed.
		t.byKey, t.peak = nil, 0
	}
}

// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"maps"
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
	// initial is set until the key has been reconciled once, if it waited when Run
	// began.
	initial bool
	// again says that the key was added while it was running, with nextPriority at
	// nextAdded.
	again bool
	// limited says that the rate limiter was asked about the attempts.
	limited bool
	// attempts counts the calls that failed since one succeeded.
	attempts int
	// priority, and when it came, of the addition that waits or runs.
	priority     int
	added        time.Duration
	nextPriority int
	nextAdded    time.Duration
	links        [lists]links[K]
	delays       *delays[K] // nil until there is one
}

// delays are an item's additions that are not due.
type delays[K comparable] struct {
	item *item[K]
	// due is when the shortest delay of AddAfter is over, retry when that is over
	// which the last result asked for; never if there is none.
	due           time.Duration
	duePriority   int
	retry         time.Duration
	retryPriority int
	// rank and sequence order the heap of what is delayed; index is the place in
	// it, -1 outside.
	rank     time.Duration
	sequence uint64
	index    int
}

func (d *delays[K]) before(other *delays[K]) bool {
	if d.rank != other.rank {
		return d.rank < other.rank
	}
	return d.sequence < other.sequence
}

func (d *delays[K]) place() *int { return &d.index }

// delay returns the item's delays, which it makes if there are none.
func (it *item[K]) delay() *delays[K] {
	if it.delays == nil {
		it.delays = &delays[K]{item: it, due: never, retry: never, index: -1}
	}
	return it.delays
}

// delayed reports whether an addition of the key is not due yet.
func (it *item[K]) delayed() bool { return it.delays != nil && it.delays.index >= 0 }

// keptRoom is for how many keys a table keeps room in any case.
const keptRoom = 256

// items is the table of the keys that a queue knows something of. It keeps the
// room, and the items, for as many keys as it has had lately.
type items[K comparable] struct {
	byKey map[K]*item[K]
	spare []*item[K]
	// room is for how many keys there is memory; most is how many there were at once
	// since the last made of them came.
	room, most, made int
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
	it.key = key
	if t.byKey == nil {
		t.byKey = map[K]*item[K]{}
	}
	t.byKey[key] = it
	t.made++
	t.most = max(t.most, len(t.byKey))
	return it
}

// release forgets an item that is idle and not delayed.
func (t *items[K]) release(it *item[K]) {
	if it.state != idle || it.delayed() {
		return
	}
	delete(t.byKey, it.key)
	*it = item[K]{delays: it.delays}
	t.spare = append(t.spare, it)
	if t.made > t.room {
		t.settle()
	}
}

// settle gives memory back if less than a quarter of it was used while as many keys
// came as there is room for. A map never does so by itself.
func (t *items[K]) settle() {
	t.room = max(t.room, t.most, keptRoom)
	if t.most < t.room/4 && t.room > keptRoom {
		t.room = max(t.most, keptRoom)
		byKey := make(map[K]*item[K], len(t.byKey))
		maps.Copy(byKey, t.byKey)
		t.byKey = byKey
		t.spare = append([]*item[K](nil), t.spare[:min(len(t.spare), t.room)]...)
	}
	t.most, t.made = len(t.byKey), 0
}

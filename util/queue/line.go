// SPDX-License-Identifier: Apache-2.0

package queue

import "time"

// agedTurn says which turns belong to the oldest key while it is aged: every
// fourth.
const agedTurn = 4

// keptLevels is how many priorities keep their list while it is empty.
const keptLevels = 16

// line holds the items that wait: a list for each priority, and one of all by the
// time when they came. The highest priority is first, and in it who came first;
// but see pop.
type line[K comparable] struct {
	levels map[int]*level[K]
	// filled holds the levels that have items, the highest on top.
	filled heap[*level[K]]
	// all links the items of all levels, by age.
	all   list[K]
	count int
	// passedOver counts the turns since an aged item was passed over first.
	passedOver int
}

// level is the list of the items of one priority.
type level[K comparable] struct {
	priority int
	index    int // in filled
	items    list[K]
}

func (l *level[K]) before(other *level[K]) bool { return l.priority > other.priority }
func (l *level[K]) place() *int                 { return &l.index }

func (l *line[K]) push(it *item[K]) {
	l.join(it)
	l.all.push(it, byAge)
	l.count++
}

// raise moves an item that waits to a higher priority, behind those that are there
// already. It keeps its age.
func (l *line[K]) raise(it *item[K], priority int) {
	l.leave(it)
	it.priority = priority
	l.join(it)
}

// pop takes out the item whose turn it is, or returns nil if none waits. While the
// one that has waited longest has done so for ageing or more, every fourth turn is
// its own, whatever its priority.
func (l *line[K]) pop(now time.Duration, ageing time.Duration) *item[K] {
	if l.count == 0 {
		return nil
	}
	it, oldest := l.filled.first().items.first, l.all.first
	switch {
	case it == oldest:
		l.passedOver = 0
	case now-oldest.added >= ageing:
		if l.passedOver++; l.passedOver == agedTurn {
			it = oldest
			l.passedOver = 0
		}
	}
	l.leave(it)
	l.all.remove(it, byAge)
	l.count--
	return it
}

// join puts an item at the end of its level.
func (l *line[K]) join(it *item[K]) {
	at := l.levels[it.priority]
	if at == nil {
		at = &level[K]{priority: it.priority, index: -1}
		if l.levels == nil {
			l.levels = map[int]*level[K]{}
		}
		l.levels[it.priority] = at
	}
	if at.items.first == nil {
		l.filled.push(at)
	}
	at.items.push(it, byLevel)
}

// leave takes an item out of its level.
func (l *line[K]) leave(it *item[K]) {
	at := l.levels[it.priority]
	at.items.remove(it, byLevel)
	if at.items.first == nil {
		l.filled.remove(at)
		if len(l.levels) > keptLevels {
			delete(l.levels, it.priority)
		}
	}
}

// The two lists that an item is in while it waits.
const (
	byLevel = iota
	byAge
	lists
)

// links are an item's neighbours in one list.
type links[K comparable] struct {
	previous, next *item[K]
}

// list links items by one of their pairs of links.
type list[K comparable] struct {
	first, last *item[K]
}

func (l *list[K]) push(it *item[K], by int) {
	it.links[by] = links[K]{previous: l.last}
	if l.last == nil {
		l.first = it
	} else {
		l.last.links[by].next = it
	}
	l.last = it
}

func (l *list[K]) remove(it *item[K], by int) {
	at := it.links[by]
	if at.previous == nil {
		l.first = at.next
	} else {
		at.previous.links[by].next = at.next
	}
	if at.next == nil {
		l.last = at.previous
	} else {
		at.next.links[by].previous = at.previous
	}
	it.links[by] = links[K]{}
}

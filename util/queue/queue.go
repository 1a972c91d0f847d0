// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"time"
)

// Queue has keys reconciled: see the package comment for what it promises. All of
// its methods are safe for concurrent use, may be called from reconcile, and, but
// for Run, do not block.
type Queue[K comparable] struct {
	settings  settings
	reconcile func(ctx context.Context, key K) Result
	limiter   RateLimiter[K]
	priority  func(key K) int
	epoch     time.Time

	stop   chan struct{} // closed by ShutDown
	synced chan struct{}
	closed chan struct{}
	// sooner wakes Run when something is due before the time that it waits for.
	sooner chan struct{}
	// workers counts those that have not left; the last one closes left.
	workers atomic.Int64
	left    chan struct{}

	// mu guards all that follows. No function of a caller runs while it is held.
	mu      sync.Mutex
	news    sync.Cond // the line has become longer, or the phase has changed
	phase   phase
	started bool
	items   items[K]
	line    line[K]
	delayed heap[*delays[K]]
	// alarm is the time that Run waits for; 0 while nobody does.
	alarm    time.Duration
	sequence uint64
	// initial counts the keys that waited when Run began and have not been
	// reconciled since.
	initial int
	desks   []desk[K]

	added, retried, givenUp uint64
}

// phase is how far a queue's end has come.
type phase uint8

const (
	open     phase = iota
	draining       // additions are ignored, what waits is worked off
	ending         // what runs is finished
)

// desk is where one worker sits.
type desk[K comparable] struct {
	item  *item[K] // that runs, or nil
	since time.Duration
}

// New returns a queue that calls reconcile for each key that is added. The name is
// for messages and metrics. Nothing runs before Run; keys may be added already. It
// panics if an option does not fit.
func New[K comparable](name string, reconcile func(ctx context.Context, key K) Result, opts ...Option) *Queue[K] {
	s := newSettings(name, opts)
	q := &Queue[K]{
		settings: s, reconcile: reconcile, epoch: time.Now(),
		stop: make(chan struct{}), synced: make(chan struct{}), closed: make(chan struct{}),
		sooner: make(chan struct{}, 1), left: make(chan struct{}),
		desks: make([]desk[K], s.concurrency),
	}
	q.news.L = &q.mu
	q.limiter = typed[RateLimiter[K]](&s, "WithRateLimiter", s.limiter)
	if q.limiter == nil {
		q.limiter = NewBackoff[K](firstBackoff, longestBackoff)
	}
	q.priority = typed[func(K) int](&s, "WithPriority", s.priority)
	return q
}

// typed returns what an option was given, or the zero T if it was not given.
func typed[T any](s *settings, option string, given any) T {
	value, ok := given.(T)
	s.require(ok || given == nil, "%s was given a %T: this queue's keys need a %v", option, given, reflect.TypeFor[T]())
	return value
}

// Name returns the name that New was given.
func (q *Queue[K]) Name() string { return q.settings.name }

// Add has the key reconciled. If it waits already, that is all; if it is being
// reconciled, it will be once more. After the queue was stopped, Add does nothing.
func (q *Queue[K]) Add(key K) { q.AddWithPriority(key, q.priorityOf(key)) }

// AddWithPriority is Add with a priority: higher comes first, 0 is what Add gives
// unless there is [WithPriority], and equal ones come in the order in which they
// were added. If the key waits already, its priority is raised, never lowered.
func (q *Queue[K]) AddWithPriority(key K, priority int) {
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.phase != open {
		return
	}
	q.promote(now)
	q.enqueue(q.items.get(key), priority, now)
}

// AddAfter is Add when d has passed: not before it, and whatever happens to the key
// meanwhile. If the key is delayed already, the shorter of the two delays counts.
func (q *Queue[K]) AddAfter(key K, d time.Duration) {
	if d <= 0 {
		q.Add(key)
		return
	}
	priority := q.priorityOf(key)
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.phase != open {
		return
	}
	// A delay that is over has to have been added before a new one begins.
	q.promote(now)
	at := q.items.get(key).delay()
	if due := later(now, d); due < at.due {
		at.due, at.duePriority = due, priority
		q.delay(at)
	}
}

// ShutDown stops the queue as the end of Run's context does, also if Run is never
// called: then what waits is dropped, and Closed is closed. A second call does
// nothing.
func (q *Queue[K]) ShutDown() {
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case <-q.stop:
		return
	default:
		close(q.stop)
	}
	q.refuse()
	if !q.started {
		q.drop()
		close(q.closed)
	}
}

// HasSynced reports whether Run was called and each key that waited then has been
// reconciled at least once, successfully or not. Keys that were delayed then are
// not waited for. It does not become false again.
func (q *Queue[K]) HasSynced() bool {
	select {
	case <-q.synced:
		return true
	default:
		return false
	}
}

// Synced returns a channel that is closed when HasSynced becomes true.
func (q *Queue[K]) Synced() <-chan struct{} { return q.synced }

// Closed returns a channel that is closed when Run has nothing left to do, or when
// the queue was shut down before it.
func (q *Queue[K]) Closed() <-chan struct{} { return q.closed }

func (q *Queue[K]) now() time.Duration { return time.Since(q.epoch) }

func (q *Queue[K]) priorityOf(key K) int {
	if q.priority == nil {
		return 0
	}
	return q.priority(key)
}

// enqueue has the item wait, at once or after its run. Callers hold mu.
func (q *Queue[K]) enqueue(it *item[K], priority int, at time.Duration) {
	q.added++
	switch it.state {
	case idle:
		q.wait(it, priority, at)
	case waiting:
		if priority > it.priority {
			q.line.raise(it, priority)
		}
	case running:
		if !it.again {
			it.again, it.nextPriority, it.nextAdded = true, priority, at
		}
		it.nextPriority = max(it.nextPriority, priority)
	}
}

// wait puts an idle item in the line. Callers hold mu.
func (q *Queue[K]) wait(it *item[K], priority int, at time.Duration) {
	it.state, it.priority, it.added = waiting, priority, at
	q.line.push(it)
	q.news.Signal()
}

// delay puts an item's delays where the shorter one says, among those that are not
// due. Callers hold mu.
func (q *Queue[K]) delay(d *delays[K]) {
	rank := min(d.due, d.retry)
	inside := d.index >= 0
	switch {
	case rank == never && inside:
		q.delayed.remove(d)
		return
	case rank == never || inside && rank == d.rank:
		return
	}
	q.sequence++
	d.rank, d.sequence = rank, q.sequence
	if inside {
		q.delayed.fix(d)
	} else {
		q.delayed.push(d)
	}
	if rank < q.alarm {
		select {
		case q.sooner <- struct{}{}:
		default:
		}
	}
}

// promote adds the delayed items that are due. Callers hold mu.
func (q *Queue[K]) promote(now time.Duration) {
	for q.delayed.len() > 0 {
		d := q.delayed.first()
		if d.rank > now {
			return
		}
		if due := d.due; due <= now {
			d.due = never
			q.enqueue(d.item, d.duePriority, due)
		}
		if retry := d.retry; retry <= now {
			d.retry = never
			q.enqueue(d.item, d.retryPriority, retry)
		}
		q.delay(d)
	}
}

// refuse ends the open phase: nothing is added any more, and what is not due by now
// is dropped; so is what waits, unless there is time for draining. Callers hold mu.
func (q *Queue[K]) refuse() {
	if q.phase != open {
		return
	}
	q.promote(q.now())
	q.phase = draining
	for q.delayed.len() > 0 {
		d := q.delayed.first()
		d.due, d.retry = never, never
		q.delay(d)
		q.items.release(d.item)
	}
	if q.settings.drain == 0 {
		q.drop()
	}
	q.news.Broadcast()
}

// drop ends the draining: what waits is forgotten. It returns how many keys that
// were. Callers hold mu.
func (q *Queue[K]) drop() int {
	q.phase = ending
	dropped := q.line.count
	for it := q.line.pop(0, never); it != nil; it = q.line.pop(0, never) {
		it.state = idle
		q.items.release(it)
	}
	for _, d := range q.desks {
		if d.item != nil && d.item.again {
			d.item.again = false
			dropped++
		}
	}
	q.news.Broadcast()
	return dropped
}

// later returns the time d after now, and never for one that is too far away.
func later(now, d time.Duration) time.Duration {
	if d >= never-now {
		return never - 1
	}
	return now + d
}

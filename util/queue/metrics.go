// SPDX-License-Identifier: Apache-2.0

package queue

import "time"

// Metrics is told what queues do. One value may serve many queues, which call it by
// their names, at the same time. It is called by the goroutines that work, between
// two keys, and must not block.
type Metrics interface {
	// Watch is called when a queue begins to run. The function stats returns what
	// there is to see at the time, so that gauges and counters cost nothing between
	// two looks; it may be called at any time and by many. The function that Watch
	// returns is called, unless it is nil, when the queue has ended.
	Watch(queue string, stats func() Stats) (ended func())
	// Waited is called before a key is reconciled, with the time since its addition
	// was due.
	Waited(queue string, d time.Duration)
	// Worked is called after a key was reconciled, with the time that it took and
	// the error of the attempt, or nil.
	Worked(queue string, d time.Duration, err error)
}

// Stats is what a queue holds at a time, and what it has done so far.
type Stats struct {
	// Waiting counts the keys whose turn has not come, Delayed those of which an
	// addition is not due yet, Running those that are being reconciled. A key may
	// be among the delayed and one of the others.
	Waiting, Delayed, Running int
	// Added counts the additions that were due, also those of keys that waited
	// already; Retried the attempts that failed and were to be made again; GivenUp
	// the keys whose attempts were used up or failed with a permanent error.
	Added, Retried, GivenUp uint64
	// OldestWaiting is for how long the key has waited that has done so longest.
	OldestWaiting time.Duration
	// LongestRunning is the time that the call takes which began first, of those
	// that have not returned; Unfinished the sum of all of these.
	LongestRunning, Unfinished time.Duration
}

// Stats returns what the queue holds, and what it has done. It is safe for
// concurrent use, also from reconcile.
func (q *Queue[K]) Stats() Stats {
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	s := Stats{
		Waiting: q.line.count, Delayed: q.delayed.len(),
		Added: q.added, Retried: q.retried, GivenUp: q.givenUp,
	}
	if oldest := q.line.all.first; oldest != nil {
		s.OldestWaiting = max(0, now-oldest.added)
	}
	for _, d := range q.desks {
		if d.item == nil {
			continue
		}
		took := max(0, now-d.since)
		s.Running++
		s.Unfinished += took
		s.LongestRunning = max(s.LongestRunning, took)
	}
	return s
}

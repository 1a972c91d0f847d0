// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// Run works until ctx ends or ShutDown is called. Then it drops what waits, ends the
// contexts of calls, and returns when the last call has. With [WithDrain] it first
// lets what waits be reconciled, for as long as that option says. A call that does
// not return keeps Run from returning; who cannot wait for that waits for Closed with
// a limit.
//
// It returns nil, or an error that is [ErrDropped] if the time for draining was too
// short, or [ErrStarted] if it was called before. After ShutDown it returns nil and
// does nothing.
//
// The context of calls has the values of ctx.
func (q *Queue[K]) Run(ctx context.Context) error {
	return q.run(ctx, ctx.Done())
}

// run is Run until stop is closed; only the values of ctx count.
func (q *Queue[K]) run(ctx context.Context, stop <-chan struct{}) error {
	ready, err := q.begin(stop)
	if !ready {
		return err
	}
	defer close(q.closed)
	if m := q.settings.metrics; m != nil {
		if ended := m.Watch(q.settings.name, q.Stats); ended != nil {
			defer ended()
		}
	}
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	q.workers.Store(int64(len(q.desks)))
	for i := range q.desks {
		go q.work(calls, &q.desks[i])
	}
	q.serve(stop)
	return q.end(cancel)
}

// begin reports whether the queue is to be run.
func (q *Queue[K]) begin(stop <-chan struct{}) (bool, error) {
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.started {
		return false, fmt.Errorf("queue %q: %w", q.settings.name, ErrStarted)
	}
	q.started = true
	if q.phase != open {
		return false, nil
	}
	q.promote(now)
	for it := q.line.all.first; it != nil; it = it.links[byAge].next {
		it.initial = true
	}
	q.initial = q.line.count
	if q.initial == 0 {
		close(q.synced)
	}
	select {
	case <-stop:
		q.refuse() // before a worker begins what is to be dropped
	default:
	}
	return true, nil
}

// serve adds what becomes due, until the queue is stopped.
func (q *Queue[K]) serve(stop <-chan struct{}) {
	timer := time.NewTimer(never)
	defer timer.Stop()
	for {
		now := q.now()
		q.mu.Lock()
		q.promote(now)
		q.alarm = never
		if q.delayed.len() > 0 {
			q.alarm = q.delayed.first().rank
		}
		alarm := q.alarm
		q.mu.Unlock()
		if alarm == never {
			timer.Stop()
		} else {
			timer.Reset(alarm - now)
		}
		select {
		case <-stop:
			return
		case <-q.stop:
			return
		case <-q.sooner:
		case <-timer.C:
		}
	}
}

// end waits until the workers have left, after what is left to do.
func (q *Queue[K]) end(cancel context.CancelFunc) error {
	q.mu.Lock()
	q.refuse()
	q.mu.Unlock()
	dropped := 0
	switch q.settings.drain {
	case 0:
		cancel()
	case Forever:
	default:
		timer := time.NewTimer(q.settings.drain)
		defer timer.Stop()
		select {
		case <-q.left:
		case <-timer.C:
			dropped = q.hurry(cancel)
		}
	}
	<-q.left
	q.mu.Lock()
	dropped += q.drop() // by workers that reconcile has ended
	q.mu.Unlock()
	if dropped > 0 {
		return fmt.Errorf("queue %q: %d keys: %w", q.settings.name, dropped, ErrDropped)
	}
	return nil
}

// hurry ends the draining, as its time is over. It returns how many keys waited.
func (q *Queue[K]) hurry(cancel context.CancelFunc) int {
	q.mu.Lock()
	dropped := q.drop()
	var keys []K
	for _, d := range q.desks {
		if d.item != nil {
			keys = append(keys, d.item.key)
		}
	}
	q.mu.Unlock()
	cancel()
	if dropped == 0 && len(keys) == 0 {
		return 0
	}
	q.settings.logger().Warn("time to drain is over, contexts are cancelled",
		"drain", q.settings.drain, "dropped", dropped, "running", keys)
	return dropped
}

// work reconciles one key after the other.
func (q *Queue[K]) work(ctx context.Context, d *desk[K]) {
	defer func() {
		if q.workers.Add(-1) == 0 {
			close(q.left)
		}
	}()
	now := q.now()
	q.mu.Lock()
	for it := q.next(d, now); it != nil; it = q.next(d, now) {
		waited := max(0, d.since-it.added)
		q.mu.Unlock()
		result := q.measured(ctx, it.key, waited)
		v := q.judge(it, result)
		now = q.now()
		q.mu.Lock()
		q.finish(d, v, now)
	}
	q.mu.Unlock()
}

// next waits for the item whose turn it is and puts it on the desk. It returns nil
// when there is nothing left to do. Callers hold mu.
func (q *Queue[K]) next(d *desk[K], now time.Duration) *item[K] {
	for {
		if q.phase == open {
			q.promote(now)
		}
		if it := q.line.pop(now, q.settings.ageing); it != nil {
			it.state = running
			d.item, d.since = it, now
			return it
		}
		if q.phase != open {
			return nil
		}
		q.news.Wait()
		now = q.now()
	}
}

// measured calls reconcile and tells the metrics.
func (q *Queue[K]) measured(ctx context.Context, key K, waited time.Duration) Result {
	m := q.settings.metrics
	if m == nil {
		return q.call(ctx, key)
	}
	m.Waited(q.settings.name, waited)
	began := q.now()
	result := q.call(ctx, key)
	m.Worked(q.settings.name, q.now()-began, result.Err)
	return result
}

// call calls reconcile.
func (q *Queue[K]) call(ctx context.Context, key K) (result Result) {
	if q.settings.recovers {
		defer func() {
			if value := recover(); value != nil {
				result = Result{Err: q.recovered(key, value)}
			}
		}()
	}
	if q.settings.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, q.settings.timeout)
		defer cancel()
		ctx = limited
	}
	return q.reconcile(ctx, key)
}

func (q *Queue[K]) recovered(key K, value any) error {
	err := &PanicError{Queue: q.settings.name, Key: key, Value: value, Stack: string(debug.Stack())}
	if q.settings.onPanic != nil {
		q.settings.onPanic(err)
	}
	return err
}

// verdict is what becomes of an item that was reconciled.
type verdict struct {
	again  bool // after the pause
	pause  time.Duration
	failed bool
}

// judge counts an attempt, and decides. It belongs to the worker and runs without
// the lock, because it asks the limiter.
func (q *Queue[K]) judge(it *item[K], result Result) verdict {
	if result.Err == nil {
		q.forget(it)
		return verdict{again: result.After > 0, pause: result.After}
	}
	it.attempts++
	log := q.settings.logger().With("key", it.key, "attempt", it.attempts, "err", result.Err)
	switch {
	case IsPermanent(result.Err):
		log.Error("key failed for good")
	case it.attempts >= q.settings.maxAttempts:
		log.Error("key failed too often, giving up")
	default:
		pause := result.After
		if pause <= 0 {
			it.limited = true
			pause = max(0, q.limiter.When(it.key))
		}
		log.Warn("key failed", "pause", pause)
		return verdict{again: true, pause: pause, failed: true}
	}
	q.forget(it)
	return verdict{failed: true}
}

// forget starts an item's count of attempts anew.
func (q *Queue[K]) forget(it *item[K]) {
	it.attempts = 0
	if it.limited {
		it.limited = false
		q.limiter.Forget(it.key)
	}
}

// finish clears the desk. What the result asks for takes the place of what earlier
// results asked for. Callers hold mu.
func (q *Queue[K]) finish(d *desk[K], v verdict, now time.Duration) {
	it := d.item
	d.item = nil
	it.state = idle
	switch {
	case v.failed && v.again:
		q.retried++
	case v.failed:
		q.givenUp++
	}
	if it.initial {
		it.initial = false
		if q.initial--; q.initial == 0 {
			close(q.synced)
		}
	}
	if v.again && q.phase == open {
		at := it.delay()
		at.retry, at.retryPriority = later(now, v.pause), it.priority
		q.delay(at)
	} else if it.delays != nil {
		it.delays.retry = never
		q.delay(it.delays)
	}
	if it.again {
		it.again = false
		q.wait(it, it.nextPriority, it.nextAdded)
	}
	q.items.release(it)
}

// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/clock"
)

// healthyAfter is how long a list and watch must have lasted for the next failure
// to count as the first of its kind, if there was nothing to tell meanwhile.
const healthyAfter = 10 * time.Second

// retries says how long to wait before the next attempt to list or watch: 0.1 to 0.2 s
// first, so that an expired watch is resumed at once, doubling to half a minute for a
// server that is down.
type retries struct {
	mu      sync.Mutex
	backoff *wait.Backoff // nil while all is well
	full    time.Time     // when the cache was filled last
}

// next returns how long to wait now.
func (r *retries) next() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.backoff == nil {
		r.backoff = &wait.Backoff{Duration: 100 * time.Millisecond, Factor: 2, Jitter: 1, Steps: 9, Cap: 30 * time.Second}
	}
	return r.backoff.Step()
}

// reset notes that all is well: what fails next is not one of a row.
func (r *retries) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.backoff = nil
}

// filled notes that the cache holds a complete state, as of now.
func (r *retries) filled() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.full = time.Now()
}

// filledIn returns how long it took to fill the cache since then; 0 if it was not. A
// session that did so is followed by a pause that is no shorter: a server whose watches
// bring something and break, again and again, lists for no more than half of the time.
func (r *retries) filledIn(began time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(r.full.Sub(began), 0)
}

// retryClock is the real clock for a reflector, except that waiting for it takes as long as
// retries say, and ends with the context: the reflector waits for nothing but its next
// attempt, without looking at its own context.
type retryClock struct {
	clock.RealClock

	ctx     context.Context //nolint:containedctx // the interface has no place for it
	retries *retries
}

// After returns a channel that receives when it is time for the next attempt, or when
// the context ends.
func (c retryClock) After(time.Duration) <-chan time.Time {
	fired := make(chan time.Time, 1)
	fire := sync.OnceFunc(func() { fired <- time.Now() })
	stop := context.AfterFunc(c.ctx, fire)
	time.AfterFunc(c.retries.next(), func() {
		stop()
		fire()
	})
	return fired
}

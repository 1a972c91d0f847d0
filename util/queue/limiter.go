// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"fmt"
	"sync"
	"time"
)

// The pauses between attempts of a queue without [WithRateLimiter].
const (
	firstBackoff   = 5 * time.Millisecond
	longestBackoff = 1000 * time.Second
)

// RateLimiter says how long a key has to wait after a failed attempt. Limiters for
// client-go's work queues have these methods. They must be safe for concurrent use.
type RateLimiter[K comparable] interface {
	// When is called after a failed attempt that is to be made again, and returns
	// the pause before the next.
	When(key K) time.Duration
	// Forget is called when a key that When was asked about has succeeded, or is
	// given up.
	Forget(key K)
}

// NewBackoff returns a limiter whose pauses double with each failure of a key, from
// first up to longest. They are always the same, without a random part. It panics
// unless 0 < first <= longest.
func NewBackoff[K comparable](first, longest time.Duration) RateLimiter[K] {
	if first <= 0 || longest < first {
		panic(fmt.Sprintf("queue: NewBackoff from %v to %v: the first pause must be above 0 and no longer than the longest", first, longest))
	}
	return &backoff[K]{first: first, longest: longest}
}

type backoff[K comparable] struct {
	first, longest time.Duration

	mu   sync.Mutex
	next map[K]time.Duration
}

func (b *backoff[K]) When(key K) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	pause := b.first
	if next, ok := b.next[key]; ok {
		pause = next
	} else if b.next == nil {
		b.next = map[K]time.Duration{}
	}
	if pause > b.longest/2 {
		b.next[key] = b.longest
	} else {
		b.next[key] = 2 * pause
	}
	return pause
}

func (b *backoff[K]) Forget(key K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.next, key)
}

// NewBucket returns a limiter for all keys together: burst failures pass without a
// pause, and then one every interval. It panics unless both are above 0.
func NewBucket[K comparable](interval time.Duration, burst int) RateLimiter[K] {
	if interval <= 0 || burst <= 0 {
		panic(fmt.Sprintf("queue: NewBucket with an interval of %v and a burst of %d: both must be above 0", interval, burst))
	}
	return &bucket[K]{interval: interval, burst: burst}
}

type bucket[K comparable] struct {
	interval time.Duration
	burst    int

	mu sync.Mutex
	// full is when the bucket is full again if nobody else comes.
	full time.Time
}

func (b *bucket[K]) When(K) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.full.Before(now) {
		b.full = now
	}
	b.full = b.full.Add(b.interval)
	return max(0, b.full.Sub(now)-time.Duration(b.burst)*b.interval)
}

func (b *bucket[K]) Forget(K) {}

// LongestOf returns a limiter that asks all of the limiters, and for the longest of
// their pauses.
func LongestOf[K comparable](limiters ...RateLimiter[K]) RateLimiter[K] {
	return longestOf[K](limiters)
}

type longestOf[K comparable] []RateLimiter[K]

func (l longestOf[K]) When(key K) time.Duration {
	var longest time.Duration
	for _, limiter := range l {
		longest = max(longest, limiter.When(key))
	}
	return longest
}

func (l longestOf[K]) Forget(key K) {
	for _, limiter := range l {
		limiter.Forget(key)
	}
}

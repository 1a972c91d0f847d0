// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"fmt"
	"log/slog"
	"math"
	"time"
)

// Forever is a time for [WithDrain] that does not end.
const Forever = time.Duration(math.MaxInt64)

// defaultAgeing is when a key is aged without [WithAgeing].
const defaultAgeing = time.Second

// Option changes how a queue works. [New] panics with the remedy if an option's
// argument makes no sense.
type Option func(*settings)

type settings struct {
	name        string
	concurrency int
	maxAttempts int
	limiter     any // RateLimiter[K]
	priority    any // func(K) int
	ageing      time.Duration
	drain       time.Duration
	timeout     time.Duration
	recovers    bool
	onPanic     func(*PanicError)
	metrics     Metrics
	log         *slog.Logger
}

// WithConcurrency has n keys reconciled at the same time; n must be above 0. The
// default is 1. One key is never reconciled twice at the same time.
func WithConcurrency(n int) Option {
	return func(s *settings) { s.concurrency = n }
}

// WithMaxAttempts gives a key up, with a line in the log, when n attempts in a row
// have failed; n must be above 0, and 1 means that nothing is tried again. The
// default is to try for as long as the queue runs.
func WithMaxAttempts(n int) Option {
	return func(s *settings) { s.maxAttempts = n }
}

// WithRateLimiter has the limiter say how long a key waits after a failed attempt.
// K must be the type of the queue's keys. The default is [NewBackoff] from 5
// milliseconds to 1,000 seconds.
func WithRateLimiter[K comparable](limiter RateLimiter[K]) Option {
	return func(s *settings) { s.limiter = limiter }
}

// WithPriority gives the priority of keys that are added without one; higher comes
// first. K must be the type of the queue's keys. The function is called by whoever
// adds, at the same time for several. The default is 0 for all.
func WithPriority[K comparable](priority func(key K) int) Option {
	return func(s *settings) { s.priority = priority }
}

// WithAgeing says after which wait a key is aged: while there are aged keys, every
// fourth turn is for the one that has waited longest, whatever its priority. The
// default is a second; d must not be below 0.
func WithAgeing(d time.Duration) Option {
	return func(s *settings) { s.ageing = d }
}

// WithDrain has the keys that wait when the queue is stopped reconciled before Run
// returns, for at most d, which must not be below 0; with [Forever] there is no
// bound. Until then the contexts of calls do not end. The default is 0: what waits
// is dropped.
func WithDrain(d time.Duration) Option {
	return func(s *settings) { s.drain = d }
}

// WithTimeout ends the context of each call after d, which must not be below 0. The
// default is 0: a call may take as long as the queue runs.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) { s.timeout = d }
}

// WithRecover makes a panic of the function a failed attempt, whose error is a
// [PanicError]; report is called with it first, on the same goroutine, and may be
// nil. The default is that a panic ends the process, as any does.
func WithRecover(report func(*PanicError)) Option {
	return func(s *settings) { s.recovers, s.onPanic = true, report }
}

// WithMetrics tells m what the queue does. The default is to tell nobody.
func WithMetrics(m Metrics) Option {
	return func(s *settings) { s.metrics = m }
}

// WithLogger sends the queue's messages about failed attempts to l. The default is
// slog's default logger at the time of each message, with the scope "queue".
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) { s.log = l }
}

// newSettings applies the options, or panics.
func newSettings(name string, opts []Option) settings {
	s := settings{name: name, concurrency: 1, maxAttempts: math.MaxInt, ageing: defaultAgeing}
	for _, o := range opts {
		o(&s)
	}
	s.require(s.concurrency > 0, "WithConcurrency(%d): give the number of keys to reconcile at the same time", s.concurrency)
	s.require(s.maxAttempts > 0, "WithMaxAttempts(%d): give the number of calls, the first one included", s.maxAttempts)
	s.require(s.ageing >= 0, "WithAgeing(%v): a wait cannot be below 0", s.ageing)
	s.require(s.drain >= 0, "WithDrain(%v): a time cannot be below 0; Forever is no bound", s.drain)
	s.require(s.timeout >= 0, "WithTimeout(%v): a time cannot be below 0", s.timeout)
	return s
}

func (s *settings) require(ok bool, format string, args ...any) {
	if !ok {
		panic(fmt.Sprintf("queue %q: ", s.name) + fmt.Sprintf(format, args...))
	}
}

func (s *settings) logger() *slog.Logger {
	l := s.log
	if l == nil {
		l = slog.Default().With("scope", "queue")
	}
	return l.With("queue", s.name)
}

// SPDX-License-Identifier: Apache-2.0

package retry

import "time"

const (
	// DefaultTimeout is how long is asked at most without [Timeout].
	DefaultTimeout = 30 * time.Second
	// DefaultDelay is the first pause without [Delay] and [BackoffDelay].
	DefaultDelay = 10 * time.Millisecond
	// DefaultConverge is how many successes in a row are needed without [Converge].
	DefaultConverge = 1
)

const (
	// longest is how many times the first pause a pause of [BackoffDelay] is at most.
	longest = 16
	// shortest is the least pause: with none at all, the clock of a bubble of
	// testing/synctest would stand still.
	shortest = 100 * time.Microsecond
)

// Option changes how often and how long is asked. Only this package makes them. Of
// options that say the same the last one counts.
type Option func(*config)

type config struct {
	timeout     time.Duration
	delay       time.Duration // the first one
	maxDelay    time.Duration
	converge    int
	maxAttempts int // 0 for any number
	message     string
}

func newConfig(options []Option) config {
	c := config{timeout: DefaultTimeout, converge: DefaultConverge}
	BackoffDelay(DefaultDelay)(&c)
	for _, option := range options {
		option(&c)
	}
	return c
}

// Timeout sets for how long is asked. The default is [DefaultTimeout]. With 0 or less
// there is one attempt.
func Timeout(d time.Duration) Option {
	return func(c *config) { c.timeout = d }
}

// Delay makes all pauses after failures as long as d, and at least 100 microseconds.
func Delay(d time.Duration) Option {
	d = max(d, shortest)
	return func(c *config) { c.delay, c.maxDelay = d, d }
}

// BackoffDelay makes the first pause after a failure as long as d and each further one
// twice as long as the one before, up to 16 times d. The first is at least 100
// microseconds long. This is the default, with [DefaultDelay].
func BackoffDelay(d time.Duration) Option {
	d = max(d, shortest)
	return func(c *config) { c.delay, c.maxDelay = d, longest*d }
}

// Converge makes n successes in a row necessary, which are asked for without a pause.
// The default, and what 0 and less mean, is 1.
func Converge(n int) Option {
	return func(c *config) { c.converge = n }
}

// Message has the error begin with s.
func Message(s string) Option {
	return func(c *config) { c.message = s }
}

// MaxAttempts limits how often is asked. The default, and what 0 and less mean, is any
// number.
func MaxAttempts(n int) Option {
	return func(c *config) { c.maxAttempts = n }
}

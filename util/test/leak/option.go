// SPDX-License-Identifier: Apache-2.0

package leak

import (
	"runtime"
	"slices"
	"time"
)

// timeout is for how long is waited for what should end without [WithTimeout].
const timeout = 5 * time.Second

// Option changes what counts as left. Only this package makes them.
type Option func(*config)

type config struct {
	timeout time.Duration
	ignored []string
}

func newConfig(opts []Option) config {
	c := config{timeout: timeout}
	for _, opt := range opts {
		opt(&c)
	}
	return c
}

// WithTimeout sets for how long is waited for goroutines that are about to end. The
// default is five seconds.
func WithTimeout(d time.Duration) Option {
	return func(c *config) { c.timeout = d }
}

// WithIgnored leaves out goroutines that have one of the functions on their stacks, for
// those that a library never ends. Functions are named as stacks name them, such as
// "example.com/pkg.(*Pool).run".
func WithIgnored(functions ...string) Option {
	functions = slices.Clone(functions)
	return func(c *config) { c.ignored = append(c.ignored, functions...) }
}

// await returns what is left when nothing is left any more that counts, or the time is
// over.
func (c config) await(stacks func() []string) []string {
	var left []string
	until(c.timeout, func() bool {
		left = slices.DeleteFunc(stacks(), func(stack string) bool {
			return slices.ContainsFunc(c.ignored, func(function string) bool { return has(stack, function) })
		})
		return len(left) == 0
	})
	return left
}

// until asks until done returns true or the time is over. Nobody can wait for the end
// of a foreign goroutine, or for the garbage collector to find something.
func until(timeout time.Duration, done func() bool) bool {
	deadline := time.Now().Add(timeout)
	for pause := 10 * time.Microsecond; ; pause = min(2*pause, 100*time.Millisecond) {
		if done() {
			return true
		}
		if !time.Now().Before(deadline) {
			return false
		}
		// Most goroutines that are about to end need only be let run.
		runtime.Gosched()
		<-time.After(pause)
	}
}

// SPDX-License-Identifier: Apache-2.0

package leaderelection

import (
	"fmt"
	"time"
)

// Option changes how a candidate behaves.
type Option func(*options)

type options struct {
	ttl         time.Duration
	stopTimeout time.Duration
	key         string
	remote      bool
	priority    func(holderKey string) bool
	preferred   func() string
	disabled    bool
}

// defaultTTL is how long a Lease is valid after it was renewed.
const defaultTTL = 30 * time.Second

// WithTTL sets for how long a Lease is valid after it was renewed: 30 s by default, at
// least a second, rounded up to whole seconds. The holder renews it after a quarter of
// that and stops leading if it could not for half of it; candidates look at it every
// quarter. All candidates should have the same.
func WithTTL(ttl time.Duration) Option {
	if ttl < time.Second {
		panic(fmt.Sprintf("leaderelection.WithTTL(%v): a Lease counts in seconds; use one or more", ttl))
	}
	return func(o *options) { o.ttl = (ttl + time.Second - 1).Truncate(time.Second) }
}

// WithStopTimeout sets for how long run functions are waited for after their stop
// channel is closed: half of the TTL by default.
func WithStopTimeout(d time.Duration) Option {
	return func(o *options) { o.stopTimeout = d }
}

// WithKey sets what other candidates learn about this one when it holds the Lease.
// The default is [Key] of its revision.
func WithKey(key string) Option {
	return func(o *options) { o.key = key }
}

// WithRemote says that the candidate runs outside of the cluster whose Lease it wants,
// which makes it lower than one of the same revision inside.
func WithRemote() Option {
	return func(o *options) { o.remote = true }
}

// WithPriority has the candidate ask the holder for the Lease if outranks, called
// with the holder's key, returns true. The key is empty if the holder has none. It is
// called every few seconds while somebody else leads, and must not block. Among all
// candidates it must not go in circles: the Lease would too.
func WithPriority(outranks func(holderKey string) bool) Option {
	return func(o *options) { o.priority = outranks }
}

// WithPreferredRevision is WithPriority by [Outranks], with the revision that
// preferred returns at the time.
func WithPreferredRevision(preferred func() string) Option {
	return func(o *options) { o.preferred = preferred }
}

// WithDisabled has the candidate lead as soon as it runs, without a Lease: for
// programs of which there is only one.
func WithDisabled() Option {
	return func(o *options) { o.disabled = true }
}

func newOptions(revision string, opts []Option) options {
	o := options{ttl: defaultTTL}
	for _, set := range opts {
		set(&o)
	}
	if o.stopTimeout == 0 {
		o.stopTimeout = o.ttl / 2
	}
	if o.key == "" {
		o.key = Key(revision, o.remote)
	}
	if o.priority == nil && o.preferred != nil {
		key, preferred := o.key, o.preferred
		o.priority = func(holderKey string) bool { return Outranks(key, holderKey, preferred()) }
	}
	return o
}

// renewAfter is how long the holder waits before it renews the Lease, and a candidate
// before it looks again.
func (o options) renewAfter() time.Duration { return o.ttl / 4 }

// renewDeadline is how long the holder leads without having renewed the Lease.
func (o options) renewDeadline() time.Duration { return o.ttl / 2 }

// requestTimeout leaves time for a second request before the deadline.
func (o options) requestTimeout() time.Duration { return o.ttl / 8 }

// retryAfter is how long the holder waits after a request that went wrong.
func (o options) retryAfter() time.Duration { return o.ttl / 32 }

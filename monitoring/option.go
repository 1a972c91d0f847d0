// SPDX-License-Identifier: Apache-2.0

package monitoring

import "time"

// Unit says what a metric counts or measures, in the notation of the UCUM. It is told
// to those who ask for it and never becomes part of a name.
type Unit string

// Units of metrics.
const (
	None         Unit = "1"
	Bytes        Unit = "By"
	Seconds      Unit = "s"
	Milliseconds Unit = "ms"
)

// DefaultMaxSeries is how many series a metric has at most without [WithMaxSeries].
const DefaultMaxSeries = 10_000

// Options changes a metric that is made. Only this package makes them. Of options that
// say the same the last one counts.
type Options func(*options)

type options struct {
	registry  *Registry
	unit      Unit
	enabled   func() bool
	maxSeries int
	expiry    time.Duration
}

func newOptions(opts []Options) options {
	o := options{registry: defaultRegistry, unit: None, maxSeries: DefaultMaxSeries}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// WithRegistry makes the metric one of r. The default is [DefaultRegistry].
func WithRegistry(r *Registry) Options {
	return func(o *options) { o.registry = r }
}

// WithUnit says what the metric counts. The default is [None].
func WithUnit(unit Unit) Options {
	return func(o *options) { o.unit = unit }
}

// WithEnabled makes a metric that does nothing if enabled returns false. It is called
// once, when the metric is made. The default is that the metric is enabled.
func WithEnabled(enabled func() bool) Options {
	return func(o *options) { o.enabled = enabled }
}

// WithMaxSeries limits how many series the metric has. What is recorded on others is
// recorded on one series with the only label otel_metric_overflow="true" instead, and
// counted in monitoring_problems_total. The default is [DefaultMaxSeries]; 0 and less
// mean no limit.
func WithMaxSeries(n int) Options {
	return func(o *options) { o.maxSeries = n }
}

// WithExpiry removes a series of the metric when nothing was recorded on it for d. This
// is looked at when metrics are collected, so a series may be there for up to one
// interval of collecting more. If it is recorded on later it begins anew. The default,
// and what 0 and less mean, is that series stay.
func WithExpiry(d time.Duration) Options {
	return func(o *options) { o.expiry = d }
}

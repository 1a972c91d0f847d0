// SPDX-License-Identifier: Apache-2.0

package monitoring

// Metric is something that numbers are recorded on. Every method is safe for concurrent
// use, waits for nothing but hooks, and does nothing if the metric is disabled.
type Metric interface {
	// Increment records 1: it adds 1 to a sum, sets a gauge to 1, and is one value of a
	// distribution.
	Increment()
	// Decrement records -1 in the same way: note that it sets a gauge to -1.
	Decrement()
	// Name returns the name that the metric was made with.
	Name() string
	// Record adds the value to a sum, sets a gauge to it, or is one value of a
	// distribution. NaN and infinities are for gauges only; elsewhere they are not
	// recorded but counted in monitoring_problems_total.
	Record(value float64)
	// RecordInt is Record for whole numbers.
	RecordInt(value int64)
	// With returns the metric for a series with these label values and those that the
	// metric has already. Of values for one label the last one counts. The metric itself
	// stays as it is. Results for labels that were asked for before cost no more than
	// finding them; those that are recorded on often should be kept all the same.
	With(labelValues ...LabelValue) Metric
	// Register does nothing and returns nil. It is there for programs that call it.
	Register() error
}

// DerivedMetric is a gauge whose values are asked for when metrics are collected. All
// methods are safe for concurrent use.
type DerivedMetric interface {
	// Name returns the name that the metric was made with.
	Name() string
	// Register does nothing and returns nil. It is there for programs that call it.
	Register() error
	// ValueFrom has valueFn asked for the value of the series with these label values, in
	// place of a function given for them before, and returns the metric itself. The
	// function is called on the goroutine that collects, with no lock held, perhaps
	// several times at once. While it panics its series is not shown. If it is nil the
	// series is removed.
	ValueFrom(valueFn func() float64, labelValues ...LabelValue) DerivedMetric
}

// NewSum makes a metric whose values are added up, a counter to Prometheus.
//
// Metrics of one name and kind are one metric: the first description, unit, limit and
// expiry are the ones that count. NewSum panics if the name is not a letter with up to
// 254 letters, digits, underscores, periods, hyphens and slashes after it, or if there
// is a metric of another kind that Prometheus would see by the same name. All this holds
// for the other kinds too.
func NewSum(name, description string, opts ...Options) Metric {
	return newMetric(MetricDefinition{Name: name, Type: sumType, Description: description}, opts)
}

// NewGauge makes a metric that has the value recorded last. See [NewSum] for names.
func NewGauge(name, description string, opts ...Options) Metric {
	return newMetric(MetricDefinition{Name: name, Type: gaugeType, Description: description}, opts)
}

// NewDistribution makes a metric that counts values by size, a histogram to Prometheus.
// The bounds are the upper limits of the buckets; a value equal to one belongs to its
// bucket. They are sorted, and a bucket for all that is larger is always there. If
// bounds is nil they are OpenTelemetry's, 0, 5, 10, 25 … 10000. NaN as a bound makes
// NewDistribution panic. See [NewSum] for names.
func NewDistribution(name, description string, bounds []float64, opts ...Options) Metric {
	return newMetric(MetricDefinition{Name: name, Type: distributionType, Description: description, Bounds: bounds}, opts)
}

// NewHistogram is [NewDistribution].
func NewHistogram(name, description string, bounds []float64, opts ...Options) Metric {
	return NewDistribution(name, description, bounds, opts...)
}

// NewDerivedGauge makes a gauge whose values are asked for. The name may be that of a
// gauge of [NewGauge]: where a series has a function, that has its value. See [NewSum]
// for names.
func NewDerivedGauge(name, description string, opts ...Options) DerivedMetric {
	return &derived{name: name, in: define(MetricDefinition{Name: name, Type: gaugeType, Description: description}, opts)}
}

func newMetric(def MetricDefinition, opts []Options) Metric {
	in := define(def, opts)
	if in == nil {
		return &disabled{name: def.Name}
	}
	return in.root.face
}

// disabled is a metric that does nothing.
type disabled struct {
	name string
}

func (d *disabled) Increment()                { /* disabled */ }
func (d *disabled) Decrement()                { /* disabled */ }
func (d *disabled) Name() string              { return d.name }
func (d *disabled) Record(float64)            { /* disabled */ }
func (d *disabled) RecordInt(int64)           { /* disabled */ }
func (d *disabled) With(...LabelValue) Metric { return d }
func (d *disabled) Register() error           { return nil }

// derived is what NewDerivedGauge returns; in is nil if it is disabled.
type derived struct {
	name string
	in   *instrument
}

func (d *derived) Name() string { return d.name }

func (d *derived) Register() error { return nil }

func (d *derived) ValueFrom(valueFn func() float64, labelValues ...LabelValue) DerivedMetric {
	if d.in == nil {
		return d
	}
	if valueFn == nil {
		d.in.family.deleteExactly(labelValues)
		return d
	}
	for {
		s := d.in.family.get(labelValues, true)
		if s.overflow() {
			d.in.family.problem(d.in.family.name, overflowed)
			return d
		}
		s.function.Store(&valueFn)
		if s.touch() {
			return d
		}
	}
}

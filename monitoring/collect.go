// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"fmt"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Describe sends nothing, because metrics can be made at any time.
func (r *Registry) Describe(chan<- *prometheus.Desc) {}

// Collect sends the series that have a value, sorted by name of the metric and by label
// values, and removes those that have expired.
func (r *Registry) Collect(ch chan<- prometheus.Metric) {
	now := time.Now()
	for _, f := range r.all() {
		f.each(now, func(s *series) { ch <- s }, func(c constant) { ch <- c })
	}
}

// each calls one of the functions for each series that has a value, in order: recorded
// for those whose value is in them, known for those whose value was asked for. Those
// that have expired are removed.
func (f *family) each(now time.Time, recorded func(*series), known func(constant)) {
	if f.layout.Load().drop {
		return
	}
	if f.observe != nil {
		for _, c := range f.readings() {
			known(c)
		}
		return
	}
	for _, s := range f.current(now) {
		switch {
		case s.state.Load() == unborn:
		case s.function.Load() != nil:
			if v, ok := s.evaluate(); ok {
				known(constant{family: f, labels: s.labels, start: s.start, value: v})
			}
		default:
			recorded(s)
		}
	}
}

// evaluate returns what the function of s does, and whether it did.
func (s *series) evaluate() (v float64, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			s.family.panicked(p)
		}
	}()
	return (*s.function.Load())(), true
}

// panicked notes that a function of the metric's user has.
func (f *family) panicked(p any) {
	f.problem(f.name, panicked)
	logger().Error("a function that was asked for a metric's value panicked", "metric", f.name, "panic", fmt.Sprint(p))
}

// Desc is a part of prometheus.Metric.
func (s *series) Desc() *prometheus.Desc { return s.family.desc }

// Write is a part of prometheus.Metric. Labels and bounds that it writes are the series'
// own and must not be changed.
func (s *series) Write(out *dto.Metric) error {
	out.Label = s.labels
	switch s.family.kind() {
	case sumType:
		out.Counter = &dto.Counter{Value: new(s.value()), Exemplar: s.exemplar(0)}
	case gaugeType:
		out.Gauge = &dto.Gauge{Value: new(s.value())}
	default:
		out.Histogram = s.histogram()
	}
	return nil
}

// histogram returns the value of a distribution. The count always is that of the
// buckets; the sum may lack what is being recorded at the moment, or have it already.
func (s *series) histogram() *dto.Histogram {
	bounds := s.bounds
	h := &dto.Histogram{Bucket: make([]*dto.Bucket, len(bounds), len(bounds)+1), SampleSum: new(s.value())}
	buckets := make([]dto.Bucket, len(bounds))
	count := uint64(0)
	for i := range bounds {
		count += s.buckets[i].Load()
		b := &buckets[i]
		b.CumulativeCount, b.UpperBound, b.Exemplar = new(count), &bounds[i], s.exemplar(i)
		h.Bucket[i] = b
	}
	count += s.buckets[len(bounds)].Load()
	h.SampleCount = new(count)
	if e := s.exemplar(len(bounds)); e != nil { // only for it is the last bucket written out
		h.Bucket = append(h.Bucket, &dto.Bucket{CumulativeCount: new(count), UpperBound: new(math.Inf(1)), Exemplar: e})
	}
	return h
}

// constant is a series with a value that was asked for.
type constant struct {
	family *family
	labels []*dto.LabelPair // by name, never changed
	start  time.Time        // when the series began
	value  float64
}

// Desc is a part of prometheus.Metric.
func (c constant) Desc() *prometheus.Desc { return c.family.desc }

// Write is a part of prometheus.Metric.
func (c constant) Write(out *dto.Metric) error {
	out.Label = c.labels
	if c.family.kind() == sumType {
		out.Counter = &dto.Counter{Value: &c.value}
	} else {
		out.Gauge = &dto.Gauge{Value: &c.value}
	}
	return nil
}

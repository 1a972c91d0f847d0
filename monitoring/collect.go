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
		for _, s := range f.current(now) {
			switch {
			case s.state.Load() == unborn:
			case s.function.Load() != nil:
				if v, ok := s.evaluate(); ok {
					ch <- constant{series: s, value: v}
				}
			default:
				ch <- s
			}
		}
	}
}

// evaluate returns what the function of s does, and whether it did.
func (s *series) evaluate() (v float64, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			s.family.problem(s.family.name, panicked)
			logger().Error("a function that was asked for a metric's value panicked", "metric", s.family.name, "panic", fmt.Sprint(p))
		}
	}()
	return (*s.function.Load())(), true
}

// Desc is a part of prometheus.Metric.
func (s *series) Desc() *prometheus.Desc { return s.family.desc }

// Write is a part of prometheus.Metric. The labels it writes must not be changed.
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
	bounds := s.family.bounds
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
	series *series
	value  float64
}

// Desc is a part of prometheus.Metric.
func (c constant) Desc() *prometheus.Desc { return c.series.family.desc }

// Write is a part of prometheus.Metric.
func (c constant) Write(out *dto.Metric) error {
	out.Label = c.series.labels
	out.Gauge = &dto.Gauge{Value: new(c.value)}
	return nil
}

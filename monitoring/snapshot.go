// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// MetricData is a metric with the values it has, for those who show or send metrics in
// another way than Prometheus.
type MetricData struct {
	// MetricDefinition is the one that is shown: the first of its name.
	MetricDefinition

	// Unit is what the metric counts.
	Unit Unit
	// Series are the series that have a value, sorted by the labels' values.
	Series []SeriesData
}

// SeriesData is a series with the value it has.
type SeriesData struct {
	// Labels are as they are shown, sorted by name.
	Labels []LabelValue
	// Start is when the series began: a sum, and a distribution, has counted since.
	Start time.Time
	// Value is that of a sum or a gauge, and the sum of the values of a distribution.
	Value float64
	// Counts are the numbers of values in each bucket of a distribution, with the one
	// that has no limit; nil for other types.
	Counts []uint64
	// Exemplars are the last values that were recorded in a sampled trace, one a bucket
	// at most; nil for gauges, and where there are none.
	Exemplars []Exemplar
}

// Exemplar is a value that was recorded in a trace.
type Exemplar struct {
	Value float64
	Time  time.Time
	// TraceID and SpanID are in hexadecimal digits, 32 and 16 of them.
	TraceID, SpanID string
}

// Snapshot returns the metrics that have series with a value, sorted by exported name.
// Like a scrape it asks functions for their values and removes what has expired. The
// result is the caller's own.
func (r *Registry) Snapshot() []MetricData {
	now := time.Now()
	var all []MetricData
	for _, f := range r.all() {
		if data := f.snapshot(now); len(data.Series) > 0 {
			all = append(all, data)
		}
	}
	return all
}

func (f *family) snapshot(now time.Time) MetricData {
	data := MetricData{
		MetricDefinition: MetricDefinition{Name: f.name, Type: f.metricType, Description: f.description},
		Unit:             f.unit,
	}
	f.each(now, func(s *series) {
		if len(data.Series) == 0 {
			data.Bounds = slices.Clone(s.bounds)
		} else if !slices.Equal(data.Bounds, s.bounds) {
			return // of a view that has just been set
		}
		point := SeriesData{Labels: labelValues(s.labels), Start: s.start, Value: s.value()}
		if s.buckets != nil {
			point.Counts = make([]uint64, len(s.buckets))
		}
		for i := range s.buckets {
			point.Counts[i] = s.buckets[i].Load()
		}
		for i := range s.exemplars {
			if e := s.exemplars[i].Load(); e != nil {
				point.Exemplars = append(point.Exemplars, *e)
			}
		}
		data.Series = append(data.Series, point)
	}, func(c constant) {
		data.Series = append(data.Series, SeriesData{Labels: labelValues(c.labels), Start: c.start, Value: c.value})
	})
	return data
}

func labelValues(labels []*dto.LabelPair) []LabelValue {
	all := make([]LabelValue, len(labels))
	for i, l := range labels {
		all[i] = CreateLabel(l.GetName()).Value(l.GetValue())
	}
	return all
}

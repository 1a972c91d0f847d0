// SPDX-License-Identifier: Apache-2.0

package monitortest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/retry"
)

const (
	// defaultTimeout is for how long Assert waits.
	defaultTimeout = 5 * time.Second
	// defaultDelay is the first pause between two looks.
	defaultDelay = 10 * time.Millisecond
)

// MetricsTest looks at metrics for one test. Its methods are for the goroutine of the
// test; metrics may be recorded on any.
type MetricsTest struct {
	t        test.Failer
	gatherer prometheus.Gatherer
	baseline map[string]float64 // of sums, by key
}

// Metric is a series as Prometheus sees it.
type Metric struct {
	// Name is the exported name of the metric.
	Name string
	// Labels are all labels of the series; empty, not nil, if it has none.
	Labels map[string]string
	// Value is the number of a sum, counted from the beginning of the test, or of a
	// gauge; "histogram{count=…,sum=…}" for a distribution, "summary{count=…,sum=…}" for
	// a summary, "?" for what has no known type.
	Value string
}

// TestRegistry returns what gathers the metrics of [monitoring.DefaultRegistry], and
// nothing else.
func TestRegistry(t test.Failer) prometheus.Gatherer {
	t.Helper()
	return gather(t, monitoring.DefaultRegistry())
}

// New returns the metrics of [monitoring.DefaultRegistry], with sums that count from
// now on.
func New(t test.Failer) *MetricsTest {
	t.Helper()
	return NewWith(t, monitoring.DefaultRegistry())
}

// NewWith returns the metrics of r, with sums that count from now on.
func NewWith(t test.Failer, r *monitoring.Registry) *MetricsTest {
	t.Helper()
	m := &MetricsTest{t: t, gatherer: gather(t, r), baseline: map[string]float64{}}
	for _, f := range m.families() {
		for _, s := range f.GetMetric() {
			if s.GetCounter() != nil {
				m.baseline[key(f.GetName(), labels(s))] = s.GetCounter().GetValue()
			}
		}
	}
	return m
}

// Assert waits until a series of the metric is as compare wants it, and ends the test if
// that does not come about in five seconds, or as long as options say. The series is the
// first with all of the tags and perhaps other labels; without tags it is the first one
// of the metric. What promlint has to say about the metric's name and description is
// logged.
func (m *MetricsTest) Assert(name string, tags map[string]string, compare Compare, opts ...retry.Option) {
	m.t.Helper()
	opts = append([]retry.Option{retry.Timeout(defaultTimeout), retry.BackoffDelay(defaultDelay)}, opts...)
	if err := retry.UntilSuccess(func() error { return m.compare(name, tags, compare) }, opts...); err != nil {
		m.t.Logf("metrics:")
		m.Dump()
		m.t.Fatalf("metric %s{%s}: %v", name, join(tags), err)
	}
	m.lint(name)
}

// Metrics returns all series, sorted by name and label values. The result is the
// caller's own.
func (m *MetricsTest) Metrics() []Metric {
	m.t.Helper()
	var all []Metric
	for _, f := range m.families() {
		for _, s := range f.GetMetric() {
			all = append(all, Metric{Name: f.GetName(), Labels: labels(s), Value: text(m.value(f.GetName(), s))})
		}
	}
	return all
}

// Dump logs all series.
func (m *MetricsTest) Dump() {
	m.t.Helper()
	for _, s := range m.Metrics() {
		m.t.Logf("  %s{%s} %s", s.Name, join(s.Labels), s.Value)
	}
}

func (m *MetricsTest) compare(name string, tags map[string]string, compare Compare) error {
	for _, f := range m.families() {
		if f.GetName() != name {
			continue
		}
		if isDoesNotExist(compare) {
			return errExists
		}
		for _, s := range f.GetMetric() {
			if has(labels(s), tags) {
				return compare(m.value(name, s))
			}
		}
		return fmt.Errorf("of %d series none has these labels", len(f.GetMetric()))
	}
	if isDoesNotExist(compare) {
		return nil
	}
	return fmt.Errorf("there is no such metric")
}

// isDoesNotExist tells that function from all others: it must not be asked about a
// value.
func isDoesNotExist(compare Compare) bool {
	return reflect.ValueOf(compare).Pointer() == reflect.ValueOf(DoesNotExist).Pointer()
}

// value returns the value of a series as a [Compare] gets it.
func (m *MetricsTest) value(name string, s *dto.Metric) any {
	switch {
	case s.GetCounter() != nil:
		return s.GetCounter().GetValue() - m.baseline[key(name, labels(s))]
	case s.GetGauge() != nil:
		return s.GetGauge().GetValue()
	case s.GetHistogram() != nil:
		return s.GetHistogram()
	case s.GetSummary() != nil:
		return s.GetSummary()
	}
	return nil
}

func text(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case *dto.Histogram:
		return fmt.Sprintf("histogram{count=%d,sum=%v}", v.GetSampleCount(), v.GetSampleSum())
	case *dto.Summary:
		return fmt.Sprintf("summary{count=%d,sum=%v}", v.GetSampleCount(), v.GetSampleSum())
	}
	return "?"
}

// lint logs what is wrong with the name and the description of a metric.
func (m *MetricsTest) lint(name string) {
	m.t.Helper()
	for _, f := range m.families() {
		if f.GetName() != name {
			continue
		}
		problems, err := promlint.NewWithMetricFamilies([]*dto.MetricFamily{f}).Lint()
		if err != nil {
			m.t.Fatalf("promlint: metric %s: %v", name, err)
		}
		for _, p := range problems {
			m.t.Logf("promlint: metric %s: %s", p.Metric, p.Text)
		}
	}
}

func (m *MetricsTest) families() []*dto.MetricFamily {
	m.t.Helper()
	families, err := m.gatherer.Gather()
	if err != nil {
		m.t.Fatalf("gathering metrics: %v", err)
	}
	return families
}

func gather(t test.Failer, r *monitoring.Registry) prometheus.Gatherer {
	t.Helper()
	reg := prometheus.NewRegistry()
	if err := reg.Register(r); err != nil {
		t.Fatalf("registering metrics: %v", err)
	}
	return reg
}

func labels(s *dto.Metric) map[string]string {
	all := make(map[string]string, len(s.GetLabel()))
	for _, l := range s.GetLabel() {
		all[l.GetName()] = l.GetValue()
	}
	return all
}

// has reports whether all of want are among the labels.
func has(labels, want map[string]string) bool {
	for k, v := range want {
		if got, ok := labels[k]; !ok || got != v {
			return false
		}
	}
	return true
}

func key(name string, labels map[string]string) string {
	return name + "\xff" + join(labels)
}

// join returns labels as "k=v,k=v", sorted.
func join(labels map[string]string) string {
	all := make([]string, 0, len(labels))
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		all = append(all, k+"="+labels[k])
	}
	return strings.Join(all, ",")
}

// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"

	"github.com/krtkit/krtkit/monitoring"
)

func TestSnapshot_hasWhatAScrapeShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := monitoring.NewRegistry()
		in := monitoring.WithRegistry(r)
		d := monitoring.NewDistribution("d", "D.", []float64{1, 2}, in, monitoring.WithUnit(monitoring.Seconds))
		d.Record(.5)
		time.Sleep(time.Second)
		ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
		}))
		monitoring.RecordContext(ctx, d, 3)
		monitoring.NewDerivedGauge("c", "C.", in).ValueFrom(func() float64 { return 7 }, kind.Value("x"))
		monitoring.NewSum("never_total", "", in)
		monitoring.NewSum("a.total", "A.", in).Record(2)
		want := []monitoring.MetricData{
			{
				MetricDefinition: monitoring.MetricDefinition{Name: "a.total", Type: "Sum", Description: "A."}, Unit: monitoring.None,
				Series: []monitoring.SeriesData{{Labels: []monitoring.LabelValue{}, Start: start.Add(time.Second), Value: 2}},
			},
			{
				MetricDefinition: monitoring.MetricDefinition{Name: "c", Type: "LastValue", Description: "C."}, Unit: monitoring.None,
				Series: []monitoring.SeriesData{{Labels: []monitoring.LabelValue{kind.Value("x")}, Start: start.Add(time.Second), Value: 7}},
			},
			{
				MetricDefinition: monitoring.MetricDefinition{Name: "d", Type: "Distribution", Description: "D.", Bounds: []float64{1, 2}}, Unit: monitoring.Seconds,
				Series: []monitoring.SeriesData{{
					Labels: []monitoring.LabelValue{}, Start: start, Value: 3.5, Counts: []uint64{1, 0, 1},
					Exemplars: []monitoring.Exemplar{{Value: 3, Time: start.Add(time.Second), TraceID: "01000000000000000000000000000000", SpanID: "0200000000000000"}},
				}},
			},
		}
		same := cmp.Comparer(func(a, b monitoring.LabelValue) bool { return a == b })
		if diff := cmp.Diff(want, r.Snapshot(), same); diff != "" {
			t.Errorf("snapshot (-want +got):\n%s", diff)
		}
	})
}

// krtmetrics.Registry, which cannot be imported here.
var _ interface {
	Observed(name, description string, cumulative bool, observe func(yield func(value float64, labels map[string]string))) (unregister func(), err error)
} = (*monitoring.Registry)(nil)

func TestObserved_isAskedForAllSeries(t *testing.T) {
	r := monitoring.NewRegistry()
	broken := false
	observe := func(yield func(float64, map[string]string)) {
		yield(2, map[string]string{"name": "b"})
		yield(1, map[string]string{"name": "a"})
		yield(3, map[string]string{"name": "b"})
		yield(math.NaN(), map[string]string{"name": "c"})
		if broken {
			panic("stopped")
		}
	}
	forget, err := r.Observed("observed_total", "O.", true, observe)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Observed("observed", "O.", false, observe); err != nil {
		t.Fatal(err)
	}
	gauges := []string{`observed{name="a"} 1`, `observed{name="b"} 5`, `observed{name="c"} NaN`}
	problem := func(metric, reason string, n int) string {
		return fmt.Sprintf(`monitoring_problems_total{metric="%s",reason="%s"} %d`, metric, reason, n)
	}
	wantPage(t, r, append([]string{}, append(gauges, `observed_total{name="a"} 1`, `observed_total{name="b"} 5`)...)...)
	if got := r.Snapshot(); len(got) != 3 || got[2].Name != "observed_total" || got[2].Series[1].Value != 5 {
		t.Errorf("Snapshot() = %v, want two metrics and the problems", got)
	}
	for _, name := range []string{"observed_total", "observed/total", "1bad", ""} {
		if _, err := r.Observed(name, "", true, observe); err == nil {
			t.Errorf("Observed(%q) returned no error", name)
		}
	}
	mustPanic(t, "which is observed", func() { monitoring.NewSum("observed_total", "", monitoring.WithRegistry(r)) })
	forget()
	forget()
	wantPage(t, r, append([]string{problem("observed_total", "value_rejected", 2)}, gauges...)...)
	broken = true
	if got := r.Snapshot(); len(got) != 1 {
		t.Errorf("Snapshot() = %v, want the problems only", got)
	}
	broken = false
	wantPage(t, r, append([]string{problem("observed", "callback_panicked", 1), problem("observed_total", "value_rejected", 2)}, gauges...)...)
	if got := r.ExportMetricDefinitions(); len(got) != 1 || got[0].Type != "LastValue" {
		t.Errorf("definitions: %v, want that of observed", got)
	}
	if _, err := r.Observed("observed_total", "O.", true, observe); err != nil {
		t.Errorf("Observed after the metric was taken away: %v", err)
	}
}

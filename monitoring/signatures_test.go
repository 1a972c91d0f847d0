// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/krtkit/krtkit/monitoring"
)

// What follows compiles if code that was written for Istio's package of this name
// does. NewDerivedGauge takes options here, which it need not be given.
var (
	_ func(prometheus.Registerer, prometheus.Gatherer) (http.Handler, error)                            = monitoring.RegisterPrometheusExporter
	_ func(string) monitoring.Label                                                                     = monitoring.CreateLabel
	_ func(monitoring.Label, string) monitoring.LabelValue                                              = monitoring.Label.Value
	_ func(monitoring.LabelValue) monitoring.Label                                                      = monitoring.LabelValue.Key
	_ func(monitoring.LabelValue) string                                                                = monitoring.LabelValue.Value
	_ func(string, monitoring.RecordHook)                                                               = monitoring.RegisterRecordHook
	_ func(string, string, ...monitoring.Options) monitoring.Metric                                     = monitoring.NewSum
	_ func(string, string, ...monitoring.Options) monitoring.Metric                                     = monitoring.NewGauge
	_ func(string, string, []float64, ...monitoring.Options) monitoring.Metric                          = monitoring.NewDistribution
	_ func(string, string, []float64, ...monitoring.Options) monitoring.Metric                          = monitoring.NewHistogram
	_ func(string, string) monitoring.DerivedMetric                                                     = derivedGauge
	_ func(monitoring.Unit) monitoring.Options                                                          = monitoring.WithUnit
	_ func(func() bool) monitoring.Options                                                              = monitoring.WithEnabled
	_ func() []monitoring.MetricDefinition                                                              = monitoring.ExportMetricDefinitions
	_ func(monitoring.DerivedMetric, func() float64, ...monitoring.LabelValue) monitoring.DerivedMetric = monitoring.DerivedMetric.ValueFrom

	_ = []monitoring.Unit{monitoring.None, monitoring.Bytes, monitoring.Seconds, monitoring.Milliseconds}
	_ = monitoring.MetricDefinition{Name: "", Type: "", Description: "", Bounds: nil}
	_ = map[monitoring.LabelValue]monitoring.Label{} // they can be compared

	_ monitoring.Metric = foreign{}
)

func derivedGauge(name, description string) monitoring.DerivedMetric {
	return monitoring.NewDerivedGauge(name, description)
}

// foreign is a metric that a program made itself: the interface has no other methods.
type foreign struct{ sum *float64 }

func (f foreign) Increment()                                      { f.Record(1) }
func (f foreign) Decrement()                                      { f.Record(-1) }
func (f foreign) Name() string                                    { return "foreign" }
func (f foreign) Record(v float64)                                { *f.sum += v }
func (f foreign) RecordInt(v int64)                               { f.Record(float64(v)) }
func (f foreign) With(...monitoring.LabelValue) monitoring.Metric { return f }
func (f foreign) Register() error                                 { return nil }

func TestMetric_mayBeSomebodyElses(t *testing.T) {
	sum := 0.0
	m := foreign{&sum}
	monitoring.RecordContext(t.Context(), m, 7)
	if n := monitoring.Delete(m); n != 0 || sum != 7 {
		t.Errorf("Delete() = %d, recorded %v; want 0 and 7", n, sum)
	}
}

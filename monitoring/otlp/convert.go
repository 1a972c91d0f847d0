// SPDX-License-Identifier: Apache-2.0

package otlp

import (
	"context"
	"encoding/hex"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/krtkit/krtkit/monitoring"
)

// scopeName is who the metrics are said to be by.
const scopeName = "github.com/krtkit/krtkit/monitoring"

// NewProducer returns what a reader of OpenTelemetry can take the metrics of r from.
// They have the names that they were made with; labels are named as Prometheus sees
// them, but for the series in place of too many, which is named as OpenTelemetry does.
func NewProducer(r *monitoring.Registry) metric.Producer {
	return producer{r}
}

type producer struct{ registry *monitoring.Registry }

// Produce is a part of metric.Producer. It returns nothing while no series has a value.
func (p producer) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	return scopeMetrics(p.registry, time.Now()), nil
}

func scopeMetrics(r *monitoring.Registry, now time.Time) []metricdata.ScopeMetrics {
	snapshot := r.Snapshot()
	if len(snapshot) == 0 {
		return nil
	}
	metrics := make([]metricdata.Metrics, len(snapshot))
	for i, m := range snapshot {
		metrics[i] = metricdata.Metrics{Name: m.Name, Description: m.Description, Unit: string(m.Unit), Data: aggregation(&m, now)}
	}
	return []metricdata.ScopeMetrics{{Scope: instrumentation.Scope{Name: scopeName}, Metrics: metrics}}
}

func aggregation(m *monitoring.MetricData, now time.Time) metricdata.Aggregation {
	switch m.Type {
	case "Distribution":
		points := make([]metricdata.HistogramDataPoint[float64], len(m.Series))
		for i, s := range m.Series {
			points[i] = metricdata.HistogramDataPoint[float64]{
				Attributes: attributes(s.Labels), StartTime: s.Start, Time: now,
				Bounds: m.Bounds, BucketCounts: s.Counts, Sum: s.Value, Exemplars: exemplars(s.Exemplars),
			}
			for _, n := range s.Counts {
				points[i].Count += n
			}
		}
		return metricdata.Histogram[float64]{DataPoints: points, Temporality: metricdata.CumulativeTemporality}
	case "Sum":
		return metricdata.Sum[float64]{DataPoints: points(m.Series, now), Temporality: metricdata.CumulativeTemporality, IsMonotonic: true}
	default:
		return metricdata.Gauge[float64]{DataPoints: points(m.Series, now)}
	}
}

func points(series []monitoring.SeriesData, now time.Time) []metricdata.DataPoint[float64] {
	all := make([]metricdata.DataPoint[float64], len(series))
	for i, s := range series {
		all[i] = metricdata.DataPoint[float64]{Attributes: attributes(s.Labels), StartTime: s.Start, Time: now, Value: s.Value, Exemplars: exemplars(s.Exemplars)}
	}
	return all
}

func attributes(labels []monitoring.LabelValue) attribute.Set {
	if len(labels) == 1 && labels[0] == monitoring.CreateLabel("otel_metric_overflow").Value("true") {
		return attribute.NewSet(attribute.Bool("otel.metric.overflow", true))
	}
	all := make([]attribute.KeyValue, len(labels))
	for i, l := range labels {
		all[i] = attribute.String(l.Key().Name(), l.Value())
	}
	return attribute.NewSet(all...)
}

func exemplars(all []monitoring.Exemplar) []metricdata.Exemplar[float64] {
	var out []metricdata.Exemplar[float64]
	for _, e := range all {
		traceID, err1 := hex.DecodeString(e.TraceID)
		spanID, err2 := hex.DecodeString(e.SpanID)
		if err1 != nil || err2 != nil {
			continue // not by monitoring
		}
		out = append(out, metricdata.Exemplar[float64]{Time: e.Time, Value: e.Value, TraceID: traceID, SpanID: spanID})
	}
	return out
}

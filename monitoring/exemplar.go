// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"context"
	"time"

	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// RecordContext is m.Record with an example: if ctx has a span that is sampled, the sum,
// or the bucket of the distribution, shows the value with the ids of trace and span
// until a later one takes its place. Prometheus gets examples in the OpenMetrics format
// only; a sum must have a name that ends in _total for it.
//
// A metric that is not of this package is recorded on without an example.
func RecordContext(ctx context.Context, m Metric, value float64) {
	h, ok := m.(interface{ base() *handle })
	if !ok {
		m.Record(value)
		return
	}
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() || !span.IsSampled() || h.base().in.family.kind() == gaugeType {
		m.Record(value)
		return
	}
	h.base().record(value, &Exemplar{Value: value, Time: time.Now(), TraceID: span.TraceID().String(), SpanID: span.SpanID().String()})
}

// exemplar returns the exemplar at i, nil if there is none.
func (s *series) exemplar(i int) *dto.Exemplar {
	e := s.exemplars[i].Load()
	if e == nil {
		return nil
	}
	return &dto.Exemplar{
		Label: []*dto.LabelPair{
			{Name: new("span_id"), Value: &e.SpanID},
			{Name: new("trace_id"), Value: &e.TraceID},
		},
		Value:     &e.Value,
		Timestamp: timestamppb.New(e.Time),
	}
}

// SPDX-License-Identifier: Apache-2.0

package logtrace

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace" //nolint:depguard // reads ids; spans are made by monitoring/tracing

	"github.com/krtkit/krtkit/log"
)

var _ log.ContextLabels = IDs

// IDs appends the ids of the trace and the span that ctx has, if it has valid ones, as
// trace_id and span_id. It is for log.Options.WithContextLabels.
func IDs(ctx context.Context, attrs []slog.Attr) []slog.Attr {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return attrs
	}
	return append(attrs, slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
}

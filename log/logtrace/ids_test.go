// SPDX-License-Identifier: Apache-2.0

package logtrace_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace" //nolint:depguard // makes contexts with spans

	"github.com/krtkit/krtkit/log"
	"github.com/krtkit/krtkit/log/logtest"
	"github.com/krtkit/krtkit/log/logtrace"
)

func TestIDs_areOnLinesWithASpan(t *testing.T) {
	logged := logtest.Record(t, func(o *log.Options) { o.WithContextLabels(logtrace.IDs) })
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 15: 2}, SpanID: trace.SpanID{3, 7: 4}})
	ctx := trace.ContextWithSpanContext(context.Background(), span)
	s := log.RegisterScope("trace", "")
	s.InfoContext(ctx, "m", "k", "v")
	slog.InfoContext(ctx, "m")
	s.InfoContext(context.Background(), "m")
	const ids = `"trace_id":"01000000000000000000000000000002","span_id":"0300000000000004"`
	var got []string
	for _, l := range logged.Lines(log.Filter{}) {
		got = append(got, string(l.Labels))
	}
	if diff := cmp.Diff([]string{"{" + ids + `,"k":"v"}`, "{" + ids + "}", ""}, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

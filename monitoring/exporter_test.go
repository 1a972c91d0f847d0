// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"github.com/krtkit/krtkit/monitoring"
)

const openMetrics = "application/openmetrics-text;version=1.0.0"

func TestExporter_nilMeansPrometheusDefaults(t *testing.T) {
	before := fmt.Sprintf("%T", otel.GetMeterProvider())
	monitoring.NewSum("default_total", "Shown by default.").Increment()
	for range 2 {
		h, err := monitoring.RegisterPrometheusExporter(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, "\ndefault_total 1\n") || !strings.Contains(body, "\ngo_goroutines ") {
			t.Errorf("status %d, page:\n%s", w.Code, body)
		}
		if got, want := w.Header().Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"; got != want {
			t.Errorf("content type %q, want %q", got, want)
		}
	}
	if after := fmt.Sprintf("%T", otel.GetMeterProvider()); after != before || !strings.Contains(after, "global") {
		t.Errorf("OpenTelemetry's global provider is %s, was %s", after, before)
	}
}

// TestImport_registersNothing looks at the registry that others share: with the metrics
// of this package's own registry not exported to it, it has what Prometheus put there.
func TestImport_registersNothing(t *testing.T) {
	reg := prometheus.NewRegistry()
	h := exporter(t, monitoring.NewRegistry(), reg, reg)
	if got := samples(scrape(t, h, "")); len(got) > 0 {
		t.Errorf("a new registry has %v", got)
	}
	if got := monitoring.DefaultRegistry().ExportMetricDefinitions(); len(got) > 1 {
		t.Errorf("metrics of the default registry: %v; want none but those of these tests", got)
	}
}

func TestExporter_servesWhatIsValid(t *testing.T) {
	r := monitoring.NewRegistry()
	monitoring.NewSum("good_total", "", monitoring.WithRegistry(r)).Increment()
	reg := prometheus.NewRegistry()
	h := exporter(t, r, reg, reg)
	reg.MustRegister(broken{})
	for range 2 {
		got := samples(scrape(t, h, ""))
		if got[0] != "good_total 1" {
			t.Errorf("page: %v", got)
		}
	}
	if diff := cmp.Diff([]string{"good_total 1", `monitoring_problems_total{metric="",reason="not_gathered"} 2`}, samples(scrape(t, h, ""))); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// broken is a collector with a metric that cannot be had.
type broken struct{}

func (broken) Describe(chan<- *prometheus.Desc) {}

func (broken) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(errBroken), errBroken)
}

var errBroken = errors.New("broken")

func TestExporter_nothingToServeIsAnError(t *testing.T) {
	h := exporter(t, monitoring.NewRegistry(), prometheus.NewRegistry(), prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return nil, errBroken }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status %d, want 500", w.Code)
	}
}

type refusing struct{ prometheus.Registerer }

func (refusing) Register(prometheus.Collector) error { return errBroken }

func TestExporter_errorOfTheRegistererIsReturned(t *testing.T) {
	if _, err := monitoring.RegisterPrometheusExporter(refusing{}, nil); !errors.Is(err, errBroken) {
		t.Errorf("error %v, want %v", err, errBroken)
	}
}

func TestExporter_openMetricsKeepsNames(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	monitoring.NewSum("pulls", "P.", in).With(kind.Value("a")).Increment()
	monitoring.NewSum("pushes_total", "P.", in).Increment()
	reg := prometheus.NewRegistry()
	want := strings.Join([]string{
		"# HELP pulls P.", "# TYPE pulls unknown", `pulls{kind="a"} 1.0`,
		"# HELP pushes P.", "# TYPE pushes counter", "pushes_total 1.0", "# EOF", "",
	}, "\n")
	if diff := cmp.Diff(want, scrape(t, exporter(t, r, reg, reg), openMetrics)); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

func TestRecordContext_showsTheTraceInOpenMetrics(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	sum := monitoring.NewSum("pushes_total", "", in)
	sizes := monitoring.NewDistribution("sizes", "", []float64{1, 2}, in)
	gauge := monitoring.NewGauge("depth", "", in)
	config := trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled}
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(config))
	config.TraceFlags = 0
	unsampled := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(config))
	monitoring.RecordContext(ctx, sum, 2)
	monitoring.RecordContext(unsampled, sum, 3)
	monitoring.RecordContext(unsampled, sizes, 1)
	monitoring.RecordContext(ctx, sizes, 1.5)
	monitoring.RecordContext(ctx, sizes, 3)
	monitoring.RecordContext(ctx, gauge, 4)
	monitoring.RecordContext(ctx, monitoring.NewSum("off", "", in, monitoring.WithEnabled(func() bool { return false })), 4)

	wantPage(t, r, "depth 4", "pushes_total 5", `sizes_bucket{le="1"} 1`, `sizes_bucket{le="2"} 2`, `sizes_bucket{le="+Inf"} 3`, "sizes_sum 5.5", "sizes_count 3")
	reg := prometheus.NewRegistry()
	for _, line := range samples(scrape(t, exporter(t, r, reg, reg), openMetrics)) {
		name, value, _ := strings.Cut(line, " # ")
		_, known := map[string]bool{"pushes_total 5.0": true, `sizes_bucket{le="2.0"} 2`: true, `sizes_bucket{le="+Inf"} 3`: true}[name]
		if has := strings.HasPrefix(value, `{span_id="0200000000000000",trace_id="01000000000000000000000000000000"} `); has != known {
			t.Errorf("line %s: has an exemplar: %v, want %v", line, has, known)
		}
	}
}

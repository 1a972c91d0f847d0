// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"github.com/krtkit/krtkit/monitoring"
)

const openMetrics = "application/openmetrics-text;version=1.0.0"

func TestExporter_nilMeansPrometheusDefaults(t *testing.T) {
	monitoring.NewGauge("default", "Shown by default.").Record(7)
	for range 2 {
		h, err := monitoring.RegisterPrometheusExporter(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, "\ndefault 7\n") || !strings.Contains(body, "\ngo_goroutines ") {
			t.Errorf("status %d, page:\n%s", w.Code, body)
		}
		if got, want := w.Header().Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"; got != want {
			t.Errorf("content type %q, want %q", got, want)
		}
	}
	if after := globals(); after.providers != imported.providers {
		t.Errorf("OpenTelemetry's global providers are %s, were %s", after.providers, imported.providers)
	}
}

// process is what a package could change for others when it is imported.
type process struct {
	providers string   // of OpenTelemetry
	metrics   []string // that Prometheus' default registry has
	logger    string   // of log/slog
	route     string   // of the default mux for /metrics
	threads   int      // goroutines
}

// imported is how the process was before any test ran.
var imported = globals()

func globals() process {
	p := process{
		providers: fmt.Sprintf("%T %T", otel.GetMeterProvider(), otel.GetTracerProvider()),
		logger:    fmt.Sprintf("%T", slog.Default().Handler()),
		threads:   runtime.NumGoroutine(),
	}
	families, _ := prometheus.DefaultGatherer.Gather()
	for _, f := range families {
		p.metrics = append(p.metrics, f.GetName())
	}
	_, p.route = http.DefaultServeMux.Handler(&http.Request{Method: http.MethodGet, Host: "localhost", URL: &url.URL{Path: "/metrics"}})
	return p
}

func TestImport_changesNothing(t *testing.T) {
	if want := "*global.meterProvider *global.tracerProvider"; imported.providers != want {
		t.Errorf("OpenTelemetry's providers are %s, want %s", imported.providers, want)
	}
	for _, name := range imported.metrics {
		if !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") {
			t.Errorf("Prometheus' default registry has %s", name)
		}
	}
	if want := "*slog.defaultHandler"; imported.logger != want || imported.route != "" || imported.threads > 2 {
		t.Errorf("log/slog's handler is %s, the route for /metrics %q, %d goroutines ran; want %s, none, 2 at most", imported.logger, imported.route, imported.threads, want)
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

func TestExporter_promlintHasNothingToSay(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	monitoring.NewSum("pushes_total", "Pushes.", in, monitoring.WithMaxSeries(1)).With(kind.Value("\xff")).Increment()
	monitoring.NewSum("pushes_total", "Pushes.", in).With(kind.Value("more")).Increment()
	monitoring.NewGauge("queue/depth", "Items that wait.", in).Record(1)
	monitoring.NewDistribution("push.seconds", "Time that a push takes.", nil, in).Record(1)
	reg := prometheus.NewRegistry()
	body := scrape(t, exporter(t, r, reg, reg), "")
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	if err != nil || len(problems) > 0 || len(r.Snapshot()) != 4 {
		t.Errorf("promlint: %v, error %v, in\n%s", problems, err, body)
	}
}

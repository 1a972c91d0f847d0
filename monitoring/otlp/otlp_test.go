// SPDX-License-Identifier: Apache-2.0

package otlp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/proto"

	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/monitoring/otlp"
	"github.com/krtkit/krtkit/util/test/leak"
)

func TestMain(m *testing.M) { leak.CheckMain(m) }

var (
	kind      = monitoring.CreateLabel("kind")
	errBroken = errors.New("broken")
)

// exporter keeps what it is told.
type exporter struct {
	temporality metricdata.Temporality
	err         error
	block       bool
	sent        []string // when, since the start, and what
	start       time.Time
}

func (e *exporter) Temporality(metric.InstrumentKind) metricdata.Temporality { return e.temporality }

func (e *exporter) Aggregation(metric.InstrumentKind) metric.Aggregation { return nil }

func (e *exporter) ForceFlush(context.Context) error { return nil }

func (e *exporter) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	if e.block {
		<-ctx.Done()
		return ctx.Err()
	}
	for _, s := range m.ScopeMetrics[0].Metrics {
		e.note(s.Name)
	}
	return e.err
}

func (e *exporter) Shutdown(context.Context) error {
	e.note("shutdown")
	return e.err
}

func (e *exporter) note(what string) {
	e.sent = append(e.sent, time.Since(e.start).String()+" "+what)
}

func newExporter() *exporter {
	return &exporter{temporality: metricdata.CumulativeTemporality, start: time.Now()}
}

func TestRun_sendsAtAnIntervalAndAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := monitoring.NewRegistry()
		m := monitoring.NewSum("a_total", "A.", monitoring.WithRegistry(r))
		time.AfterFunc(15*time.Second, m.Increment)
		e := newExporter()
		ctx, cancel := context.WithTimeout(t.Context(), 35*time.Second)
		defer cancel()
		if err := otlp.Run(ctx, r, e, otlp.WithInterval(10*time.Second)); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		if diff := cmp.Diff([]string{"20s a_total", "30s a_total", "35s a_total", "35s shutdown"}, e.sent); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	})
}

func TestRun_failuresAreLoggedAndTheLastIsReturned(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	synctest.Test(t, func(t *testing.T) {
		r := monitoring.NewRegistry()
		monitoring.NewSum("a_total", "A.", monitoring.WithRegistry(r)).Increment()
		e := newExporter()
		e.err = errBroken
		ctx, cancel := context.WithTimeout(t.Context(), 2*otlp.DefaultInterval+time.Second)
		defer cancel()
		if err := otlp.Run(ctx, r, e, otlp.WithInterval(0)); !errors.Is(err, errBroken) {
			t.Errorf("Run() = %v, want %v", err, errBroken)
		}
		if n := strings.Count(log.String(), "metrics were not sent"); n != 2 || len(e.sent) != 4 {
			t.Errorf("logged %d times, want 2; sent %v", n, e.sent)
		}
	})
}

func TestRun_slowExporterIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := monitoring.NewRegistry()
		monitoring.NewSum("a_total", "A.", monitoring.WithRegistry(r)).Increment()
		e := newExporter()
		e.block = true
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := otlp.Run(ctx, r, e, otlp.WithTimeout(3*time.Second))
		if spent := time.Since(e.start); spent != 3*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run() = %v after %v, want a deadline after 3s", err, spent)
		}
	})
}

func TestRun_differencesAreRefused(t *testing.T) {
	e := newExporter()
	e.temporality = metricdata.DeltaTemporality
	if err := otlp.Run(t.Context(), monitoring.NewRegistry(), e); !errors.Is(err, otlp.ErrTemporality) || e.sent != nil {
		t.Errorf("Run() = %v, sent %v; want %v and nothing", err, e.sent, otlp.ErrTemporality)
	}
}

func TestProducer_hasAllThatARegistryHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := monitoring.NewRegistry()
		in := monitoring.WithRegistry(r)
		got, err := otlp.NewProducer(r).Produce(t.Context())
		if err != nil || got != nil {
			t.Errorf("Produce() = %v, %v, want nothing", got, err)
		}
		sum := monitoring.NewSum("a.total", "A.", in, monitoring.WithMaxSeries(1), monitoring.WithUnit(monitoring.Bytes))
		sum.With(kind.Value("x")).Record(2)
		sum.With(kind.Value("y")).Record(3)
		monitoring.NewGauge("b", "B.", in).Record(-1)
		d := monitoring.NewDistribution("c", "C.", []float64{1}, in)
		d.Record(1)
		time.Sleep(time.Second)
		monitoring.RecordContext(trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
		})), d, 2)
		now := time.Now()
		point := func(v float64, attrs ...attribute.KeyValue) metricdata.DataPoint[float64] {
			return metricdata.DataPoint[float64]{Attributes: attribute.NewSet(attrs...), StartTime: start, Time: now, Value: v}
		}
		want := metricdata.ScopeMetrics{
			Scope: instrumentation.Scope{Name: "github.com/krtkit/krtkit/monitoring"},
			Metrics: []metricdata.Metrics{
				{Name: "a.total", Description: "A.", Unit: "By", Data: metricdata.Sum[float64]{
					Temporality: metricdata.CumulativeTemporality, IsMonotonic: true,
					DataPoints: []metricdata.DataPoint[float64]{point(2, attribute.String("kind", "x")), point(3, attribute.Bool("otel.metric.overflow", true))},
				}},
				{Name: "b", Description: "B.", Unit: "1", Data: metricdata.Gauge[float64]{DataPoints: []metricdata.DataPoint[float64]{point(-1)}}},
				{Name: "c", Description: "C.", Unit: "1", Data: metricdata.Histogram[float64]{
					Temporality: metricdata.CumulativeTemporality,
					DataPoints: []metricdata.HistogramDataPoint[float64]{{
						StartTime: start, Time: now, Count: 2, Bounds: []float64{1}, BucketCounts: []uint64{1, 1}, Sum: 3,
						Exemplars: []metricdata.Exemplar[float64]{{
							Time: now, Value: 2, TraceID: append([]byte{1}, make([]byte, 15)...), SpanID: append([]byte{2}, make([]byte, 7)...),
						}},
					}},
				}},
			},
		}
		got, err = otlp.NewProducer(r).Produce(t.Context())
		if err != nil || len(got) != 1 || len(got[0].Metrics) != 4 || got[0].Metrics[3].Name != "monitoring_problems_total" {
			t.Fatalf("Produce() = %v, %v, want three metrics and the problems", got, err)
		}
		got[0].Metrics = got[0].Metrics[:3]
		metricdatatest.AssertEqual(t, want, got[0])
	})
}

// TestRun_collectorGetsOTLP sends over HTTP what a collector reads.
func TestRun_collectorGetsOTLP(t *testing.T) {
	requests := make(chan *collector.ExportMetricsServiceRequest, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body := io.Reader(req.Body)
		if req.Header.Get("Content-Encoding") == "gzip" {
			var err error
			if body, err = gzip.NewReader(req.Body); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		b, err := io.ReadAll(body)
		got := new(collector.ExportMetricsServiceRequest)
		if err != nil || proto.Unmarshal(b, got) != nil || req.URL.Path != "/v1/metrics" {
			http.Error(w, "not OTLP", http.StatusBadRequest)
			return
		}
		requests <- got
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	defer server.Close()
	r := monitoring.NewRegistry()
	monitoring.NewDistribution("sizes", "Sizes.", []float64{1, 2}, monitoring.WithRegistry(r)).With(kind.Value("x")).Record(2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpointURL(server.URL+"/v1/metrics"), otlpmetrichttp.WithCompression(otlpmetrichttp.GzipCompression))
	if err != nil {
		t.Fatal(err)
	}
	program := resource.NewSchemaless(attribute.String("service.name", "test"))
	if err := otlp.Run(ctx, r, e, otlp.WithResource(program)); err != nil {
		t.Fatalf("Run() = %v, want nil", err)
	}
	got := (<-requests).GetResourceMetrics()[0]
	m := got.GetScopeMetrics()[0].GetMetrics()[0]
	point := m.GetHistogram().GetDataPoints()[0]
	if s := got.GetResource().GetAttributes()[0].GetValue().GetStringValue(); s != "test" || m.GetName() != "sizes" || m.GetUnit() != "1" {
		t.Errorf("service %q, metric %q in %q", s, m.GetName(), m.GetUnit())
	}
	if diff := cmp.Diff([]uint64{0, 1, 0}, point.GetBucketCounts()); diff != "" || point.GetAttributes()[0].GetValue().GetStringValue() != "x" {
		t.Errorf("point %v; buckets (-want +got):\n%s", point, diff)
	}
}

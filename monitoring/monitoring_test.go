// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/util/test/leak"
)

func TestMain(m *testing.M) { leak.CheckMain(m) }

var kind = monitoring.CreateLabel("kind")

// page serves the metrics of r and returns what a scrape gets, without lines of
// description and type.
func page(tb testing.TB, r *monitoring.Registry) []string {
	tb.Helper()
	reg := prometheus.NewRegistry()
	return samples(scrape(tb, exporter(tb, r, reg, reg), ""))
}

func exporter(tb testing.TB, r *monitoring.Registry, reg prometheus.Registerer, g prometheus.Gatherer) http.Handler {
	tb.Helper()
	h, err := r.RegisterPrometheusExporter(reg, g)
	if err != nil {
		tb.Fatalf("RegisterPrometheusExporter: %v", err)
	}
	return h
}

// scrape asks the handler for a page and reads it as Prometheus does. Nothing is
// allowed to go wrong.
func scrape(tb testing.TB, h http.Handler, accept string) string {
	tb.Helper()
	w := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "/metrics", nil)
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	h.ServeHTTP(w, req)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		tb.Fatalf("status %d, error %v: %s", w.Code, err, body)
	}
	if accept == "" {
		parser := expfmt.NewTextParser(model.LegacyValidation)
		if _, err := parser.TextToMetricFamilies(strings.NewReader(string(body))); err != nil {
			tb.Fatalf("Prometheus' parser: %v in\n%s", err, body)
		}
		if _, err := promlint.New(strings.NewReader(string(body))).Lint(); err != nil {
			tb.Fatalf("promlint: %v in\n%s", err, body)
		}
	}
	return string(body)
}

func samples(body string) []string {
	lines := strings.Split(strings.TrimSpace(body), "\n")
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" || line[0] == '#' })
}

func wantPage(tb testing.TB, r *monitoring.Registry, want ...string) {
	tb.Helper()
	if diff := cmp.Diff(append([]string{}, want...), append([]string{}, page(tb, r)...)); diff != "" {
		tb.Errorf("page (-want +got):\n%s", diff)
	}
}

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
			t.Errorf("panic %q, want one with %q", got, want)
		}
	}()
	f()
}

func TestKinds_recordAsTheyAreKnownTo(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	record := func(m monitoring.Metric) {
		m.Record(44.5)
		m.With(kind.Value("int")).RecordInt(45)
		m.With(kind.Value("int")).Record(-1)
		m.With(kind.Value("up")).Increment()
		m.With(kind.Value("up")).Increment()
		m.With(kind.Value("down")).Decrement()
		if err := m.Register(); err != nil {
			t.Errorf("Register() = %v, want nil", err)
		}
	}
	record(monitoring.NewSum("sums", "", in))
	record(monitoring.NewGauge("gauges", "", in, monitoring.WithUnit(monitoring.Bytes)))
	d := monitoring.NewHistogram("sizes", "", []float64{2, 1}, in)
	for _, v := range []float64{1, 1.5, 2, 3} {
		d.Record(v)
	}
	d.With(kind.Value("down")).Decrement()
	wantPage(t, r,
		`gauges 44.5`, `gauges{kind="down"} -1`, `gauges{kind="int"} -1`, `gauges{kind="up"} 1`,
		`sizes_bucket{le="1"} 1`, `sizes_bucket{le="2"} 3`, `sizes_bucket{le="+Inf"} 4`, `sizes_sum 7.5`, `sizes_count 4`,
		`sizes_bucket{kind="down",le="1"} 1`, `sizes_bucket{kind="down",le="2"} 1`, `sizes_bucket{kind="down",le="+Inf"} 1`, `sizes_sum{kind="down"} -1`, `sizes_count{kind="down"} 1`,
		`sums 44.5`, `sums{kind="down"} -1`, `sums{kind="int"} 44`, `sums{kind="up"} 2`,
	)
}

func TestMetric_isShownFromTheFirstRecordOn(t *testing.T) {
	r := monitoring.NewRegistry()
	m := monitoring.NewSum("a_total", "A.", monitoring.WithRegistry(r))
	m.With(kind.Value("never"))
	wantPage(t, r)
	m.Record(0)
	wantPage(t, r, "a_total 0")
}

func TestWith_lastValueOfALabelCounts(t *testing.T) {
	r := monitoring.NewRegistry()
	other := monitoring.CreateLabel("other")
	parent := monitoring.NewSum("a_total", "", monitoring.WithRegistry(r)).With(kind.Value("x"))
	parent.With(other.Value("o"), kind.Value("y")).Increment()
	parent.With(kind.Value("y")).With(other.Value("o")).Increment()
	parent.Increment()
	if same := parent.With(); same != parent {
		t.Errorf("With() is another metric")
	}
	wantPage(t, r, `a_total{kind="x"} 1`, `a_total{kind="y",other="o"} 2`)
}

func TestWithEnabled_isAskedOnceAndTurnsAllOff(t *testing.T) {
	r := monitoring.NewRegistry()
	asked := 0
	off := monitoring.WithEnabled(func() bool { asked++; return false })
	r.RegisterRecordHook("off_total", hookFunc(func(string, []monitoring.LabelValue, float64) { t.Error("the hook of a disabled metric was called") }))
	m := monitoring.NewSum("off_total", "Off.", monitoring.WithRegistry(r), off)
	m.Increment()
	m.With(kind.Value("x")).Record(1)
	monitoring.NewDerivedGauge("off", "Off.", monitoring.WithRegistry(r), off).ValueFrom(func() float64 { return 1 })
	if m.With(kind.Value("x")) != m || m.Name() != "off_total" || asked != 2 || monitoring.Delete(m) != 0 {
		t.Errorf("With or the name is wrong, or asked %d times instead of 2", asked)
	}
	wantPage(t, r)
	want := []monitoring.MetricDefinition{{Name: "off", Type: "LastValue", Description: "Off."}, {Name: "off_total", Type: "Sum", Description: "Off."}}
	if diff := cmp.Diff(want, r.ExportMetricDefinitions()); diff != "" {
		t.Errorf("definitions (-want +got):\n%s", diff)
	}
}

func TestExportMetricDefinitions_lastDefinitionOfANameCounts(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	monitoring.NewDistribution("b", "first", []float64{2, 1}, in)
	monitoring.NewDistribution("b", "second", []float64{2, 1}, in)
	monitoring.NewDerivedGauge("a/b", "A.", in)
	want := []monitoring.MetricDefinition{
		{Name: "a/b", Type: "LastValue", Description: "A."},
		{Name: "b", Type: "Distribution", Description: "second", Bounds: []float64{1, 2}},
	}
	if diff := cmp.Diff(want, r.ExportMetricDefinitions()); diff != "" {
		t.Errorf("definitions (-want +got):\n%s", diff)
	}
}

type hookFunc func(name string, tags []monitoring.LabelValue, value float64)

func (f hookFunc) OnRecord(name string, tags []monitoring.LabelValue, value float64) {
	f(name, tags, value)
}

func TestRecordHook_seesAllTagsBeforeTheValueIsStored(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	var got []string
	before := hookFunc(func(name string, tags []monitoring.LabelValue, value float64) {
		s := fmt.Sprint(name, " ", value)
		for _, tag := range tags {
			s += " " + tag.Value()
			if tag.Key() != kind {
				t.Errorf("key %v, want %v", tag.Key(), kind)
			}
		}
		got = append(got, s, fmt.Sprint(len(page(t, r))))
	})
	r.RegisterRecordHook("a/b", before)
	m := monitoring.NewGauge("a/b", "", in)
	m.With(kind.Value("x"), kind.Value("y")).Decrement()
	r.RegisterRecordHook("a/b", nil)
	m.Record(7)
	if diff := cmp.Diff([]string{"a/b -1 x y", "0"}, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	wantPage(t, r, "a_b 7", `a_b{kind="y"} -1`)
}

func TestDerivedGauge_isAskedAtEachScrape(t *testing.T) {
	r := monitoring.NewRegistry()
	v := 1.0
	d := monitoring.NewDerivedGauge("depth", "", monitoring.WithRegistry(r)).
		ValueFrom(func() float64 { return v }).
		ValueFrom(func() float64 { return math.NaN() }, kind.Value("nan")).
		ValueFrom(func() float64 { panic("closed") }, kind.Value("panics"))
	wantPage(t, r, "depth 1", `depth{kind="nan"} NaN`, `monitoring_problems_total{metric="depth",reason="callback_panicked"} 1`)
	v = 2
	if d.ValueFrom(nil, kind.Value("nan")) != d || d.Name() != "depth" || d.Register() != nil {
		t.Error("ValueFrom returned another metric, or Name or Register are wrong")
	}
	wantPage(t, r, "depth 2", `monitoring_problems_total{metric="depth",reason="callback_panicked"} 2`)
	if n := monitoring.Delete(d); n != 2 {
		t.Errorf("Delete() = %d, want 2", n)
	}
	wantPage(t, r, `monitoring_problems_total{metric="depth",reason="callback_panicked"} 2`)
}

func TestDerivedGauge_noFunctionTakesAwayOneSeries(t *testing.T) {
	r := monitoring.NewRegistry()
	one := func() float64 { return 1 }
	monitoring.NewDerivedGauge("depth", "", monitoring.WithRegistry(r)).ValueFrom(one).ValueFrom(one, kind.Value("x")).ValueFrom(nil)
	wantPage(t, r, `depth{kind="x"} 1`)
}

func TestDerivedGauge_tooManySeriesHaveNoOverflow(t *testing.T) {
	r := monitoring.NewRegistry()
	one := func() float64 { return 1 }
	d := monitoring.NewDerivedGauge("depth", "", monitoring.WithRegistry(r), monitoring.WithMaxSeries(1)).ValueFrom(one).ValueFrom(one, kind.Value("x"))
	wantPage(t, r, "depth 1", `monitoring_problems_total{metric="depth",reason="overflow"} 1`)
	if n := monitoring.Delete(d); n != 1 {
		t.Errorf("Delete() = %d, want 1", n)
	}
}

func TestMaxSeries_totalsStayRight(t *testing.T) {
	r := monitoring.NewRegistry()
	m := monitoring.NewSum("a_total", "", monitoring.WithRegistry(r), monitoring.WithMaxSeries(2))
	for i := range 5 {
		m.With(kind.Value(fmt.Sprint(i))).Increment()
	}
	kept := m.With(kind.Value("2"))
	wantPage(t, r,
		`a_total{kind="0"} 1`, `a_total{kind="1"} 1`, `a_total{otel_metric_overflow="true"} 3`,
		`monitoring_problems_total{metric="a_total",reason="overflow"} 3`)
	if n := monitoring.Delete(m, kind.Value("0")); n != 1 {
		t.Errorf("Delete() = %d, want 1", n)
	}
	if n := monitoring.Delete(m.With(monitoring.CreateLabel("otel.metric.overflow").Value("true"))); n != 1 {
		t.Errorf("Delete() = %d, want 1", n)
	}
	kept.Increment() // there is room now
	wantPage(t, r, `a_total{kind="1"} 1`, `a_total{kind="2"} 1`, `monitoring_problems_total{metric="a_total",reason="overflow"} 3`)
}

func TestDelete_takesWhatHasTheLabelsAndLetsItBeginAnew(t *testing.T) {
	r := monitoring.NewRegistry()
	cluster := monitoring.CreateLabel("cluster")
	m := monitoring.NewSum("a_total", "", monitoring.WithRegistry(r))
	kept := m.With(cluster.Value("c1"), kind.Value("x"))
	kept.Record(5)
	m.With(cluster.Value("c1"), kind.Value("y")).Record(5)
	m.With(cluster.Value("c2")).Record(5)
	if n := monitoring.Delete(m, cluster.Value("c1")); n != 2 {
		t.Errorf("Delete() = %d, want 2", n)
	}
	wantPage(t, r, `a_total{cluster="c2"} 5`)
	kept.Increment()
	m.With(cluster.Value("c1"), kind.Value("x")).Increment()
	wantPage(t, r, `a_total{cluster="c2"} 5`, `a_total{cluster="c1",kind="x"} 2`)
	if n := monitoring.Delete(m); n != 2 {
		t.Errorf("Delete() = %d, want 2", n)
	}
	wantPage(t, r)
}

func TestWithExpiry_removesWhatIsNotRecordedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := monitoring.NewRegistry()
		m := monitoring.NewSum("a_total", "", monitoring.WithRegistry(r), monitoring.WithExpiry(time.Minute))
		kept := m.With(kind.Value("kept"))
		kept.Increment()
		m.Increment()
		for range 3 {
			kept.Record(0)
			wantPage(t, r, "a_total 1", `a_total{kind="kept"} 1`)
			time.Sleep(20 * time.Second)
		}
		kept.Record(0)
		wantPage(t, r, `a_total{kind="kept"} 1`)
		time.Sleep(time.Minute)
		wantPage(t, r)
		kept.Increment()
		wantPage(t, r, `a_total{kind="kept"} 1`)
	})
}

func TestRecord_allocatesNothing(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	label := kind.Value("x")
	for name, tt := range map[string]struct {
		want float64
		f    func()
	}{
		"sum":          {0, monitoring.NewSum("a_total", "", in).With(label).Increment},
		"gauge":        {0, monitoring.NewGauge("b", "", in).With(label).Increment},
		"distribution": {0, monitoring.NewDistribution("c", "", nil, in).With(label).Increment},
		"dynamic": func() struct {
			want float64
			f    func()
		} {
			m := monitoring.NewSum("d_total", "", in)
			return struct {
				want float64
				f    func()
			}{1, func() { m.With(label).Increment() }}
		}(),
	} {
		if got := testing.AllocsPerRun(1000, tt.f); got > tt.want {
			t.Errorf("%s: %v allocations a call, want at most %v", name, got, tt.want)
		}
	}
}

// TestMetric_addsUpUnderConcurrency also is for the race detector.
func TestMetric_addsUpUnderConcurrency(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	const workers, each = 8, 500
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			m := monitoring.NewSum("a_total", "", in)
			d := monitoring.NewDistribution("d", "", []float64{1}, in)
			for i := range each {
				m.With(kind.Value(fmt.Sprint(i % 10))).Increment()
				m.With(kind.Value("half")).Record(.5)
				d.Record(float64(w % 2 * 2))
				if i%100 == 0 {
					page(t, r)
				}
			}
		})
	}
	wg.Wait()
	want := []string{}
	for i := range 10 {
		want = append(want, fmt.Sprintf(`a_total{kind="%d"} %d`, i, workers*each/10))
	}
	want = append(want, fmt.Sprintf(`a_total{kind="half"} %d`, workers*each/2),
		`d_bucket{le="1"} 2000`, `d_bucket{le="+Inf"} 4000`, `d_sum 4000`, `d_count 4000`)
	wantPage(t, r, want...)
}

// TestDelete_losesNothingRecordedAfterwards deletes and scrapes while others record, and
// counts at the end.
func TestDelete_losesNothingRecordedAfterwards(t *testing.T) {
	r := monitoring.NewRegistry()
	m := monitoring.NewSum("a_total", "", monitoring.WithRegistry(r), monitoring.WithExpiry(time.Nanosecond))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			kept := m.With(kind.Value("x"))
			for range 500 {
				kept.Increment()
			}
		})
	}
	wg.Go(func() {
		for range 50 {
			page(t, r)
			monitoring.Delete(m)
		}
	})
	wg.Wait()
	monitoring.Delete(m)
	m.With(kind.Value("x")).Increment()
	wantPage(t, r, `a_total{kind="x"} 1`)
}

// TestMaxSeries_memoryStaysFlat records on more label values than anybody has room for.
func TestMaxSeries_memoryStaysFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a second: not with -short")
	}
	r := monitoring.NewRegistry()
	m := monitoring.NewSum("a_total", "", monitoring.WithRegistry(r), monitoring.WithMaxSeries(1000))
	heap := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := heap()
	for i := range 60_000 {
		m.With(kind.Value(fmt.Sprintf("%0300d", i))).Increment()
	}
	if after := heap(); after > before+14<<20 {
		t.Errorf("the heap grew by %d MB, want at most 14", (after-before)>>20)
	}
	got := page(t, r)
	if len(got) != 1002 || got[len(got)-1] != `monitoring_problems_total{metric="a_total",reason="overflow"} 59000` {
		t.Errorf("%d lines, the last is %s", len(got), got[len(got)-1])
	}
	runtime.KeepAlive(m)
}

// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/krtkit/krtkit/monitoring"
)

func TestExportedName_isWhatTheExporterShows(t *testing.T) {
	for name, want := range map[string]string{
		"mixer/config/handler-x.y_total": "mixer_config_handler_x_y_total",
		"a__b":                           "a_b",
		"A.B":                            "A_B",
		"trail_":                         "trail",
		"trail-_/":                       "trail",
		"plain_total":                    "plain_total",
	} {
		if got := monitoring.ExportedName(name); got != want {
			t.Errorf("ExportedName(%q) = %q, want %q", name, got, want)
		}
		r := monitoring.NewRegistry()
		monitoring.NewSum(name, "", monitoring.WithRegistry(r)).Increment()
		wantPage(t, r, want+" 1")
	}
}

func TestExportedLabel_isWhatTheExporterShows(t *testing.T) {
	for name, want := range map[string]string{
		"a.b-c": "a_b_c", "1a": "key_1a", "__x": "_x", "": "_", "$$": "_", "é": "_", "x_": "x_", "le": "le",
	} {
		if got := monitoring.ExportedLabel(name); got != want {
			t.Errorf("ExportedLabel(%q) = %q, want %q", name, got, want)
		}
		r := monitoring.NewRegistry()
		monitoring.NewGauge("a", "", monitoring.WithRegistry(r)).With(monitoring.CreateLabel(name).Value("v")).Increment()
		if got, want := page(t, r)[0], fmt.Sprintf(`a{%s="v"} 1`, want); got != want {
			t.Errorf("label %q: %s, want %s", name, got, want)
		}
	}
}

func TestLabels_leOfADistributionIsItsOwn(t *testing.T) {
	r := monitoring.NewRegistry()
	m := monitoring.NewDistribution("a", "", []float64{}, monitoring.WithRegistry(r))
	m.With(monitoring.CreateLabel("le").Value("5")).Increment()
	wantPage(t, r, `a_bucket{exported_le="5",le="+Inf"} 1`, `a_sum{exported_le="5"} 1`, `a_count{exported_le="5"} 1`,
		`monitoring_problems_total{metric="a",reason="label_repaired"} 1`)
}

func TestLabels_namesThatComeOutTheSameAreOneSeries(t *testing.T) {
	r := monitoring.NewRegistry()
	m := monitoring.NewSum("a_total", "", monitoring.WithRegistry(r))
	m.With(monitoring.CreateLabel("a.b").Value("1"), monitoring.CreateLabel("a_b").Value("2")).Increment()
	m.With(monitoring.CreateLabel("a-b").Value("2")).Increment()
	wantPage(t, r, `a_total{a_b="2"} 2`)
}

func TestLabels_longValuesAreCut(t *testing.T) {
	r := monitoring.NewRegistry()
	m := monitoring.NewSum("a_total", "", monitoring.WithRegistry(r))
	m.With(kind.Value(strings.Repeat("é", 500_000))).Increment()
	m.With(kind.Value(strings.Repeat("x", 4096))).Increment()
	if got := page(t, r); len(got[0]) > 4200 || len(got[1]) > 4200 || !strings.HasSuffix(got[1], "é…\"} 1") {
		t.Errorf("page: %q", got)
	}
}

func TestRecord_whatWouldSpoilASumIsCountedInstead(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	for _, m := range []monitoring.Metric{monitoring.NewSum("a_total", "", in), monitoring.NewDistribution("b", "", []float64{}, in)} {
		for _, v := range []float64{1, math.NaN(), math.Inf(1), math.Inf(-1), 2} {
			m.Record(v)
		}
	}
	monitoring.NewGauge("c", "", in).Record(math.Inf(1))
	wantPage(t, r, "a_total 3", `b_bucket{le="+Inf"} 2`, "b_sum 3", "b_count 2", "c +Inf",
		`monitoring_problems_total{metric="a_total",reason="value_rejected"} 3`,
		`monitoring_problems_total{metric="b",reason="value_rejected"} 3`)
}

// TestSum_matchesAnAccumulator adds random numbers to a sum and to a float64. The first
// are whole, which are exact in both.
func TestSum_matchesAnAccumulator(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		r := monitoring.NewRegistry()
		m := monitoring.NewSum("a_total", "", monitoring.WithRegistry(r))
		want := 0.0
		for i := range 200 {
			v := math.Trunc(rnd.NormFloat64() * math.Pow(2, float64(rnd.IntN(40))))
			if i >= 100 {
				v += .25
			}
			m.Record(v)
			want += v
		}
		var got float64
		if _, err := fmt.Sscanf(page(t, r)[0], "a_total %g", &got); err != nil || got != want {
			t.Fatalf("seed %d: got %v, want %v", seed, got, want)
		}
	}
}

// TestDistribution_matchesASearch puts random values into random buckets.
func TestDistribution_matchesASearch(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		bounds := make([]float64, rnd.IntN(80))
		for i := range bounds {
			bounds[i] = float64(rnd.IntN(50))
		}
		r := monitoring.NewRegistry()
		m := monitoring.NewDistribution("a", "", bounds, monitoring.WithRegistry(r))
		values := make([]float64, 100)
		for i := range values {
			values[i] = float64(rnd.IntN(120)) / 2
			m.Record(values[i])
		}
		reg := prometheus.NewRegistry()
		reg.MustRegister(r)
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		last := math.Inf(-1)
		for _, b := range families[0].GetMetric()[0].GetHistogram().GetBucket() {
			want := uint64(0)
			for _, v := range values {
				if v <= b.GetUpperBound() {
					want++
				}
			}
			if b.GetCumulativeCount() != want || b.GetUpperBound() <= last {
				t.Fatalf("seed %d: bucket %v has %d values, want %d", seed, b.GetUpperBound(), b.GetCumulativeCount(), want)
			}
			last = b.GetUpperBound()
		}
	}
}

// FuzzScrape records with labels and a name from strangers: each scrape is a page that
// Prometheus reads, in both formats, and has what was recorded.
func FuzzScrape(f *testing.F) {
	f.Add("a", "k", "v", "help", uint8(0))
	f.Add("a/b", "le", "\xff\xfe\x00", "\xff", uint8(2))
	f.Add("1bad", "", "\n\"\\", "a\nb\\", uint8(1))
	f.Add("_bucket", "__name__", "", "", uint8(2))
	f.Add("monitoring_problems_total", "otel.metric.overflow", "true", "", uint8(0))
	f.Fuzz(func(t *testing.T, name, label, value, help string, which uint8) {
		r := monitoring.NewRegistry()
		in := monitoring.WithRegistry(r)
		var m monitoring.Metric
		func() {
			defer func() {
				if p := recover(); p != nil && !strings.Contains(fmt.Sprint(p), "monitoring: ") {
					t.Errorf("panic %v, want one of this package", p)
				}
			}()
			switch which % 3 {
			case 0:
				m = monitoring.NewSum(name, help, in)
			case 1:
				m = monitoring.NewGauge(name, help, in)
			default:
				m = monitoring.NewDistribution(name, help, nil, in)
			}
		}()
		if m == nil {
			return // the name is none
		}
		m.Record(1)
		m.With(monitoring.CreateLabel(label).Value(value)).Record(2)
		m.With(monitoring.CreateLabel(value).Value(label), monitoring.CreateLabel(label).Value(help)).Record(3)
		reg := prometheus.NewRegistry()
		h := exporter(t, r, reg, reg)
		body := scrape(t, h, "")
		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader([]byte(body)))
		if err != nil || families[monitoring.ExportedName(name)] == nil {
			t.Errorf("error %v, or there is no metric %q in\n%s", err, name, body)
		}
		if open := scrape(t, h, "application/openmetrics-text;version=1.0.0"); !strings.HasSuffix(open, "# EOF\n") {
			t.Errorf("OpenMetrics page is not complete:\n%s", open)
		}
	})
}

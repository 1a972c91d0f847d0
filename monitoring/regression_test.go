// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/krtkit/krtkit/monitoring"
)

// The tests of this file are named after defects of the package that this one
// takes its names from: each shows that the defect is not here.

func TestRegression_M1_invalidValueDoesNotBreakTheScrape(t *testing.T) {
	r := monitoring.NewRegistry()
	m := monitoring.NewSum("m1_total", "", monitoring.WithRegistry(r))
	m.With(kind.Value("a\xffb")).Increment()
	m.With(kind.Value("good")).Increment()
	const problems = `monitoring_problems_total{metric="m1_total",reason="label_repaired"} 1`
	wantPage(t, r, `m1_total{kind="a`+"\uFFFD"+`b"} 1`, `m1_total{kind="good"} 1`, problems)
	if n := monitoring.Delete(m, kind.Value("a\xffb")); n != 1 {
		t.Errorf("Delete() = %d, want 1", n)
	}
	wantPage(t, r, `m1_total{kind="good"} 1`, problems)
}

func TestRegression_M2_definitionsOfOneNameAreOneMetricOrAPanic(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	monitoring.NewSum("m2.total", "first", in).Increment()
	monitoring.NewSum("m2.total", "second", in).Increment()
	monitoring.NewSum("m2_total", "other name, shown the same", in).Increment()
	wantPage(t, r, "m2_total 3")
	reg := prometheus.NewRegistry()
	if body := scrape(t, exporter(t, r, reg, reg), ""); !strings.Contains(body, "# HELP m2_total first\n") {
		t.Errorf("the first description is not on the page:\n%s", body)
	}
	mustPanic(t, "rename one of them", func() { monitoring.NewGauge("m2_total", "", in) })
	mustPanic(t, "rename one of them", func() { monitoring.NewDerivedGauge("m2.total", "", in) })
	monitoring.NewDistribution("m2", "", []float64{1}, in)
	monitoring.NewDistribution("m2", "", []float64{2}, in).Record(2)
	mustPanic(t, "a part of distribution", func() { monitoring.NewSum("m2/count", "", in) })
	mustPanic(t, `which is metric "m2b_sum"`, func() {
		monitoring.NewSum("m2b_sum", "", in)
		monitoring.NewDistribution("m2b", "", nil, in)
	})
	wantPage(t, r, `m2_bucket{le="1"} 0`, `m2_bucket{le="+Inf"} 1`, "m2_sum 2", "m2_count 1", "m2_total 3")
}

func TestRegression_M3_metricsCanBeMadeAfterTheExporter(t *testing.T) {
	r := monitoring.NewRegistry()
	reg := prometheus.NewRegistry()
	h := exporter(t, r, reg, reg)
	scrape(t, h, "")
	monitoring.NewSum("m3_total", "", monitoring.WithRegistry(r)).Increment()
	if diff := cmp.Diff([]string{"m3_total 1"}, samples(scrape(t, h, ""))); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

func TestRegression_M4_valuesFromBeforeTheExporterCount(t *testing.T) {
	r := monitoring.NewRegistry()
	m := monitoring.NewSum("m4_total", "", monitoring.WithRegistry(r))
	m.Record(6)
	reg := prometheus.NewRegistry()
	h := exporter(t, r, reg, reg)
	m.Increment()
	if diff := cmp.Diff([]string{"m4_total 7"}, samples(scrape(t, h, ""))); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

func TestRegression_M5_everyRegistryHasAllMetrics(t *testing.T) {
	r := monitoring.NewRegistry()
	monitoring.NewSum("m5_total", "", monitoring.WithRegistry(r)).Increment()
	first, second := prometheus.NewRegistry(), prometheus.NewRegistry()
	for _, reg := range []*prometheus.Registry{first, second, first} {
		if diff := cmp.Diff([]string{"m5_total 1"}, samples(scrape(t, exporter(t, r, reg, reg), ""))); diff != "" {
			t.Errorf("page (-want +got):\n%s", diff)
		}
	}
	wrapped := prometheus.NewRegistry()
	h := exporter(t, r, prometheus.WrapRegistererWith(prometheus.Labels{"a": "b"}, prometheus.WrapRegistererWithPrefix("agent_", wrapped)), wrapped)
	for range 2 {
		if diff := cmp.Diff([]string{`agent_m5_total{a="b"} 1`}, samples(scrape(t, h, ""))); diff != "" {
			t.Errorf("page (-want +got):\n%s", diff)
		}
	}
}

func TestRegression_M6_illegalNamesPanic(t *testing.T) {
	in := monitoring.WithRegistry(monitoring.NewRegistry())
	for _, name := range []string{"", "1bad", "_x", "b:c", "a b", "é", "a\x00", strings.Repeat("a", 256)} {
		mustPanic(t, "use ", func() { monitoring.NewSum(name, "", in) })
	}
	monitoring.NewSum(strings.Repeat("a", 255), "", in)
}

func TestRegression_M7_boundsAreSorted(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	bounds := []float64{2, 1, 2}
	monitoring.NewDistribution("m7", "", bounds, in).Record(1.5)
	wantPage(t, r, `m7_bucket{le="1"} 0`, `m7_bucket{le="2"} 1`, `m7_bucket{le="+Inf"} 1`, "m7_sum 1.5", "m7_count 1")
	if diff := cmp.Diff([]float64{2, 1, 2}, bounds); diff != "" {
		t.Errorf("the caller's bounds (-want +got):\n%s", diff)
	}
	nan := prometheus.ExponentialBuckets(1, 2, 3)
	nan[1] -= nan[1]
	nan[1] /= nan[1]
	mustPanic(t, "NaN", func() { monitoring.NewDistribution("m7_nan", "", nan, in) })
}

func TestRegression_M8_derivedGaugesOfOneNameShare(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	monitoring.NewDerivedGauge("m8", "", in).ValueFrom(func() float64 { return 1 }, kind.Value("a"))
	monitoring.NewDerivedGauge("m8", "", in).ValueFrom(func() float64 { return 2 }, kind.Value("b"))
	monitoring.NewGauge("m8", "", in).Record(3)
	wantPage(t, r, "m8 3", `m8{kind="a"} 1`, `m8{kind="b"} 2`)
}

func TestRegression_M9_documentsAndExporterAgreeOnNames(t *testing.T) {
	r := monitoring.NewRegistry()
	monitoring.NewGauge("m9/a-b.c", "", monitoring.WithRegistry(r)).Record(1)
	documented := monitoring.ExportedName(r.ExportMetricDefinitions()[0].Name)
	wantPage(t, r, documented+" 1")
	if documented != "m9_a_b_c" {
		t.Errorf("documented as %s, want m9_a_b_c", documented)
	}
}

func TestRegression_M10_hooksMayRegisterHooksAndRecord(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	a, b := monitoring.NewSum("m10_a_total", "", in), monitoring.NewSum("m10_b_total", "", in)
	r.RegisterRecordHook("m10_a_total", hookFunc(func(string, []monitoring.LabelValue, float64) {
		r.RegisterRecordHook("m10_b_total", hookFunc(func(string, []monitoring.LabelValue, float64) {}))
		b.Increment()
		monitoring.NewSum("m10_c_total", "", in).Increment()
		page(t, r)
	}))
	a.Increment()
	wantPage(t, r, "m10_a_total 1", "m10_b_total 1", "m10_c_total 1")
}

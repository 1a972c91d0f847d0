// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"

	"github.com/krtkit/krtkit/monitoring"
)

type outcome string

type request struct {
	HTTPCode uint16
	PeerName string
	Outcome  outcome `label:"result"`
	OK       bool
}

func TestVec_fieldsAreLabels(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	sums := monitoring.NewSumVec[request]("requests_total", "", in)
	for range 3 {
		sums.With(request{HTTPCode: 200, PeerName: "a", Outcome: "good", OK: true}).Increment()
	}
	sums.With(request{}).Add(1.5)
	monitoring.NewGaugeVec[struct{ Kind string }]("depth", "", in).With(struct{ Kind string }{"x"}).Set(-2)
	monitoring.NewDistributionVec[struct{ Kind int }]("sizes", "", []float64{1}, in).With(struct{ Kind int }{-1}).Observe(1)
	monitoring.NewGaugeVec[struct{}]("plain", "", in).With(struct{}{}).Set(1)
	wantPage(t, r, `depth{kind="x"} -2`, "plain 1",
		`requests_total{http_code="0",ok="false",peer_name="",result=""} 1.5`,
		`requests_total{http_code="200",ok="true",peer_name="a",result="good"} 3`,
		`sizes_bucket{kind="-1",le="1"} 1`, `sizes_bucket{kind="-1",le="+Inf"} 1`, `sizes_sum{kind="-1"} 1`, `sizes_count{kind="-1"} 1`)
}

func TestVec_isTheMetricOfItsName(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	type labels struct{ Kind string }
	vec := monitoring.NewSumVec[labels]("a_total", "", in)
	kept := vec.With(labels{"x"})
	kept.Increment()
	monitoring.NewSum("a_total", "", in).With(kind.Value("x")).Increment()
	hooked := 0
	r.RegisterRecordHook(vec.Name(), hookFunc(func(_ string, tags []monitoring.LabelValue, _ float64) {
		if len(tags) == 1 && tags[0] == kind.Value("x") {
			hooked++
		}
	}))
	kept.AddContext(t.Context(), 1)
	wantPage(t, r, `a_total{kind="x"} 3`)
	if hooked != 1 {
		t.Errorf("the hook saw the label %d times, want 1", hooked)
	}
	vec.With(labels{"y"}).Increment()
	if !vec.Delete(labels{"x"}) || vec.Delete(labels{"x"}) || monitoring.Delete(vec, kind.Value("y")) != 1 {
		t.Error("not exactly the series that were there were deleted")
	}
	kept.Increment()
	wantPage(t, r, `a_total{kind="x"} 1`)
}

func TestGauge_canBeAddedTo(t *testing.T) {
	r := monitoring.NewRegistry()
	vec := monitoring.NewGaugeVec[struct{}]("requests_in_flight", "", monitoring.WithRegistry(r))
	g := vec.With(struct{}{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				g.Add(2)
				g.Add(-1)
			}
		})
	}
	wg.Wait()
	wantPage(t, r, "requests_in_flight 4000")
	var told []float64
	r.RegisterRecordHook("requests_in_flight", hookFunc(func(_ string, _ []monitoring.LabelValue, v float64) { told = append(told, v) }))
	g.Add(1)
	vec.Delete(struct{}{})
	g.Add(1)
	if diff := cmp.Diff([]float64{4001, 1}, told); diff != "" {
		t.Errorf("the hook was told (-want +got):\n%s", diff)
	}
	g.Set(5)
	wantPage(t, r, "requests_in_flight 5")
}

func TestVec_disabledDoesNothing(t *testing.T) {
	r := monitoring.NewRegistry()
	off := monitoring.WithEnabled(func() bool { return false })
	in := monitoring.WithRegistry(r)
	sums := monitoring.NewSumVec[request]("a_total", "", in, off)
	sums.With(request{}).Increment()
	sums.With(request{}).Add(1)
	sums.With(request{}).AddContext(t.Context(), 1)
	monitoring.NewGaugeVec[request]("b", "", in, off).With(request{}).Set(1)
	monitoring.Gauge{}.Add(1)
	d := monitoring.NewDistributionVec[request]("c", "", nil, in, off).With(request{})
	d.Observe(1)
	d.ObserveContext(trace.ContextWithSpanContext(t.Context(), trace.SpanContext{}), 1)
	if sums.Delete(request{}) || monitoring.Delete(sums) != 0 || sums.Name() != "a_total" {
		t.Error("something was deleted, or the name is wrong")
	}
	wantPage(t, r)
}

func TestVec_wrongLabelTypesPanic(t *testing.T) {
	in := monitoring.WithRegistry(monitoring.NewRegistry())
	mustPanic(t, "is no struct", func() { monitoring.NewSumVec[string]("a", "", in) })
	mustPanic(t, "not exported", func() { monitoring.NewSumVec[struct{ kind string }]("a", "", in) })
	mustPanic(t, "use a string, a bool or an integer", func() { monitoring.NewSumVec[struct{ Kind float64 }]("a", "", in) })
	mustPanic(t, "rename one", func() {
		monitoring.NewSumVec[struct {
			AB string
			X  string `label:"ab"`
		}]("a", "", in)
	})
	mustPanic(t, "use 1 to", func() { monitoring.NewSumVec[request]("", "", in) })
}

func TestVec_allocatesNothing(t *testing.T) {
	vec := monitoring.NewSumVec[request]("a_total", "", monitoring.WithRegistry(monitoring.NewRegistry()))
	if got := testing.AllocsPerRun(1000, func() { vec.With(request{HTTPCode: 200, PeerName: "a"}).Increment() }); got != 0 {
		t.Errorf("%v allocations a call, want 0", got)
	}
}

func TestVec_limitHoldsForManyValues(t *testing.T) {
	r := monitoring.NewRegistry()
	type labels struct{ N int }
	vec := monitoring.NewSumVec[labels]("a_total", "", monitoring.WithRegistry(r), monitoring.WithMaxSeries(1))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 10_000 {
				vec.With(labels{w*10_000 + i}).Increment()
			}
		})
	}
	wg.Wait()
	monitoring.Delete(vec, monitoring.CreateLabel("otel_metric_overflow").Value("true"))
	vec.With(labels{-1}).Increment()
	got := page(t, r)
	want := fmt.Sprintf(`monitoring_problems_total{metric="a_total",reason="overflow"} %d`, 40_000)
	if len(got) != 3 || got[1] != `a_total{otel_metric_overflow="true"} 1` || got[2] != want {
		t.Errorf("page %v, want one series, the overflow with 1 and %s", got, want)
	}
}

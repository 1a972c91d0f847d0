// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/krtkit/krtkit/monitoring"
)

func setViews(t *testing.T, r *monitoring.Registry, views ...monitoring.View) {
	t.Helper()
	if err := r.SetViews(views...); err != nil {
		t.Fatalf("SetViews: %v", err)
	}
}

func TestView_changesMetricsThatAreAndWillBe(t *testing.T) {
	r := monitoring.NewRegistry()
	in := monitoring.WithRegistry(r)
	pod := monitoring.CreateLabel("pod")
	early := monitoring.NewDistribution("app/sizes", "", []float64{1, 2}, in)
	early.Record(7)
	setViews(t, r,
		monitoring.View{Name: "app/hidden", Drop: true},
		monitoring.View{Name: "app/*", Bounds: []float64{20, 10}, Labels: []monitoring.Label{kind}},
		monitoring.View{Name: "*", MaxSeries: 1},
	)
	hidden := monitoring.NewSum("app/hidden", "", in)
	hidden.Increment()
	requests := monitoring.NewSum("app/requests", "", in)
	requests.With(kind.Value("x"), pod.Value("1")).Increment()
	requests.With(kind.Value("x")).With(pod.Value("2")).Increment()
	early.Record(15)
	derived := monitoring.NewDerivedGauge("app/depth", "", in).ValueFrom(func() float64 { return 1 }, pod.Value("1"))
	other := monitoring.NewSum("other", "", in)
	other.Increment()
	other.With(pod.Value("1")).Increment()
	problems := `monitoring_problems_total{metric="other",reason="overflow"} 1`
	wantPage(t, r, `app_depth{pod="1"} 1`, `app_requests{kind="x"} 2`,
		`app_sizes_bucket{le="10"} 0`, `app_sizes_bucket{le="20"} 1`, `app_sizes_bucket{le="+Inf"} 1`, "app_sizes_sum 15", "app_sizes_count 1",
		problems, "other 1", `other{otel_metric_overflow="true"} 1`)
	if got := r.Snapshot()[2]; got.Name != "app/sizes" || got.Bounds[0] != 10 || len(got.Series[0].Counts) != 3 {
		t.Errorf("Snapshot() = %v, want the buckets of the view", got)
	}
	if n := monitoring.Delete(requests, pod.Value("1")); n != 0 {
		t.Errorf("Delete() = %d for a label that is not kept, want 0", n)
	}

	setViews(t, r, monitoring.View{Name: "app/requests", Labels: []monitoring.Label{}}, monitoring.View{Name: "app/sizes", Bounds: []float64{}})
	requests.With(kind.Value("x")).Increment()
	early.Record(3)
	wantPage(t, r, `app_depth{pod="1"} 1`, "app_hidden 1", "app_requests 1",
		`app_sizes_bucket{le="+Inf"} 1`, "app_sizes_sum 3", "app_sizes_count 1",
		problems, "other 1", `other{otel_metric_overflow="true"} 1`)
	setViews(t, r, monitoring.View{Name: "*", Drop: true})
	derived.ValueFrom(func() float64 { return 2 })
	wantPage(t, r)
}

func TestView_namesMayHaveAsterisks(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"a/b", "a/b", true},
		{"a/b", "a/bc", false},
		{"*", "a", true},
		{"a*", "ab/c", true},
		{"*c", "ab/c", true},
		{"*b*", "a/b/c", true},
		{"a*b*c", "abc", true},
		{"a*b*c", "acb", false},
		{"ab*ba", "aba", false},
		{"b*", "ab", false},
	} {
		r := monitoring.NewRegistry()
		setViews(t, r, monitoring.View{Name: tt.pattern, Drop: true})
		monitoring.NewGauge(tt.name, "", monitoring.WithRegistry(r)).Increment()
		if dropped := len(page(t, r)) == 0; dropped != tt.want {
			t.Errorf("pattern %q matches %q: %v, want %v", tt.pattern, tt.name, dropped, tt.want)
		}
	}
}

func TestView_whatCannotBeIsAnError(t *testing.T) {
	r := monitoring.NewRegistry()
	setViews(t, r, monitoring.View{Name: "a", Drop: true})
	for want, v := range map[string]monitoring.View{"no name": {}, "NaN": {Name: "b", Bounds: []float64{math.NaN()}}} {
		if err := r.SetViews(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("SetViews() = %v, want an error with %q", err, want)
		}
	}
	monitoring.NewSum("a", "", monitoring.WithRegistry(r)).Increment()
	wantPage(t, r)
}

// TestView_canChangeWhileOthersRecord is for the race detector, and for buckets and
// bounds that do not fit.
func TestView_canChangeWhileOthersRecord(t *testing.T) {
	r := monitoring.NewRegistry()
	d := monitoring.NewDistribution("d", "", []float64{1}, monitoring.WithRegistry(r))
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for i := range 2000 {
				d.Record(float64(i))
			}
		})
	}
	for i := range 100 {
		setViews(t, r, monitoring.View{Name: "d", Bounds: make([]float64, i%2)})
		page(t, r)
		for _, m := range r.Snapshot() {
			if len(m.Series[0].Counts) != len(m.Bounds)+1 {
				t.Fatalf("%d buckets with the bounds %v", len(m.Series[0].Counts), m.Bounds)
			}
		}
	}
	wg.Wait()
}

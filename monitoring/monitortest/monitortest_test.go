// SPDX-License-Identifier: Apache-2.0

package monitortest_test

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/monitoring/monitortest"
	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/leak"
	"github.com/krtkit/krtkit/util/test/retry"
)

func TestMain(m *testing.M) { leak.CheckMain(m) }

var (
	kind   = monitoring.CreateLabel("kind")
	shared = monitoring.NewSum("monitortest_shared_total", "Shared by tests.")
	once   = retry.MaxAttempts(1)
)

func TestNew_sumsCountFromTheBeginningOfTheTest(t *testing.T) {
	for range 2 {
		m := monitortest.New(t)
		shared.With(kind.Value("a")).Increment()
		m.Assert("monitortest_shared_total", map[string]string{"kind": "a"}, monitortest.Exactly(1))
	}
	monitortest.New(t).Assert("monitortest_shared_total", nil, monitortest.Exactly(0))
}

func TestTestRegistry_gathersTheDefaultRegistry(t *testing.T) {
	shared.Increment()
	families, err := monitortest.TestRegistry(t).Gather()
	if err != nil || len(families) != 1 || families[0].GetName() != "monitortest_shared_total" {
		t.Errorf("gathered %v, error %v; want the one metric", families, err)
	}
}

func TestAssert_comparesTheFirstSeriesWithTheTags(t *testing.T) {
	r := monitoring.NewRegistry()
	gauge := monitoring.NewGauge("things", "Things.", monitoring.WithRegistry(r))
	gauge.With(kind.Value("a"), monitoring.CreateLabel("more").Value("x")).Record(3)
	gauge.With(kind.Value("b")).Record(4)
	sizes := monitoring.NewDistribution("sizes", "Sizes.", []float64{1, 2}, monitoring.WithRegistry(r))
	sizes.Record(1.5)
	sizes.Record(7)
	a := map[string]string{"kind": "a"}
	tests := []struct {
		name, metric string
		tags         map[string]string
		compare      monitortest.Compare
		want         string // part of the failure; "" for none
	}{
		{"exactly", "things", a, monitortest.Exactly(3), ""},
		{"not exactly", "things", a, monitortest.Exactly(4), "got 3, want 4"},
		{"almost", "things", a, monitortest.AlmostEquals(2.5, .5), ""},
		{"not almost", "things", a, monitortest.AlmostEquals(2.5, .4), "give or take"},
		{"less", "things", a, monitortest.LessThan(3.1), ""},
		{"not less", "things", a, monitortest.LessThan(3), "want less than 3"},
		{"at least", "things", a, monitortest.AtLeast(3), ""},
		{"not at least", "things", a, monitortest.AtLeast(math.Nextafter(3, 4)), "or more"},
		{"no such label", "things", map[string]string{"kind": "c"}, monitortest.Exactly(3), "of 2 series none"},
		{"no such metric", "thing", nil, monitortest.Exactly(3), "no such metric"},
		{"distribution", "sizes", nil, monitortest.Distribution(2, 8.5), ""},
		{"other sum", "sizes", nil, monitortest.Distribution(2, 8), "sum 8.5"},
		{"no distribution", "things", a, monitortest.Distribution(2, 8), "got a float64"},
		{"no number", "sizes", nil, monitortest.Exactly(2), "got a *io_prometheus_client.Histogram"},
		{"buckets", "sizes", nil, monitortest.Buckets(2), ""},
		{"other buckets", "sizes", nil, monitortest.Buckets(3), "got 2 buckets"},
		{"does not exist", "thing", nil, monitortest.DoesNotExist, ""},
		{"exists", "things", nil, monitortest.DoesNotExist, "exists"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := test.Wrap(func(f test.Failer) { monitortest.NewWith(f, r).Assert(tt.metric, tt.tags, tt.compare, once) })
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestAssert_waitsForWhatIsToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := monitoring.NewRegistry()
		m := monitortest.NewWith(t, r)
		sum := monitoring.NewSum("late_total", "Late.", monitoring.WithRegistry(r))
		time.AfterFunc(4*time.Second, sum.Increment)
		m.Assert("late_total", nil, monitortest.Exactly(1))
		begin := time.Now()
		err := test.Wrap(func(f test.Failer) { monitortest.NewWith(f, r).Assert("late_total", nil, monitortest.Exactly(2)) })
		if spent := time.Since(begin); err == nil || spent != 5*time.Second {
			t.Errorf("failed with %v after %v, want an error after 5s", err, spent)
		}
	})
}

func TestMetrics_areAllSeries(t *testing.T) {
	r := monitoring.NewRegistry()
	monitoring.NewSum("b_total", "B.", monitoring.WithRegistry(r)).With(kind.Value("x")).Record(1.5)
	monitoring.NewDistribution("a", "A.", nil, monitoring.WithRegistry(r)).Record(7)
	want := []monitortest.Metric{
		{Name: "a", Labels: map[string]string{}, Value: "histogram{count=1,sum=7}"},
		{Name: "b_total", Labels: map[string]string{"kind": "x"}, Value: "0"},
	}
	if diff := cmp.Diff(want, monitortest.NewWith(t, r).Metrics()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

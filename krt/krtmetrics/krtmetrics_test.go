// SPDX-License-Identifier: Apache-2.0

package krtmetrics_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krtmetrics"
)

// registry holds metrics by name.
type registry struct {
	metrics map[string]observed
	refuse  string
}

type observed struct {
	cumulative bool
	observe    func(yield func(value float64, labels map[string]string))
}

var errRefused = errors.New("refused")

func (r *registry) Observed(name, description string, cumulative bool, observe func(func(float64, map[string]string))) (func(), error) {
	if name == r.refuse {
		return nil, errRefused
	}
	if description == "" {
		return nil, fmt.Errorf("metric %s has no description", name)
	}
	if r.metrics == nil {
		r.metrics = map[string]observed{}
	}
	r.metrics[name] = observed{cumulative, observe}
	return func() { delete(r.metrics, name) }, nil
}

// scrape returns the values of a metric, by collection and kind.
func (r *registry) scrape(name string) map[string]float64 {
	out := map[string]float64{}
	r.metrics[name].observe(func(v float64, labels map[string]string) {
		key := labels["collection"] + " " + labels["kind"]
		if _, twice := out[key]; twice {
			panic("two series " + key)
		}
		out[key] = v
	})
	return out
}

func TestRegister_showsWhatCollectionsDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		debug, r := new(krt.DebugHandler), &registry{}
		stop := make(chan struct{})
		defer close(stop)
		opts := krt.NewOptionsBuilder(stop, "test", debug)
		names := krt.NewStaticCollection(nil, []string{"a", "b"}, opts.WithName("names")...)
		upper := krt.NewCollection(names, func(_ krt.HandlerContext, s string) *string {
			if s == "b" {
				return nil
			}
			return &s
		}, opts.WithName("upper")...)
		upper.Register(func(krt.Event[string]) {})
		if err := krt.WaitIdle(t.Context(), upper); err != nil {
			t.Fatal(err)
		}
		if _, err := krtmetrics.Register(r, debug); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]map[string]float64{
			"krt_collections":         {"test/names static": 1, "test/upper collection": 1},
			"krt_collections_synced":  {"test/names static": 1, "test/upper collection": 1},
			"krt_objects":             {"test/names static": 2, "test/upper collection": 1},
			"krt_handlers":            {"test/names static": 0, "test/upper collection": 1},
			"krt_handler_backlog":     {"test/names static": 0, "test/upper collection": 0},
			"krt_commits_total":       {"test/names static": 0, "test/upper collection": 1},
			"krt_changes_total":       {"test/names static": 0, "test/upper collection": 1},
			"krt_runs_total":          {"test/names static": 0, "test/upper collection": 1},
			"krt_runs_given_up_total": {"test/names static": 0, "test/upper collection": 0},
			"krt_calls_total":         {"test/names static": 0, "test/upper collection": 2},
			"krt_idle_calls_total":    {"test/names static": 0, "test/upper collection": 1},
			"krt_panics_total":        {"test/names static": 0, "test/upper collection": 0},
			"krt_run_seconds_total":   {"test/names static": 0, "test/upper collection": 0}, // no time goes by in this bubble
		} {
			if diff := cmp.Diff(want, r.scrape(name)); diff != "" {
				t.Errorf("%s mismatch (-want +got):\n%s", name, diff)
			}
			if wantCumulative := len(name) > 6 && name[len(name)-6:] == "_total"; r.metrics[name].cumulative != wantCumulative {
				t.Errorf("%s is cumulative: %v", name, !wantCumulative)
			}
			delete(r.metrics, name)
		}
		for name := range r.metrics {
			t.Errorf("%s is not tested", name)
		}
	})
}

func TestRegister_collectionsWithOneNameAreOneSeriesThatNeverGoesDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		debug, r := new(krt.DebugHandler), &registry{}
		if _, err := krtmetrics.Register(r, debug); err != nil {
			t.Fatal(err)
		}
		one, other := make(chan struct{}), make(chan struct{})
		a := krt.NewStaticCollection[string](nil, nil, krt.WithName("x"), krt.WithStop(one), krt.WithDebugging(debug))
		b := krt.NewStaticCollection[string](nil, nil, krt.WithName("x"), krt.WithStop(other), krt.WithDebugging(debug))
		for i := range 3 {
			a.UpdateObject(fmt.Sprint(i))
			b.UpdateObject(fmt.Sprint(i))
		}
		expect := func(when string, want map[string]float64) {
			t.Helper()
			time.Sleep(time.Second) // another scrape
			if diff := cmp.Diff(want, r.scrape("krt_commits_total")); diff != "" {
				t.Errorf("%s: mismatch (-want +got):\n%s", when, diff)
			}
		}
		expect("both", map[string]float64{"x static": 6})
		close(one)
		synctest.Wait()
		expect("one was stopped", map[string]float64{"x static": 6})
		b.UpdateObject("3")
		expect("the other went on", map[string]float64{"x static": 7})
		close(other)
		synctest.Wait()
		expect("none is left", map[string]float64{})
	})
}

func TestRegister_describesOnceForAScrape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		debug, r := new(krt.DebugHandler), &registry{}
		if _, err := krtmetrics.Register(r, debug); err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		c := krt.NewStaticCollection(nil, []string{"a"}, krt.WithName("x"), krt.WithStop(stop), krt.WithDebugging(debug))
		before := r.scrape("krt_objects")
		c.UpdateObject("b")
		if diff := cmp.Diff(before, r.scrape("krt_objects")); diff != "" {
			t.Errorf("a metric of the same scrape mismatch (-want +got):\n%s", diff)
		}
		time.Sleep(time.Second)
		if got := r.scrape("krt_objects")["x static"]; got != 2 {
			t.Errorf("the next scrape shows %v objects, want 2", got)
		}
		close(stop)
		synctest.Wait()
	})
}

func TestRegister_doesAllOrNothing(t *testing.T) {
	r := &registry{refuse: "krt_panics_total"}
	if _, err := krtmetrics.Register(r, new(krt.DebugHandler)); !errors.Is(err, errRefused) {
		t.Errorf("Register() = %v, want the registry's error", err)
	}
	if len(r.metrics) > 0 {
		t.Errorf("%d metrics stayed registered", len(r.metrics))
	}
	r.refuse = ""
	unregister, err := krtmetrics.Register(r, new(krt.DebugHandler))
	if err != nil {
		t.Fatal(err)
	}
	unregister()
	if len(r.metrics) > 0 {
		t.Errorf("%d metrics stayed after unregister", len(r.metrics))
	}
}

func ExampleRegister() {
	debug := new(krt.DebugHandler)
	names := krt.NewStaticCollection(nil, []string{"a", "b"}, krt.WithName("names"), krt.WithDebugging(debug))
	names.DeleteObject("a")

	r := &registry{} // on top of a metrics library
	unregister, err := krtmetrics.Register(r, debug)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer unregister()
	for _, name := range slices.Sorted(slices.Values([]string{"krt_objects", "krt_changes_total"})) {
		r.metrics[name].observe(func(v float64, labels map[string]string) { fmt.Println(name, labels["collection"], v) })
	}
	// Output:
	// krt_changes_total names 1
	// krt_objects names 1
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/benchmarks/engines/apiserver"
	"github.com/krtkit/krtkit/benchmarks/engines/istio"
	"github.com/krtkit/krtkit/benchmarks/engines/kubecache"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func TestMain(m *testing.M) {
	istio.LogErrorsOnly()
	apiserver.LogNothing()
	if started, err := kubecache.Helped(os.Args, os.Stdin, os.Stdout); started {
		if err != nil {
			panic(err)
		}
		return
	}
	m.Run()
}

// TestScenarios_allContendersEndUpEqual performs every scenario at a small size by
// everybody who can express it.
func TestScenarios_allContendersEndUpEqual(t *testing.T) {
	objects := scenario.Objects(60)
	load := scenario.ReadLoad{Pods: 200, Writes: 1000, Each: 2 * time.Millisecond}
	server, end, err := kubecache.Serve(30)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	type opener = func(s scenario.Suite) func() scenario.Case
	all := map[string]opener{
		"Sync":         func(s scenario.Suite) func() scenario.Case { return given(s.Sync, objects) },
		"Update":       func(s scenario.Suite) func() scenario.Case { return given(s.Update, objects) },
		"Burst":        func(s scenario.Suite) func() scenario.Case { return given2(s.Burst, objects, 40) },
		"Work":         func(s scenario.Suite) func() scenario.Case { return given2(s.Work, objects, 10) },
		"LabelMiss":    func(s scenario.Suite) func() scenario.Case { return given(s.LabelMiss, 20) },
		"KeyMiss":      func(s scenario.Suite) func() scenario.Case { return given(s.KeyMiss, 20) },
		"Reader":       func(s scenario.Suite) func() scenario.Case { return given(s.Reader, 20) },
		"Select":       func(s scenario.Suite) func() scenario.Case { return given2(s.Select, 5, 30) },
		"Policies":     func(s scenario.Suite) func() scenario.Case { return policies(s, 5, 30, 10) },
		"Slow":         func(s scenario.Suite) func() scenario.Case { return given(s.Slow, time.Microsecond) },
		"Bucket":       func(s scenario.Suite) func() scenario.Case { return given(s.Bucket, 30) },
		"BucketBurst":  func(s scenario.Suite) func() scenario.Case { return given2(s.BucketBurst, 30, 10) },
		"Diamonds":     func(s scenario.Suite) func() scenario.Case { return given(s.Diamonds, 3) },
		"Chain":        func(s scenario.Suite) func() scenario.Case { return given(s.Chain, 4) },
		"Fan":          func(s scenario.Suite) func() scenario.Case { return given(s.Fan, 7) },
		"Handlers":     func(s scenario.Suite) func() scenario.Case { return given(s.Handlers, 7) },
		"JoinList":     func(s scenario.Suite) func() scenario.Case { return given2(s.JoinList, 3, 20) },
		"JoinGet":      func(s scenario.Suite) func() scenario.Case { return given2(s.JoinGet, 3, 20) },
		"DuringCommit": func(s scenario.Suite) func() scenario.Case { return given(s.DuringCommit, objects) },
		"Idle":         func(s scenario.Suite) func() scenario.Case { return given2(s.Idle, 6, 3) },
		"Keep":         func(s scenario.Suite) func() scenario.Case { return keep(s, objects, scenario.NoFetch) },
		"KeepByKey":    func(s scenario.Suite) func() scenario.Case { return keep(s, objects, scenario.ByKey) },
		"KeepByIndex":  func(s scenario.Suite) func() scenario.Case { return keep(s, objects, scenario.ByIndex) },
		"List":         func(s scenario.Suite) func() scenario.Case { return given(s.List, 20) },
		"Watch":        func(s scenario.Suite) func() scenario.Case { return given(s.Watch, 20) },
		"Fill":         func(s scenario.Suite) func() scenario.Case { return given2(s.Fill, server, scenario.Default) },
		"FillStripped": func(s scenario.Suite) func() scenario.Case { return given2(s.Fill, server, scenario.Stripped) },
		"FillMetadata": func(s scenario.Suite) func() scenario.Case { return given2(s.Fill, server, scenario.MetadataOnly) },
		"Ready":        func(s scenario.Suite) func() scenario.Case { return given2(s.Ready, 7, time.Millisecond) },
		"IdleHandlers": func(s scenario.Suite) func() scenario.Case { return given(s.IdleHandlers, 20) },
		"CacheReads":   func(s scenario.Suite) func() scenario.Case { return given(s.CacheReads, load) },
		"Fake":         func(s scenario.Suite) func() scenario.Case { return s.Fake },
	}
	for name, open := range all {
		t.Run(name, func(t *testing.T) {
			var want []scenario.Object
			contenders := 0
			for _, s := range suites() {
				f := open(s)
				if f == nil {
					continue
				}
				contenders++
				// What is made to be kept is made once.
				once := name == "Idle" || strings.HasPrefix(name, "Keep")
				got := content(t, s.Name, f, once)
				if s.Name == ours {
					want = got
				}
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Errorf("%s has other content than krtkit (-krtkit +%s):\n%s", s.Name, s.Name, diff)
				}
			}
			if contenders < 2 || len(want) == 0 {
				t.Errorf("%d contenders, and krtkit has %d objects in the end: nothing was compared", contenders, len(want))
			}
		})
	}
}

// TestFill_projectionsHaveTheSamePods compares what only krtkit can with what it does by default.
func TestFill_projectionsHaveTheSamePods(t *testing.T) {
	server, end, err := kubecache.Serve(30)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	fill := suites()[0].Fill
	want := content(t, ours, given2(fill, server, scenario.Default), true)
	for _, shape := range []scenario.Shape{scenario.Projected, scenario.Placed} {
		if diff := gocmp.Diff(want, content(t, ours, given2(fill, server, shape), true)); diff != "" {
			t.Errorf("shape %v has other pods than the default (-default +it):\n%s", shape, diff)
		}
	}
}

// TestNumbers_areMeasured looks at what scenarios measure besides time.
func TestNumbers_areMeasured(t *testing.T) {
	load := scenario.ReadLoad{Pods: 200, Writes: 1000, Each: 2 * time.Millisecond}
	const delay = 2 * time.Millisecond
	for _, s := range suites() {
		if s.Ready == nil {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			ready := s.Ready(7, delay)
			took := ready.Do(1)
			n := ready.Numbers()
			ready.Close()
			if slowest := time.Duration(n[kubecache.Slowest]); slowest < delay || slowest > took {
				t.Errorf("the slowest list took %v of %v, with a delay of %v", slowest, took, delay)
			}
			if n[kubecache.Requests] < 7 {
				t.Errorf("%v requests of 7 informers", n[kubecache.Requests])
			}

			reads := s.CacheReads(load)
			reads.Do(1)
			n = reads.Numbers()
			reads.Close()
			want := []string{kubecache.Written, kubecache.Behind}
			for _, kind := range []string{kubecache.Get, kubecache.List, kubecache.Select, kubecache.Lookup} {
				want = append(want, kind, kind+kubecache.Quiet)
			}
			for _, name := range want {
				if n[name] <= 0 {
					t.Errorf("%s is %v", name, n[name])
				}
			}
			if n[kubecache.Written] > 1.5*float64(load.Writes) {
				t.Errorf("%v writes a second, want about %v", n[kubecache.Written], load.Writes)
			}
		})
	}
}

// content performs a few operations and returns what is there in the end. It checks that
// nothing goes on after that.
func content(t *testing.T, who string, open func() scenario.Case, once bool) []scenario.Object {
	t.Helper()
	before := runtime.NumGoroutine()
	c := open()
	took := c.Do(1)
	if !once {
		took = c.Do(3)
	}
	if took < 0 {
		t.Errorf("%s: an operation took %v", who, took)
	}
	got := c.Content()
	slices.SortFunc(got, func(a, b scenario.Object) int { return cmp.Compare(a.Name, b.Name) })
	if c.Counters != nil {
		c.Counters()
	}
	c.Close()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return got
		}
		time.Sleep(time.Millisecond) // those of Istio and of the API server cannot be waited for
	}
	t.Errorf("%s: %d goroutines after Close, %d before", who, runtime.NumGoroutine(), before)
	return got
}

func TestRun_measuresEveryRow(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds: not with -short")
	}
	var out strings.Builder
	met, err := run([]string{"-quick", "-json"}, &out, io.Discard)
	if err != nil || !met {
		t.Fatalf("run = %v, %v: a quick run misses nothing", met, err)
	}
	var lines []line
	if err := json.Unmarshal([]byte(out.String()), &lines); err != nil {
		t.Fatal(err)
	}
	for _, r := range allRows() {
		if !slices.ContainsFunc(lines, func(l line) bool { return l.Row == r.id && len(l.Values) > 0 }) {
			t.Errorf("row %s has no line with values", r.id)
		}
	}
	for i := range 20 {
		id := fmt.Sprint("B", i+1)
		if !slices.ContainsFunc(lines, func(l line) bool { return l.Row == id }) {
			t.Errorf("there is no row %s", id)
		}
	}
}

func TestRun_unknownNames(t *testing.T) {
	for _, args := range [][]string{{"-only", "B1,B99"}, {"-by", "krtkit,B99"}} {
		if _, err := run(args, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), `no "B99"`) {
			t.Errorf("run(%q) = %v, want an error that names B99", args, err)
		}
	}
}

func TestRun_someContendersOfOneRow(t *testing.T) {
	dir := t.TempDir()
	cpu, allocs := filepath.Join(dir, "cpu"), filepath.Join(dir, "allocs")
	var out strings.Builder
	met, err := run([]string{"-quick", "-only", "B2", "-by", "krtkit,statedb", "-cpuprofile", cpu, "-memprofile", allocs}, &out, io.Discard)
	if err != nil || !met {
		t.Fatalf("run = %v, %v", met, err)
	}
	for _, name := range []string{cpu, allocs} {
		if info, err := os.Stat(name); err != nil || info.Size() == 0 {
			t.Errorf("profile %s: %v, %v", filepath.Base(name), info, err)
		}
	}
	if got := out.String(); !strings.Contains(got, "statedb") || strings.Contains(got, "client-go") || strings.Contains(got, "B3") {
		t.Errorf("B2 by krtkit and statedb prints\n%s", got)
	}
}

func TestAdd_judges(t *testing.T) {
	values := map[string][]float64{ours: {10, 20, 30}, theirs: {80, 170, 250}}
	for _, tt := range []struct {
		name   string
		target target
		missed bool
	}{
		{"none", none(), false},
		{"fast enough", faster(8), false},
		{"not fast enough", faster(9), true},
		{"a part", fraction("⅛", 0.125), false},
		{"not a part", fraction("⅒", 0.1), true},
		{"little enough", atMost(20, count), false},
		{"too much", atMost(19, count), true},
		{"enough", atLeast(20), false},
		{"too little", atLeast(21), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := &harness{row: "B0", judge: true}
			h.add("something", count, values, tt.target, "")
			if got := h.lines[0]; got.Missed != tt.missed || got.Values[ours] != 20 || got.Ratios[theirs] != 250.0/30 {
				t.Errorf("add = %+v, want Missed %v, 20 of ours and a ratio of %v", got, tt.missed, 250.0/30)
			}
		})
	}
}

func TestUnit_format(t *testing.T) {
	for _, tt := range []struct {
		unit unit
		in   float64
		want string
	}{
		{nanoseconds, 0, "0 ns"},
		{nanoseconds, 12.34, "12.3 ns"},
		{nanoseconds, 1234, "1.23 µs"},
		{nanoseconds, 2e9, "2 s"},
		{bytes, 5 << 20, "5 MiB"},
		{count, 481622, "481,622"},
		{count, 1303, "1303"},
		{count, 12, "12"},
		{times, 3.789, "3.79×"},
		{percent, -0.5, "-0.50 %"},
	} {
		if got := tt.unit.format(tt.in); got != tt.want {
			t.Errorf("%q.format(%v) = %q, want %q", string(tt.unit), tt.in, got, tt.want)
		}
	}
}

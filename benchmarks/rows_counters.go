// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"time"

	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func counterRows() []row {
	return []row{{"B19", "the above with counters read every second", measureCounters}}
}

func measureCounters(h *harness) {
	i := slices.IndexFunc(h.suites, func(s scenario.Suite) bool { return s.Name == ours })
	if i < 0 {
		return
	}
	s, objects := h.suites[i], scenario.Objects(h.size(20000))
	pairs, long := 20*h.rounds, 20*time.Millisecond
	if h.quick {
		pairs, long = 2, time.Millisecond
	}
	for _, c := range []struct {
		what string
		open func() scenario.Case
	}{
		{"B2", given(s.Update, objects)},
		{"B3", given2(s.Burst, objects, h.size(10000))},
		{"B6", given2(s.Select, h.size(500), h.size(5000))},
		{"B17", given(s.Chain, 10)},
		{"an update of 1,000 collections", given(s.Fan, h.size(1000))},
	} {
		more := measure.Beside(c.open, pairs, long, func(c scenario.Case) { c.Counters() })
		h.add(c.what+" with counters read every second: more time", percent,
			map[string][]float64{ours: {100 * more.Seconds()}}, atMost(2, percent), "")
	}
}

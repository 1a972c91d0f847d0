// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func graphRows() []row {
	return []row{
		{"B8", "diamonds stacked 1, 3, 6 deep, 100 updates: runs, top events", measureDiamonds},
		{"B11", "UpdateObject with 100 handlers, call to return", measureHandlers},
		{"B17", "chain of ten, one update end to end", measureChain},
	}
}

func measureDiamonds(h *harness) {
	updates := h.size(100)
	for _, depth := range []int{1, 3, 6} {
		r := h.compare(plan{rounds: 1, ops: updates, cold: true}, func(s scenario.Suite) func() scenario.Case { return given(s.Diamonds, depth) })
		runs := float64(3 * depth * updates)
		h.add(fmt.Sprintf("diamonds stacked %d deep, 100 updates: runs", depth), count, r.metric(measure.Runs),
			target{digits(runs), func(l line) bool { return l.Values[ours] == runs }}, "")
		h.add("events at the top", count, r.metric(measure.Events), atMost(float64(updates), count), "")
	}
}

func measureHandlers(h *harness) {
	r := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case { return given(s.Handlers, 100) })
	h.add("UpdateObject with 100 handlers, call to return", nanoseconds, r.metric(measure.Time), atMost(5000, nanoseconds), "")
}

func measureChain(h *harness) {
	r := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case { return given(s.Chain, 10) })
	h.add("chain of ten, one update end to end", nanoseconds, r.metric(measure.Time), atMost(20000, nanoseconds), "")
}

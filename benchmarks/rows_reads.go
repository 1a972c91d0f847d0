// SPDX-License-Identifier: Apache-2.0

package main

import (
	"time"

	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func readRows() []row {
	return []row{
		{"B12", "a reader's p99 while a batch of 50,000 commits", measureDuringCommit},
		{"B15", "join of 5 × 20,000, checked: List; GetKey", measureJoin},
	}
}

func measureDuringCommit(h *harness) {
	objects := scenario.Objects(h.size(50000))
	r := h.compare(plan{ops: 3}, func(s scenario.Suite) func() scenario.Case { return given(s.DuringCommit, objects) })
	h.add("a reader's p99 while a batch of 50,000 commits", nanoseconds, r.metric(measure.Time), target{
		"< " + nanoseconds.format(float64(time.Millisecond)),
		func(l line) bool { return l.Values[ours] < float64(time.Millisecond) },
	}, "")
}

func measureJoin(h *harness) {
	objects := h.size(20000)
	list := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case { return given2(s.JoinList, 5, objects) })
	h.add("join of 5 × 20,000, checked: List", nanoseconds, list.metric(measure.Time), atMost(5e6, nanoseconds), "")
	get := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case { return given2(s.JoinGet, 5, objects) })
	h.add("GetKey of the last member's", nanoseconds, get.metric(measure.Time), atMost(150, nanoseconds), "")
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func serverRows() []row {
	return []row{
		{"S1", "5,000 pods of an API server, an object of each", measureList},
		{"S2", "one pod update at an API server until the object made of it is told", measureWatch},
	}
}

func measureList(h *harness) {
	pods := h.size(5000)
	r := h.compare(plan{ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case { return given(s.List, pods) })
	h.add("5,000 pods of an API server: from nothing until there is an object of each", nanoseconds, r.metric(measure.Time), none(), "")
	h.add("heap for each pod and object", bytes, per(r.metric(measure.Heap), pods), none(), "")
}

func measureWatch(h *harness) {
	pods := h.size(5000)
	r := h.compare(plan{most: 5000}, func(s scenario.Suite) func() scenario.Case { return given(s.Watch, pods) })
	h.add("one pod update at the API server until the object made of it is told, 5,000 pods", nanoseconds, r.metric(measure.Time), none(), "")
}

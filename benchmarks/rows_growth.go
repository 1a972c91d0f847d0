// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"

	"github.com/krtkit/krtkit/benchmarks/engines/byhand"
	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func growthRows() []row {
	return []row{
		{"B20", "B1 at 1 k … 1 M objects: time and bytes per object", growObjects},
		{"G1", "one update of a source with 1 to 1,000 derived collections", growCollections},
		{"G2", "UpdateObject with 1 to 100 handlers, call to return", growHandlers},
		{"G3", "1 and 2 cores", growCores},
	}
}

func growObjects(h *harness) {
	took, allocated := map[string][]float64{}, map[string][]float64{}
	for _, n := range []int{1000, 10000, 100000, 1000000} {
		objects := scenario.Objects(h.size(n))
		p := plan{rounds: min(3, h.rounds), only: []string{ours, theirs, byhand.Name}}
		if n == 1000000 {
			p.rounds, p.ops, p.cold = min(2, h.rounds), 1, true
		}
		r := h.compare(p, func(s scenario.Suite) func() scenario.Case { return given(s.Sync, objects) })
		t, b := per(r.metric(measure.Time), len(objects)), per(r.metric(measure.Bytes), len(objects))
		h.add(fmt.Sprintf("B1 with %s objects, time per object", digits(float64(n))), nanoseconds, t, none(), "")
		h.add("allocated per object", bytes, b, none(), "")
		for name := range t {
			took[name] = append(took[name], slices.Min(t[name]))
			allocated[name] = append(allocated[name], slices.Min(b[name]))
		}
	}
	h.addFlat("time per object, slowest against fastest", took)
	h.addFlat("bytes per object, most against least", allocated)
}

func growCollections(h *harness) {
	for _, n := range []int{1, 10, 100, 1000} {
		r := h.compare(plan{rounds: min(3, h.rounds)}, func(s scenario.Suite) func() scenario.Case { return given(s.Fan, n) })
		h.add(fmt.Sprintf("one update to the handlers of derived collections, for each of %s", digits(float64(n))), nanoseconds,
			per(r.metric(measure.Time), n), none(), "")
	}
}

func growHandlers(h *harness) {
	for _, n := range []int{1, 10, 100} {
		r := h.compare(plan{rounds: min(3, h.rounds)}, func(s scenario.Suite) func() scenario.Case { return given(s.Handlers, n) })
		h.add(fmt.Sprintf("UpdateObject, call to return; handlers: %d", n), nanoseconds, r.metric(measure.Time), none(), "")
	}
}

func growCores(h *harness) {
	objects := scenario.Objects(h.size(20000))
	sync := h.onProcs(plan{ops: 1}, func(s scenario.Suite) func() scenario.Case { return given(s.Sync, objects) })
	h.add("B1, 2 cores against 1", times, sync, none(), "")
	burst := h.onProcs(plan{ops: 1}, func(s scenario.Suite) func() scenario.Case { return given2(s.Burst, objects, h.size(10000)) })
	h.add("B3, 2 cores against 1", times, burst, none(), "")
}

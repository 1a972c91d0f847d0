// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func memoryRows() []row {
	return []row{
		{"B13", "1,000 collections × 5 fetched dependencies, idle: goroutines, heap", measureIdle},
		{"B14", "bytes kept per object, 1:1, 100,000 objects: no Fetch / FilterKey / FilterIndex", measureKeep},
	}
}

func measureIdle(h *harness) {
	n := h.size(1000)
	r := h.compare(plan{rounds: 1, ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case { return given2(s.Idle, n, 5) })
	h.add("1,000 collections × 5 fetched dependencies, idle: goroutines", count, r.metric(measure.Goroutines), atMost(10, count), "")
	h.add("heap", bytes, r.metric(measure.Heap), atMost(5<<20, bytes), "")
}

func measureKeep(h *harness) {
	objects := scenario.Objects(h.size(100000))
	for _, k := range []struct {
		what string
		by   scenario.Filter
		most float64
	}{
		{"bytes kept per object, 1:1, 100,000 objects: no Fetch", scenario.NoFetch, 250},
		{"a FilterKey each", scenario.ByKey, 300},
		{"a FilterIndex each", scenario.ByIndex, 320},
	} {
		r := h.compare(plan{rounds: 3, ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case {
			return keep(s, objects, k.by)
		})
		h.add(k.what, bytes, per(r.metric(measure.Heap), len(objects)), atMost(k.most, bytes), "")
	}
}

// keep leaves those out who would have to fetch and cannot.
func keep(s scenario.Suite, objects []scenario.Object, by scenario.Filter) func() scenario.Case {
	if by != scenario.NoFetch && s.KeyMiss == nil {
		return nil
	}
	return given2(s.Keep, objects, by)
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime"
	"slices"
	"time"

	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func pipelineRows() []row {
	return []row{
		{"B1", "20,000 objects, static → derived → index: time to synced", measureSync},
		{"B2", "one update to handler, 20,000 objects", measureUpdate},
		{"B3", "10,000 updates in a burst", measureBurst},
		{"B16", "50,000 inputs × 20 µs of CPU, initial sync", measureWork},
	}
}

func measureSync(h *harness) {
	objects := scenario.Objects(h.size(20000))
	r := h.compare(plan{rounds: 3 * h.rounds, ops: 1}, func(s scenario.Suite) func() scenario.Case {
		return given(s.Sync, objects)
	})
	h.add("20,000 objects, static → derived → index: time to synced", nanoseconds, r.metric(measure.Time), faster(8), "")
	h.add("allocations of that", count, r.metric(measure.Allocs), fraction("¼", 0.25), "")
}

func measureUpdate(h *harness) {
	objects := scenario.Objects(h.size(20000))
	r := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case { return given(s.Update, objects) })
	h.add("one update to handler, 20,000 objects", nanoseconds, r.metric(measure.Time), faster(4), "")
	h.add("allocations of that", count, r.metric(measure.Allocs), atMost(8, count), "")
}

func measureBurst(h *harness) {
	objects, updates := scenario.Objects(h.size(20000)), h.size(10000)
	r := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case { return given2(s.Burst, objects, updates) })
	h.add("10,000 updates in a burst, each", nanoseconds, per(r.metric(measure.Time), updates), faster(8), "")
}

func measureWork(h *harness) {
	objects, units := scenario.Objects(h.size(50000)), scenario.UnitsOf(20*time.Microsecond)
	work := func(s scenario.Suite) func() scenario.Case { return given2(s.Work, objects, units) }
	speedup := h.onProcs(plan{ops: 1, cold: true}, work)
	h.add("50,000 inputs × 20 µs of CPU, initial sync: 2 cores against 1", times, speedup, atLeast(1.8), "")
}

// onProcs measures on one processor and on two, in turn, and returns how many times less
// two need. It compares the fastest of each: what others do on the machine slows down
// two more than one.
func (h *harness) onProcs(p plan, open func(s scenario.Suite) func() scenario.Case) map[string][]float64 {
	one, two := h.inTurn(p, limited(1, open), limited(2, open))
	gain := map[string][]float64{}
	for name, v := range one {
		gain[name] = []float64{slices.Min(v) / slices.Min(two[name])}
	}
	return gain
}

// inTurn measures the time of two variants of a scenario, one after the other in each
// round.
func (h *harness) inTurn(p plan, first, second func(s scenario.Suite) func() scenario.Case) (a, b map[string][]float64) {
	a, b = map[string][]float64{}, map[string][]float64{}
	p.rounds = 1
	for range h.rounds {
		for name, v := range h.compare(p, first).metric(measure.Time) {
			a[name] = append(a[name], v...)
		}
		for name, v := range h.compare(p, second).metric(measure.Time) {
			b[name] = append(b[name], v...)
		}
	}
	return a, b
}

// limited opens cases that run on so many processors.
func limited(procs int, open func(s scenario.Suite) func() scenario.Case) func(s scenario.Suite) func() scenario.Case {
	return func(s scenario.Suite) func() scenario.Case {
		f := open(s)
		if f == nil {
			return nil
		}
		return func() scenario.Case {
			before := runtime.GOMAXPROCS(procs)
			c := f()
			end := c.Close
			c.Close = func() {
				end()
				runtime.GOMAXPROCS(before)
			}
			return c
		}
	}
}

// given returns what opens a scenario, or nil if there is none.
func given[A any](f func(A) scenario.Case, a A) func() scenario.Case {
	if f == nil {
		return nil
	}
	return func() scenario.Case { return f(a) }
}

// given2 is given for scenarios with two parameters.
func given2[A, B any](f func(A, B) scenario.Case, a A, b B) func() scenario.Case {
	if f == nil {
		return nil
	}
	return func() scenario.Case { return f(a, b) }
}

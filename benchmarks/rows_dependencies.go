// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func dependencyRows() []row {
	return []row{
		{"B4", "inputs each with its own FilterLabel; a change that matches none", measureLabelMiss},
		{"B5", "20,000 FilterKey inputs and one unfiltered reader; one change", measureReader},
		{"B6", "500 services select 5,000 pods by FilterLabel, no index; one pod update to its handler", measureSelect},
		{"B7", "500 policies × 10,000 pods, FilterIndex + FilterLabel, burst of 1,000 pod updates", measurePolicies},
		{"B9", "10,000 updates of a dependency while a run takes 1 ms", measureSlow},
		{"B10", "an index bucket of 50,000, 1,000 updates, a consumer that counts it", measureBucket},
		{"B18", "FilterKey secondary change that matches nothing", measureKeyMiss},
	}
}

func measureLabelMiss(h *harness) {
	flat := map[string][]float64{}
	for _, n := range []int{1000, 10000, 100000} {
		inputs := h.size(n)
		r := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case { return given(s.LabelMiss, inputs) })
		took := r.metric(measure.Time)
		h.add(fmt.Sprintf("%s inputs with a FilterLabel each, a change that matches none", digits(float64(n))),
			nanoseconds, took, atMost(2000, nanoseconds), "")
		for name, v := range took {
			flat[name] = append(flat[name], slices.Min(v))
		}
	}
	h.addFlat("the same, slowest against fastest", flat)
}

// addFlat adds a line that says how many times the largest value is the smallest one.
// The values are those of the fastest rounds, as the sizes are not measured in turn.
func (h *harness) addFlat(what string, values map[string][]float64) {
	spread := map[string][]float64{}
	for name, v := range values {
		spread[name] = []float64{slices.Max(v) / slices.Min(v)}
	}
	h.add(what, times, spread, target{"≤ 1.5×", func(l line) bool { return l.Values[ours] <= 1.5 }}, "")
}

func measureKeyMiss(h *harness) {
	inputs := h.size(20000)
	r := h.compare(plan{most: 50000}, func(s scenario.Suite) func() scenario.Case { return given(s.KeyMiss, inputs) })
	h.add("20,000 FilterKey inputs, changes that match nothing, each", nanoseconds, r.metric(measure.Time),
		target{"no slower", func(l line) bool { return l.Ratios[theirs] >= 1 }}, "")
}

func measureReader(h *harness) {
	keyed := h.size(20000)
	reader := func(keyed int) func(s scenario.Suite) func() scenario.Case {
		return func(s scenario.Suite) func() scenario.Case { return given(s.Reader, keyed) }
	}
	alone, all := h.inTurn(plan{}, reader(0), reader(keyed))
	more := map[string][]float64{}
	for name := range all {
		for i := range all[name] {
			more[name] = append(more[name], all[name][i]-alone[name][i])
		}
	}
	h.add("one change that an unfiltered reader of 100 objects sees", nanoseconds, alone, none(), "")
	h.add("the same beside 20,000 FilterKey inputs", nanoseconds, all, none(), "")
	h.add("what these inputs add", nanoseconds, more, atMost(5000, nanoseconds), "")
}

func measureSelect(h *harness) {
	services, pods := h.size(500), h.size(5000)
	r := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case { return given2(s.Select, services, pods) })
	h.add("500 services select 5,000 pods by FilterLabel, no index; one pod update to its handler", nanoseconds, r.metric(measure.Time), faster(100), "")
}

func measurePolicies(h *harness) {
	full := h.compare(plan{rounds: 3, ops: 1, only: []string{ours}}, func(s scenario.Suite) func() scenario.Case {
		return policies(s, h.size(500), h.size(10000), h.size(1000))
	})
	h.add("500 policies × 10,000 pods, FilterIndex + FilterLabel, burst of 1,000 pod updates, until quiet", nanoseconds,
		full.metric(measure.Time), atMost(float64(2*time.Second), nanoseconds), "")
	small := h.compare(plan{rounds: 1, ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case {
		return policies(s, h.size(50), h.size(1000), h.size(100))
	})
	h.add("the same at a tenth of each: 50 × 1,000, 100 updates", nanoseconds, small.metric(measure.Time), none(),
		"Istio's krt needs some 1,000 times as long for the full size, which is why it is not measured")
}

func policies(s scenario.Suite, policies, pods, updates int) func() scenario.Case {
	if s.Policies == nil {
		return nil
	}
	return func() scenario.Case { return s.Policies(policies, pods, updates) }
}

func measureSlow(h *harness) {
	updates := h.size(10000)
	run := time.Millisecond
	r := h.compare(plan{rounds: 1, ops: updates, cold: true}, func(s scenario.Suite) func() scenario.Case { return given(s.Slow, run) })
	elapsed := per(r.metric(measure.Time), 1/float64(updates))
	h.add("one input, 10,000 updates of its one dependency while a run takes 1 ms: runs", count, r.metric(measure.Runs),
		target{"≤ elapsed ms + 2", func(l line) bool { return l.Values[ours] <= elapsed[ours][0]/float64(run)+2 }}, "")
	h.add("elapsed until quiet", nanoseconds, elapsed, none(), "")
}

func measureBucket(h *harness) {
	pods, updates := h.size(50000), h.size(1000)
	burst := h.compare(plan{rounds: 2, ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case { return given2(s.BucketBurst, pods, updates) })
	h.add("an index bucket of 50,000, 1,000 updates, a consumer that counts it, until quiet", nanoseconds, burst.metric(measure.Time), faster(50), "")
	each := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case { return given(s.Bucket, pods) })
	h.add("one update until it has been counted", nanoseconds, each.metric(measure.Time), none(), "")
}

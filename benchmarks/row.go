// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/krtkit/krtkit/benchmarks/engines/apiserver"
	"github.com/krtkit/krtkit/benchmarks/engines/byhand"
	"github.com/krtkit/krtkit/benchmarks/engines/clientgo"
	"github.com/krtkit/krtkit/benchmarks/engines/istio"
	"github.com/krtkit/krtkit/benchmarks/engines/krtkit"
	"github.com/krtkit/krtkit/benchmarks/engines/kubecache"
	"github.com/krtkit/krtkit/benchmarks/engines/statedb"
	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// row is a row of the design's table, or another one of the same kind. It adds any
// number of lines.
type row struct {
	id, title string
	measure   func(h *harness)
}

// number returns the number in the name.
func (r row) number() int {
	n, err := strconv.Atoi(r.id[1:])
	if err != nil {
		panic(fmt.Sprintf("row %q: the name must be a letter and a number: %v", r.id, err))
	}
	return n
}

// line is one thing that was measured.
type line struct {
	Row  string `json:"row"`
	What string `json:"what"`
	Unit unit   `json:"unit"`
	// Values has the median of each contender.
	Values map[string]float64 `json:"values"`
	// Ratios has how many times its value is ours, for each of the others.
	Ratios map[string]float64 `json:"ratios,omitempty"`
	Target string             `json:"target,omitempty"`
	Missed bool               `json:"missed,omitempty"`
	Note   string             `json:"note,omitempty"`
}

// The contenders that targets speak of.
const (
	ours   = "krtkit"
	theirs = "Istio"
)

func suites() []scenario.Suite {
	krt := krtkit.Suite()
	krt.Server = apiserver.Krt().Server
	all := []scenario.Suite{krt, istio.Suite(), byhand.Suite(), clientgo.Suite(), statedb.Suite(), apiserver.ControllerRuntime()}
	for _, k := range kubecache.Suites() {
		i := slices.IndexFunc(all, func(s scenario.Suite) bool { return s.Name == k.Name })
		all[i].Kube = k.Kube
	}
	return all
}

func allRows() []row {
	rows := slices.Concat(pipelineRows(), dependencyRows(), graphRows(), readRows(), memoryRows(), growthRows(), counterRows(), serverRows(), kubeRows(), weightRows())
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.id[0], b.id[0]), cmp.Compare(a.number(), b.number()))
	})
	return rows
}

// harness measures rows and collects their lines.
type harness struct {
	suites []scenario.Suite
	rounds int
	budget time.Duration
	quick  bool // measure little
	judge  bool // say what misses its target
	cold   bool // build programs with an empty cache
	row    string
	lines  []line
}

// newHarness returns one that judges if those take part that targets speak of.
func newHarness(suites []scenario.Suite, rounds int, budget time.Duration) *harness {
	takesPart := func(name string) bool {
		return slices.ContainsFunc(suites, func(s scenario.Suite) bool { return s.Name == name })
	}
	return &harness{suites: suites, rounds: rounds, budget: budget, judge: takesPart(ours) && takesPart(theirs)}
}

func (h *harness) run(r row) {
	h.row = r.id
	r.measure(h)
}

// size returns a number of objects, or a small one if it is only to be seen that
// everything works.
func (h *harness) size(n int) int {
	if h.quick {
		return min(n, max(10, n/100))
	}
	return n
}

// plan is what contenders are measured with.
type plan struct {
	rounds int // those of the harness if 0
	ops    int // as many as fit into the budget if 0
	most   int // no more than so many if not 0
	cold   bool
	only   []string // contenders; all that can express the scenario if nil
}

// results has the samples of each contender.
type results map[string][]measure.Sample

// compare measures the contenders for which open returns something.
func (h *harness) compare(p plan, open func(s scenario.Suite) func() scenario.Case) results {
	if p.rounds == 0 || h.quick {
		p.rounds = h.rounds
	}
	if h.quick && p.ops == 0 {
		p.most = 3
	}
	var contenders []measure.Contender
	for _, s := range h.suites {
		if p.only != nil && !slices.Contains(p.only, s.Name) {
			continue
		}
		if f := open(s); f != nil {
			contenders = append(contenders, measure.Contender{Name: s.Name, Open: f, Ops: p.ops, Most: p.most, Cold: p.cold})
		}
	}
	r := results{}
	for i, samples := range measure.InTurn(p.rounds, h.budget, contenders...) {
		r[contenders[i].Name] = samples
	}
	return r
}

// metrics returns a metric of every sample of every contender.
func (r results) metric(m measure.Metric) map[string][]float64 {
	out := map[string][]float64{}
	for name, samples := range r {
		out[name] = measure.Each(samples, m)
	}
	return out
}

// add makes a line of values that were measured in turn, and judges it.
func (h *harness) add(what string, u unit, values map[string][]float64, t target, note string) {
	l := line{Row: h.row, What: what, Unit: u, Values: map[string]float64{}, Ratios: map[string]float64{}, Target: t.text, Note: note}
	for name, v := range values {
		l.Values[name] = measure.Median(v)
		if name != ours {
			if ratio := measure.Ratio(v, values[ours]); ratio > 0 {
				l.Ratios[name] = ratio
			}
		}
	}
	switch {
	case !h.judge:
		l.Target = ""
	case t.met != nil:
		l.Missed = !t.met(l)
	}
	if len(l.Values) == 0 {
		return // of those who can, nobody takes part
	}
	h.lines = append(h.lines, l)
}

// per divides all values.
func per[N int | float64](values map[string][]float64, n N) map[string][]float64 {
	for _, v := range values {
		for i := range v {
			v[i] /= float64(n)
		}
	}
	return values
}

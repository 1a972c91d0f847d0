// SPDX-License-Identifier: Apache-2.0

package krtmetrics

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/krtkit/krtkit/krt"
)

// Registry is what metrics are registered with. It has no types of its own, so that
// packages can satisfy it without knowing this one.
type Registry interface {
	// Observed registers a metric whose values are asked for whenever metrics are
	// collected: observe calls yield once for each series. The values of a cumulative
	// metric only grow. Labels belong to the registry. observe is safe for concurrent
	// use and does not block.
	//
	// The returned function takes the metric away and may be called once. It is an
	// error if there is a metric with the name already.
	Observed(name, description string, cumulative bool, observe func(yield func(value float64, labels map[string]string))) (unregister func(), err error)
}

// metric is one thing that is known of each collection.
type metric struct {
	name, description string
	cumulative        bool
	largest           bool // of several collections the largest value counts, not the sum
	value             func(c *krt.CollectionInfo) float64
}

func metrics() []metric {
	count := func(f func(c *krt.Counters) uint64) func(*krt.CollectionInfo) float64 {
		return func(c *krt.CollectionInfo) float64 { return float64(f(&c.Counters)) }
	}
	number := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	return []metric{
		{name: "krt_collections", description: "Collections that were made and not stopped.", value: func(*krt.CollectionInfo) float64 { return 1 }},
		{name: "krt_collections_synced", description: "Collections whose first complete state is there.", value: func(c *krt.CollectionInfo) float64 { return number(c.Synced) }},
		{name: "krt_objects", description: "Objects in the collection.", value: func(c *krt.CollectionInfo) float64 { return float64(c.Objects) }},
		{name: "krt_handlers", description: "Handlers that are registered with the collection.", value: func(c *krt.CollectionInfo) float64 { return float64(c.Handlers) }},
		{name: "krt_handler_backlog", description: "Commits that the slowest handler has not been told yet.", largest: true, value: func(c *krt.CollectionInfo) float64 { return float64(c.Backlog) }},
		{name: "krt_commits_total", description: "Changes of the collection's content.", cumulative: true, value: count(func(c *krt.Counters) uint64 { return c.Commits })},
		{name: "krt_changes_total", description: "Objects that were added, updated and deleted.", cumulative: true, value: count(func(c *krt.Counters) uint64 { return c.Changes })},
		{name: "krt_runs_total", description: "Times that the collection was brought up to date.", cumulative: true, value: count(func(c *krt.Counters) uint64 { return c.Runs })},
		{name: "krt_runs_given_up_total", description: "Runs that had to be begun anew because what they had read changed.", cumulative: true, value: count(func(c *krt.Counters) uint64 { return c.GivenUp })},
		{name: "krt_calls_total", description: "Calls of the transformation.", cumulative: true, value: count(func(c *krt.Counters) uint64 { return c.Calls })},
		{name: "krt_idle_calls_total", description: "Calls of the transformation that changed nothing.", cumulative: true, value: count(func(c *krt.Counters) uint64 { return c.Idle })},
		{name: "krt_panics_total", description: "Panics that were contained.", cumulative: true, value: count(func(c *krt.Counters) uint64 { return c.Panics })},
		{name: "krt_run_seconds_total", description: "Time that the runs took together; an estimate.", cumulative: true, value: func(c *krt.CollectionInfo) float64 { return c.Counters.Busy.Seconds() }},
	}
}

// Register registers krt's metrics for the collections of a handler. The returned
// function takes them away. On an error nothing stays registered.
func Register(r Registry, handler *krt.DebugHandler) (unregister func(), err error) {
	var undo []func()
	unregister = func() {
		for _, f := range slices.Backward(undo) {
			f()
		}
	}
	graphs := &graphs{handler: handler}
	for _, m := range metrics() {
		e := &exporter{metric: m, graphs: graphs, gone: map[series]float64{}, last: map[uint64]reading{}}
		f, err := r.Observed(m.name, m.description, m.cumulative, e.observe)
		if err != nil {
			unregister()
			return nil, fmt.Errorf("krtmetrics: metric %s: %w", m.name, err)
		}
		if f == nil {
			unregister()
			return nil, fmt.Errorf("krtmetrics: metric %s: %w", m.name, errNoUnregister)
		}
		undo = append(undo, f)
	}
	return unregister, nil
}

var errNoUnregister = errors.New("the registry returned no function that takes it away")

// graphs describes the collections once for all metrics of a scrape.
type graphs struct {
	handler *krt.DebugHandler
	mu      sync.Mutex
	at      time.Time
	graph   krt.Graph
}

// fresh is how long a description is good for.
const fresh = 100 * time.Millisecond

func (g *graphs) now() krt.Graph {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now := time.Now(); g.at.IsZero() || now.Sub(g.at) > fresh {
		g.graph, g.at = g.handler.Describe(), now
	}
	return g.graph
}

// series is what tells the values of a metric apart.
type series struct {
	name, kind string
}

// reading is the last value of a collection.
type reading struct {
	series series
	value  float64
}

// exporter shows one metric.
type exporter struct {
	metric metric
	graphs *graphs

	mu   sync.Mutex
	last map[uint64]reading // by collection
	gone map[series]float64 // what collections did that were stopped since
}

func (e *exporter) observe(yield func(value float64, labels map[string]string)) {
	values, order := e.values(e.graphs.now())
	for _, s := range order {
		yield(values[s], map[string]string{"collection": s.name, "kind": s.kind})
	}
}

// values returns the value of each series, and the series in the order of their first
// collections.
func (e *exporter) values(g krt.Graph) (values map[series]float64, order []series) {
	e.mu.Lock()
	defer e.mu.Unlock()
	values = map[series]float64{}
	live := map[uint64]reading{}
	for i := range g.Collections {
		c := &g.Collections[i]
		if c.Stopped {
			continue
		}
		s, v := series{c.Name, c.Kind}, e.metric.value(c)
		live[c.ID] = reading{s, v}
		old, known := values[s]
		switch {
		case !known:
			order = append(order, s)
			values[s] = v
		case e.metric.largest:
			values[s] = max(old, v)
		default:
			values[s] = old + v
		}
	}
	if e.metric.cumulative {
		for id, r := range e.last {
			if _, ok := live[id]; !ok {
				e.gone[r.series] += r.value
			}
		}
		for s := range e.gone {
			if _, ok := values[s]; ok {
				values[s] += e.gone[s]
			} else {
				delete(e.gone, s)
			}
		}
		e.last = live
	}
	return values, order
}

// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Observed makes a metric whose series are all asked for whenever metrics are collected:
// observe calls yield once for each of them. The metric is a sum if it is cumulative, its
// values then only grow, and a gauge otherwise. Values that are yielded for the same
// labels are added up. observe is called with no lock held, perhaps several times at
// once, and must not keep yield. While it panics the metric is not shown.
//
// The returned function takes the metric away; more calls of it do nothing. It is an
// error if the name is none, or if there is a metric with it already.
//
// The method is what package krt/krtmetrics registers its metrics with.
func (r *Registry) Observed(name, description string, cumulative bool, observe func(yield func(value float64, labels map[string]string))) (unregister func(), err error) {
	def := MetricDefinition{Name: name, Type: gaugeType, Description: description}
	if cumulative {
		def.Type = sumType
	}
	if err := checkName(name); err != nil {
		return nil, fmt.Errorf("monitoring: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.families[ExportedName(name)]; f != nil {
		return nil, fmt.Errorf("monitoring: metric %q: there is metric %q, which is shown as %s too", name, f.name, f.exported)
	}
	if err := r.checkCollisions(def, ExportedName(name)); err != nil {
		return nil, fmt.Errorf("monitoring: %w", err)
	}
	f := newFamily(def, newOptions(nil))
	f.observe, f.start = observe, time.Now()
	r.definitions[name] = def
	r.addFamily(f)
	return func() { r.remove(f) }, nil
}

// remove takes away the metric of Observed.
func (r *Registry) remove(f *family) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.families[f.exported] != f {
		return
	}
	delete(r.families, f.exported)
	delete(r.definitions, f.name)
	r.sorted = slices.DeleteFunc(slices.Clone(r.sorted), func(other *family) bool { return other == f })
}

// readings returns what f.observe yields, sorted.
func (f *family) readings() (all []constant) {
	byKey := map[string]constant{}
	limit := f.layout.Load().maxSeries
	defer func() {
		if p := recover(); p != nil {
			f.panicked(p)
			all = nil
		}
	}()
	f.observe(func(value float64, labels map[string]string) {
		tags := make([]LabelValue, 0, len(labels))
		for _, k := range slices.Sorted(maps.Keys(labels)) {
			tags = append(tags, CreateLabel(k).Value(labels[k]))
		}
		shown, repaired := pairs(tags, f.kind())
		key := keyOf(shown)
		c, ok := byKey[key]
		switch {
		case f.kind() == sumType && !finite(value):
			f.problem(f.name, rejectedValue)
			return
		case !ok && limit > 0 && len(byKey) >= limit:
			f.problem(f.name, overflowed)
			return
		case repaired:
			f.problem(f.name, repairedLabel)
		}
		byKey[key] = constant{family: f, labels: shown, start: f.start, value: c.value + value}
	})
	return slices.SortedFunc(maps.Values(byKey), func(a, b constant) int { return inOrder(a.labels, b.labels) })
}

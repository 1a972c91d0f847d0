// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"fmt"
	"hash/maphash"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Registry is a set of metrics, told apart by their names. It is a
// prometheus.Collector of all of them, those that are made later too; it describes none
// of them in advance. All methods are safe for concurrent use.
type Registry struct {
	seed maphash.Seed

	mu          sync.Mutex
	families    map[string]*family                      // guarded by mu; by exported name
	sorted      []*family                               // guarded by mu; by exported name, never changed in place
	instruments map[string]*instrument                  // guarded by mu; by name
	definitions map[string]MetricDefinition             // guarded by mu; by name
	hooks       map[string]*atomic.Pointer[RecordHook]  // guarded by mu; by name of a metric
	exporters   map[prometheus.Registerer]*registration // guarded by mu: those that collect from here
	views       []View                                  // guarded by mu; never changed in place

	problems *instrument
}

// MetricDefinition describes a metric for documents.
type MetricDefinition struct {
	// Name is the name as it was given, see [ExportedName].
	Name string
	// Type is "Sum", "LastValue" or "Distribution".
	Type string
	// Description is the one that was given last.
	Description string
	// Bounds are the upper limits of a distribution's buckets, without the last one,
	// which has none; nil for other types.
	Bounds []float64
}

// instrument is a metric by the name that the program gave it. Several can have one
// exported name and so one family.
type instrument struct {
	name   string
	family *family
	hook   *atomic.Pointer[RecordHook]
	seed   maphash.Seed
	root   *handle
	// handles finds what With was asked for before, by a hash of the tags.
	handles cache[uint64, *handle]
}

// defaultRegistry is the registry of the process. Metrics are declared where they are
// used and shown in one place, so there is one set of them unless somebody wants more.
//
//nolint:gochecknoglobals // the registry that the package is about
var defaultRegistry = NewRegistry()

// DefaultRegistry returns the registry of metrics that are made without [WithRegistry].
func DefaultRegistry() *Registry {
	return defaultRegistry
}

// NewRegistry returns a registry without metrics. Nothing has to be done to end it.
func NewRegistry() *Registry {
	r := &Registry{
		seed:        maphash.MakeSeed(),
		families:    map[string]*family{},
		instruments: map[string]*instrument{},
		definitions: map[string]MetricDefinition{},
		hooks:       map[string]*atomic.Pointer[RecordHook]{},
		exporters:   map[prometheus.Registerer]*registration{},
	}
	problems := newFamily(MetricDefinition{
		Name: problemsName, Type: sumType,
		Description: "Things that could not be recorded or shown as they were meant, by metric and reason.",
	}, options{unit: None, maxSeries: DefaultMaxSeries})
	r.problems = r.add(problemsName, problems)
	return r
}

// ExportMetricDefinitions describes all metrics that were made in [DefaultRegistry],
// disabled ones too, sorted by name.
func ExportMetricDefinitions() []MetricDefinition {
	return defaultRegistry.ExportMetricDefinitions()
}

// ExportMetricDefinitions describes all metrics that were made in r, disabled ones too,
// sorted by name. The result is the caller's own.
func (r *Registry) ExportMetricDefinitions() []MetricDefinition {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := slices.Collect(maps.Values(r.definitions))
	for i := range all {
		all[i].Bounds = slices.Clone(all[i].Bounds)
	}
	slices.SortFunc(all, func(a, b MetricDefinition) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// define returns the instrument for a definition, and nil for one that is disabled. It
// panics if there cannot be such a metric.
func define(def MetricDefinition, opts []Options) *instrument {
	o := newOptions(opts)
	enabled := o.enabled == nil || o.enabled()
	in, warning, err := o.registry.define(def, o, enabled)
	if err != nil {
		panic("monitoring: " + err.Error())
	}
	if warning != "" {
		logger().Warn(warning, "metric", def.Name)
	}
	return in
}

func (r *Registry) define(def MetricDefinition, o options, enabled bool) (in *instrument, warning string, err error) {
	if err := checkName(def.Name); err != nil {
		return nil, "", err
	}
	if def.Bounds, err = checkBounds(def); err != nil {
		return nil, "", err
	}
	exported := ExportedName(def.Name)
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.families[exported]
	if f == nil {
		if err := r.checkCollisions(def, exported); err != nil {
			return nil, "", err
		}
	} else if warning, err = f.share(def); err != nil {
		return nil, "", err
	}
	r.definitions[def.Name] = def
	if !enabled {
		return nil, "", nil
	}
	if f == nil {
		f = newFamily(def, o)
	}
	if in = r.instruments[def.Name]; in == nil {
		in = r.add(def.Name, f)
	}
	return in, warning, nil
}

// add makes the instrument of that name. The registry is locked, or nobody else knows
// of it yet.
func (r *Registry) add(name string, f *family) *instrument {
	if r.families[f.exported] == nil {
		r.addFamily(f)
	}
	in := &instrument{name: name, family: f, hook: r.hookLocked(name), seed: r.seed}
	in.root = in.newHandle(nil)
	r.instruments[name] = in
	return in
}

// addFamily is add for the series of an exported name.
func (r *Registry) addFamily(f *family) {
	r.families[f.exported] = f
	f.apply(r.views)
	at, _ := slices.BinarySearchFunc(r.sorted, f.exported, func(f *family, name string) int { return strings.Compare(f.exported, name) })
	r.sorted = slices.Insert(slices.Clone(r.sorted), at, f)
	if f.name != problemsName { // it cannot count its own
		f.problem = r.problem
	}
}

func (r *Registry) hook(name string) *atomic.Pointer[RecordHook] {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hookLocked(name)
}

func (r *Registry) hookLocked(name string) *atomic.Pointer[RecordHook] {
	h := r.hooks[name]
	if h == nil {
		h = new(atomic.Pointer[RecordHook])
		r.hooks[name] = h
	}
	return h
}

// checkCollisions returns an error if one of two metrics is a distribution, whose
// series would have the name of the other.
func (r *Registry) checkCollisions(def MetricDefinition, exported string) error {
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		base, cut := strings.CutSuffix(exported, suffix)
		if f := r.families[base]; cut && f != nil && f.kind() == distributionType {
			return fmt.Errorf("metric %q is shown as %s, which is a part of distribution %q: rename one of them", def.Name, exported, f.name)
		}
		if f := r.families[exported+suffix]; f != nil && def.Type == distributionType {
			return fmt.Errorf("distribution %q is shown with %s, which is metric %q: rename one of them", def.Name, exported+suffix, f.name)
		}
	}
	return nil
}

// all returns the families by name.
func (r *Registry) all() []*family {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sorted
}

// logger is what this package writes to.
func logger() *slog.Logger {
	return slog.Default().With("scope", "monitoring")
}

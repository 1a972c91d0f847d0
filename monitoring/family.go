// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Kinds of metrics, by the names that definitions have for them.
const (
	sumType          = "Sum"
	gaugeType        = "LastValue"
	distributionType = "Distribution"
)

// family is all series of one exported name.
type family struct {
	name, exported string
	metricType     string
	unit           Unit
	bounds         []float64 // of a distribution, as it was defined
	description    string
	desc           *prometheus.Desc
	maxSeries      int           // as it was defined
	expiry         time.Duration // as it was defined
	problem        func(metric, reason string)
	warned         atomic.Bool // that there are too many series
	// layout is what a view can change; see view.go.
	layout atomic.Pointer[layout]
	// observe yields all series of the metric, which has none of its own then. Values
	// count since start.
	observe func(yield func(value float64, labels map[string]string))
	start   time.Time

	mu     sync.Mutex
	series map[string]*series // guarded by mu; by key
	// list has the series in the order in which they are shown, nil if it has to be made
	// anew. It is guarded by mu and never changed in place.
	list []*series
}

// newFamily returns a family without series.
func newFamily(def MetricDefinition, o options) *family {
	exported := ExportedName(def.Name)
	f := &family{
		name:        def.Name,
		exported:    exported,
		metricType:  def.Type,
		unit:        o.unit,
		bounds:      def.Bounds,
		description: strings.ToValidUTF8(def.Description, "\uFFFD"),
		desc:        prometheus.NewDesc(exported, strings.ToValidUTF8(def.Description, "\uFFFD"), nil, nil),
		maxSeries:   o.maxSeries,
		expiry:      o.expiry,
		problem:     func(string, string) {},
		series:      map[string]*series{},
	}
	f.layout.Store(f.defined())
	return f
}

func (f *family) kind() string { return f.metricType }

// share checks whether another metric can have the series of f, and says what of it is
// ignored then.
func (f *family) share(def MetricDefinition) (warning string, err error) {
	switch {
	case f.observe != nil:
		return "", fmt.Errorf("metric %q is shown as %s, and so is %q, which is observed: rename one of them", def.Name, f.exported, f.name)
	case def.Type != f.metricType:
		return "", fmt.Errorf("metric %q (%s) is shown as %s, and so is %q (%s): rename one of them", def.Name, def.Type, f.exported, f.name, f.metricType)
	case !slices.Equal(def.Bounds, f.bounds):
		return fmt.Sprintf("the metric is defined twice; the buckets %v of the first definition are used, not %v", f.bounds, def.Bounds), nil
	case def.Description != f.description:
		return fmt.Sprintf("the metric is defined twice; the description %q of the first definition is shown, not %q", f.description, def.Description), nil
	}
	return "", nil
}

// checkBounds returns the bounds of a distribution's buckets as they are used, in a
// slice of its own.
func checkBounds(def MetricDefinition) ([]float64, error) {
	if def.Type != distributionType {
		return nil, nil
	}
	if def.Bounds == nil {
		return []float64{0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000}, nil
	}
	bounds := slices.Clone(def.Bounds)
	if slices.ContainsFunc(bounds, math.IsNaN) {
		return nil, fmt.Errorf("distribution %q: bounds %v: NaN is no bound of a bucket", def.Name, def.Bounds)
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	if n := len(bounds); n > 0 && math.IsInf(bounds[n-1], 1) { // there always is such a bucket
		bounds = bounds[:n-1]
	}
	return bounds, nil
}

// get returns the series for tags, which it makes if there is none, or the overflow
// series if there are too many. One that is to have a function keeps all tags.
func (f *family) get(tags []LabelValue, function bool) *series {
	for {
		l := f.layout.Load()
		kept := tags
		if !function {
			kept = l.keeping(tags)
		}
		labels, repaired := pairs(kept, f.metricType)
		key := keyOf(labels)
		f.mu.Lock()
		if f.layout.Load() != l {
			f.mu.Unlock()
			continue
		}
		s, full := f.getLocked(key, labels, l)
		f.mu.Unlock()
		if full && f.warned.CompareAndSwap(false, true) {
			logger().Warn("the metric has too many series; what is recorded on more goes to one for all of them", "metric", f.name, "max", l.maxSeries)
		}
		if repaired && !full {
			f.problem(f.name, repairedLabel)
		}
		return s
	}
}

func (f *family) getLocked(key string, labels []*dto.LabelPair, l *layout) (s *series, full bool) {
	if s = f.series[key]; s != nil {
		return s, false
	}
	if l.maxSeries > 0 && len(f.series) >= l.maxSeries {
		full, key = true, overflowKey
		if s = f.series[key]; s != nil {
			return s, true
		}
		labels = []*dto.LabelPair{{Name: new(overflowLabel), Value: new("true")}}
	}
	s = &series{family: f, key: key, labels: labels, bounds: l.bounds, start: time.Now()}
	s.seen = s.start
	switch f.metricType {
	case sumType:
		s.exemplars = make([]atomic.Pointer[Exemplar], 1)
	case distributionType:
		s.buckets = make([]atomic.Uint64, len(l.bounds)+1)
		s.exemplars = make([]atomic.Pointer[Exemplar], len(l.bounds)+1)
	}
	f.series[key] = s
	f.list = nil
	return s, full
}

// overflow reports whether s is what is recorded on in place of too many series.
func (s *series) overflow() bool {
	return s.key == overflowKey
}

// current returns the series in the order in which they are shown, after removing those
// that have expired.
func (f *family) current(now time.Time) []*series {
	f.mu.Lock()
	defer f.mu.Unlock()
	if expiry := f.layout.Load().expiry; expiry > 0 {
		f.deleteLocked(func(s *series) bool { return s.expired(now, expiry) })
	}
	if f.list == nil {
		f.list = make([]*series, 0, len(f.series))
		for _, s := range f.series {
			f.list = append(f.list, s)
		}
		slices.SortFunc(f.list, func(a, b *series) int { return inOrder(a.labels, b.labels) })
	}
	return f.list
}

// expired reports whether s is to go because nothing was recorded for that long. Its
// state is changed at the same time, so that nothing is recorded in between.
func (s *series) expired(now time.Time, expiry time.Duration) bool {
	if s.function.Load() != nil {
		return false
	}
	if s.state.CompareAndSwap(fresh, idle) {
		s.seen = now
		return false
	}
	if now.Sub(s.seen) < expiry {
		return false
	}
	return s.state.CompareAndSwap(idle, deleted) || s.state.CompareAndSwap(unborn, deleted)
}

// delete removes the series that match and returns how many of them were shown.
func (f *family) delete(match func(*series) bool) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.deleteLocked(match)
}

func (f *family) deleteLocked(match func(*series) bool) (shown int) {
	for key, s := range f.series {
		if !match(s) {
			continue
		}
		if s.state.Swap(deleted) != unborn {
			shown++
		}
		delete(f.series, key)
		f.list = nil
	}
	return shown
}

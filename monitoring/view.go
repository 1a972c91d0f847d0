// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// View changes metrics that somebody else made: a program's author knows which metrics
// of the libraries in it are worth their series, and which sizes are to be told apart.
// Fields with their zero value leave a metric as it was made.
type View struct {
	// Name says which metrics are meant, by the names they were made with. An asterisk
	// stands for any characters.
	Name string
	// Drop hides the metrics. They still count, and are right when they are shown again.
	Drop bool
	// Bounds are the upper limits of a distribution's buckets; see [NewDistribution]. An
	// empty slice that is not nil leaves the one bucket without a limit.
	Bounds []float64
	// Labels are the ones that are kept. What is recorded on series that others tell
	// apart becomes one series. An empty slice that is not nil keeps none. Functions of
	// derived gauges, and what is observed, keep their labels.
	Labels []Label
	// MaxSeries is as for [WithMaxSeries], except that 0 leaves the limit as it is; less
	// than 0 means no limit.
	MaxSeries int
	// Expiry is as for [WithExpiry], except that 0 leaves it as it is; less than 0 means
	// that series stay.
	Expiry time.Duration
}

// SetViews puts views in place of those that were set before, for metrics that there are
// and that will be made. Of several views for a metric the first counts. A metric whose
// bounds or labels change begins anew, without the values so far: a program should set
// its views first of all. It is an error, and nothing changes, if a bound is NaN or a
// name is empty.
func (r *Registry) SetViews(views ...View) error {
	views = slices.Clone(views)
	for i := range views {
		v := &views[i]
		if v.Name == "" {
			return fmt.Errorf("monitoring: view %d has no name: use * for all metrics", i)
		}
		v.Labels = slices.Clone(v.Labels)
		if v.Bounds != nil {
			bounds, err := checkBounds(MetricDefinition{Name: v.Name, Type: distributionType, Bounds: v.Bounds})
			if err != nil {
				return fmt.Errorf("monitoring: view %d: %w", i, err)
			}
			v.Bounds = bounds
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.views = views
	for _, f := range r.sorted {
		f.apply(views)
	}
	return nil
}

// layout is what a view can change of a metric. It never changes itself.
type layout struct {
	drop      bool
	bounds    []float64
	labels    []string // exported names of those that are kept
	all       bool     // keep all labels
	maxSeries int
	expiry    time.Duration
}

// defined returns the layout that the metric was made with.
func (f *family) defined() *layout {
	return &layout{bounds: f.bounds, all: true, maxSeries: f.maxSeries, expiry: f.expiry}
}

// apply changes the layout as the first view for the metric says.
func (f *family) apply(views []View) {
	l := f.defined()
	if i := slices.IndexFunc(views, func(v View) bool { return matches(v.Name, f.name) }); i >= 0 {
		v := views[i]
		l.drop = v.Drop
		if v.Bounds != nil && f.kind() == distributionType {
			l.bounds = v.Bounds
		}
		if v.Labels != nil {
			l.all = false
			for _, label := range v.Labels {
				l.labels = append(l.labels, ExportedLabel(label.key))
			}
		}
		if v.MaxSeries != 0 {
			l.maxSeries = v.MaxSeries
		}
		if v.Expiry != 0 {
			l.expiry = v.Expiry
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.layout.Swap(l)
	if !slices.Equal(before.bounds, l.bounds) || before.all != l.all || !slices.Equal(before.labels, l.labels) {
		f.deleteLocked(func(s *series) bool { return s.function.Load() == nil })
	}
}

// keeping returns the tags that are kept.
func (l *layout) keeping(tags []LabelValue) []LabelValue {
	if l.all {
		return tags
	}
	kept := make([]LabelValue, 0, len(tags))
	for _, tag := range tags {
		if slices.Contains(l.labels, ExportedLabel(tag.label.key)) {
			kept = append(kept, tag)
		}
	}
	return kept
}

// matches reports whether a name is as the pattern says, in which an asterisk stands for
// any characters.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return name == pattern
	}
	name, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, rest, found := strings.Cut(name, part)
		if !found {
			return false
		}
		name = rest
	}
	return strings.HasSuffix(name, parts[last])
}

// SPDX-License-Identifier: Apache-2.0

package monitoring

import "slices"

// Delete removes the series of a metric that have its labels and the label values, and
// perhaps more labels, and returns how many of them were shown. A metric without labels
// and no label values remove all. What is recorded on them later makes them anew, from
// zero; metrics that With returned before can be used on.
//
// m is a [Metric], a [DerivedMetric] or a vec of this package. It returns 0 for a metric that is
// disabled or is somebody else's.
func Delete(m interface{ Name() string }, labelValues ...LabelValue) int {
	var in *instrument
	switch m := m.(type) {
	case interface{ base() *handle }:
		if h := m.base(); h != nil {
			in, labelValues = h.in, append(slices.Clip(h.tags), labelValues...)
		}
	case *derived:
		in = m.in
	}
	if in == nil {
		return 0
	}
	labels, _ := pairs(labelValues, in.family.kind())
	return in.forget(in.family.delete(func(s *series) bool { return s.has(labels) }))
}

func (h *handle) base() *handle { return h }

// forget lets go of what was remembered for deleted series.
func (in *instrument) forget(deleted int) int {
	if deleted > 0 {
		in.handles.empty()
	}
	return deleted
}

// deleteExactly removes the series with these label values and no others, and returns 1
// if it was shown.
func (f *family) deleteExactly(tags []LabelValue) int {
	labels, _ := pairs(tags, f.metricType)
	return f.delete(func(s *series) bool { return len(s.labels) == len(labels) && s.has(labels) })
}

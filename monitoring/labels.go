// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"cmp"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// overflowLabel is the only label of the series in place of too many, named as
// OpenTelemetry does.
const overflowLabel = "otel_metric_overflow"

// overflowKey is its key, see keyOf.
const overflowKey = overflowLabel + "\xfftrue\xff"

// pairs returns the labels of a series as they are shown, sorted by name, and whether
// one had to be changed so that another might come out the same. Of tags with one name
// the last one counts.
func pairs(tags []LabelValue, metricType string) (labels []*dto.LabelPair, repaired bool) {
	labels = make([]*dto.LabelPair, 0, len(tags))
	for _, tag := range tags {
		name := ExportedLabel(tag.label.key)
		if name == "le" && metricType == distributionType {
			name, repaired = "exported_le", true // buckets have it
		}
		if name == "_" {
			repaired = true
		}
		value, asGiven := shownValue(tag.value)
		repaired = repaired || !asGiven
		at, found := slices.BinarySearchFunc(labels, name, func(l *dto.LabelPair, name string) int { return strings.Compare(l.GetName(), name) })
		if found {
			labels[at].Value = new(value)
			continue
		}
		labels = slices.Insert(labels, at, &dto.LabelPair{Name: new(strings.Clone(name)), Value: new(value)})
	}
	// Who appends to the labels, as registerers that add some do, must get a copy.
	return slices.Clip(labels), repaired
}

// keyOf returns a string that is different for different labels. The separator is in no
// name and no value.
func keyOf(labels []*dto.LabelPair) string {
	var b strings.Builder
	for _, l := range labels {
		b.WriteString(l.GetName())
		b.WriteByte(0xff)
		b.WriteString(l.GetValue())
		b.WriteByte(0xff)
	}
	return b.String()
}

// inOrder compares labels of series as Prometheus' registries do, which then have
// nothing left to sort: by number, then by values.
func inOrder(a, b []*dto.LabelPair) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	for i, l := range a {
		if c := strings.Compare(l.GetValue(), b[i].GetValue()); c != 0 {
			return c
		}
	}
	for i, l := range a {
		if c := strings.Compare(l.GetName(), b[i].GetName()); c != 0 {
			return c
		}
	}
	return 0
}

// has reports whether a series has all of the labels.
func (s *series) has(labels []*dto.LabelPair) bool {
	for _, want := range labels {
		if !slices.ContainsFunc(s.labels, func(l *dto.LabelPair) bool {
			return l.GetName() == want.GetName() && l.GetValue() == want.GetValue()
		}) {
			return false
		}
	}
	return true
}

// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// SumVec is a sum whose labels are the fields of a struct: there are no others, and
// finding a series allocates nothing.
//
//	type push struct {
//		Type    string
//		Success bool `label:"ok"`
//	}
//
//	var pushes = monitoring.NewSumVec[push]("pushes_total", "Configurations that were pushed.")
//
//	pushes.With(push{Type: "cds", Success: true}).Increment()
//
// A field is the label that its tag names, or else its own name in lower case, with
// underscores between words. Fields are strings, booleans or integers, and exported. A
// constructor panics if L is anything else.
//
// A vec is a metric like any other: [NewSum] with its name returns the same, [Delete]
// takes it, and hooks see the labels in the order of the fields.
type SumVec[L comparable] struct{ vec[L] }

// GaugeVec is a gauge whose labels are the fields of a struct; see [SumVec].
type GaugeVec[L comparable] struct{ vec[L] }

// DistributionVec is a distribution whose labels are the fields of a struct; see
// [SumVec].
type DistributionVec[L comparable] struct{ vec[L] }

// NewSumVec makes a sum with the labels of L. See [NewSum] for names.
func NewSumVec[L comparable](name, description string, opts ...Options) *SumVec[L] {
	v := &SumVec[L]{}
	v.define(MetricDefinition{Name: name, Type: sumType, Description: description}, opts)
	return v
}

// NewGaugeVec makes a gauge with the labels of L. See [NewSum] for names.
func NewGaugeVec[L comparable](name, description string, opts ...Options) *GaugeVec[L] {
	v := &GaugeVec[L]{}
	v.define(MetricDefinition{Name: name, Type: gaugeType, Description: description}, opts)
	return v
}

// NewDistributionVec makes a distribution with the labels of L. See [NewDistribution]
// for bounds.
func NewDistributionVec[L comparable](name, description string, bounds []float64, opts ...Options) *DistributionVec[L] {
	v := &DistributionVec[L]{}
	v.define(MetricDefinition{Name: name, Type: distributionType, Description: description, Bounds: bounds}, opts)
	return v
}

// With returns the sum for these labels.
func (v *SumVec[L]) With(labels L) Sum {
	m, _ := v.face(labels).(*sum)
	return Sum{m}
}

// With returns the gauge for these labels.
func (v *GaugeVec[L]) With(labels L) Gauge {
	m, _ := v.face(labels).(*gauge)
	return Gauge{m}
}

// With returns the distribution for these labels.
func (v *DistributionVec[L]) With(labels L) Distribution {
	m, _ := v.face(labels).(*distribution)
	return Distribution{m}
}

// vec is what the kinds have in common. Without an instrument it is disabled.
type vec[L comparable] struct {
	name    string
	in      *instrument
	labels  []Label
	handles cache[L, Metric]
}

func (v *vec[L]) define(def MetricDefinition, opts []Options) {
	labels, err := labelsOf(reflect.TypeFor[L]())
	if err != nil {
		panic(fmt.Sprintf("monitoring: metric %q: %v", def.Name, err))
	}
	v.name, v.labels = def.Name, labels
	v.in = define(def, opts)
}

// Name returns the name that the metric was made with.
func (v *vec[L]) Name() string { return v.name }

// Delete removes the series with these labels and reports whether it was shown.
func (v *vec[L]) Delete(labels L) bool {
	if v.in == nil {
		return false
	}
	v.handles.empty()
	return v.in.forget(v.in.family.deleteExactly(v.tags(labels))) > 0
}

func (v *vec[L]) base() *handle {
	if v.in == nil {
		return nil
	}
	return v.in.root
}

// face returns the metric for labels, nil if it is disabled.
func (v *vec[L]) face(labels L) Metric {
	if v.in == nil {
		return nil
	}
	if m, ok := v.handles.load(labels); ok {
		return m
	}
	return v.handles.add(labels, v.in.root.derive(v.tags(labels)).face, maxHandles)
}

func (v *vec[L]) tags(labels L) []LabelValue {
	fields := reflect.ValueOf(labels)
	tags := make([]LabelValue, len(v.labels))
	for i, l := range v.labels {
		tags[i] = l.Value(textOf(fields.Field(i)))
	}
	return tags
}

// labelsOf returns the labels of a struct type, one a field.
func labelsOf(t reflect.Type) ([]Label, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%v is no struct: use one with a field for each label", t)
	}
	labels := make([]Label, t.NumField())
	for i := range labels {
		f := t.Field(i)
		switch {
		case !f.IsExported():
			return nil, fmt.Errorf("field %s of %v is not exported: begin it with a capital letter", f.Name, t)
		case textOf(reflect.Zero(f.Type)) == "" && f.Type.Kind() != reflect.String:
			return nil, fmt.Errorf("field %s of %v is a %v: use a string, a bool or an integer", f.Name, t, f.Type)
		}
		name := f.Tag.Get("label")
		if name == "" {
			name = words(f.Name)
		}
		for _, l := range labels[:i] {
			if ExportedLabel(l.key) == ExportedLabel(name) {
				return nil, fmt.Errorf("two fields of %v are label %q: rename one of them", t, name)
			}
		}
		labels[i] = CreateLabel(name)
	}
	return labels, nil
}

// textOf returns the value of a field, "" for a kind of field that cannot be a label.
func textOf(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	}
	return ""
}

// words returns the name of a field as one of a label: HTTPCode as http_code.
func words(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Sum is one series of a [SumVec]. It may be kept and copied; its zero value, and that of
// a disabled metric, does nothing.
type Sum struct{ m *sum }

// Increment adds 1.
func (s Sum) Increment() {
	if s.m != nil {
		s.m.Increment()
	}
}

// Add adds v; see [Metric] for what is not added.
func (s Sum) Add(v float64) {
	if s.m != nil {
		s.m.Record(v)
	}
}

// AddContext is Add with an example, see [RecordContext].
func (s Sum) AddContext(ctx context.Context, v float64) {
	if s.m != nil {
		RecordContext(ctx, s.m, v)
	}
}

// Gauge is one series of a [GaugeVec]. It may be kept and copied; its zero value, and
// that of a disabled metric, does nothing.
type Gauge struct{ m *gauge }

// Set sets the gauge to v.
func (g Gauge) Set(v float64) {
	if g.m != nil {
		g.m.Record(v)
	}
}

// Add adds v to the gauge, which begins at 0; it subtracts if v is negative. A hook is
// told the value that the gauge is to have, as far as it is known when several add at
// once.
func (g Gauge) Add(v float64) {
	if g.m != nil {
		g.m.add(v)
	}
}

// Distribution is one series of a [DistributionVec]. It may be kept and copied; its zero
// value, and that of a disabled metric, does nothing.
type Distribution struct{ m *distribution }

// Observe is one value of the distribution; see [Metric] for what is none.
func (d Distribution) Observe(v float64) {
	if d.m != nil {
		d.m.Record(v)
	}
}

// ObserveContext is Observe with an example, see [RecordContext].
func (d Distribution) ObserveContext(ctx context.Context, v float64) {
	if d.m != nil {
		RecordContext(ctx, d.m, v)
	}
}

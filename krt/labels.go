// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"reflect"
)

// Labeler is implemented by objects that have labels.
type Labeler interface {
	GetLabels() map[string]string
}

// LabelSelectorer is implemented by objects that select others by their labels.
type LabelSelectorer interface {
	// GetLabelSelector returns the labels that an object must have to be selected.
	GetLabelSelector() map[string]string
}

// labelsOf returns the labels of the object. It panics if its type has none.
func labelsOf[O any](o *O) map[string]string {
	if l, ok := face(o).(Labeler); ok {
		return l.GetLabels()
	}
	panic(fmt.Sprintf("No Labels, got %T: give it a method GetLabels() map[string]string", *o))
}

// selectorOf returns the labels that the object selects by: what GetLabelSelector
// says, else the field Spec.Selector, which is a map or points to a struct whose
// MatchLabels is one. It panics if its type has neither.
func selectorOf[O any](o *O) map[string]string {
	if s, ok := face(o).(LabelSelectorer); ok {
		return s.GetLabelSelector()
	}
	v := reflect.ValueOf(*o)
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		v = v.FieldByName("Spec")
	}
	if v.Kind() != reflect.Struct {
		panic(fmt.Sprintf("obj %T has no Spec: give it a method GetLabelSelector() map[string]string", *o))
	}
	selector := v.FieldByName("Selector")
	if !selector.IsValid() {
		panic(fmt.Sprintf("obj %T has no Selector: give it a method GetLabelSelector() map[string]string", *o))
	}
	if m, ok := reflect.TypeAssert[map[string]string](selector); ok {
		return m
	}
	if selector.Kind() == reflect.Pointer && selector.Type().Elem().Kind() == reflect.Struct {
		// A selector that can also hold expressions says more than a map can.
		_, expressions := selector.Type().Elem().FieldByName("MatchExpressions")
		field, ok := selector.Type().Elem().FieldByName("MatchLabels")
		if ok && !expressions && field.Type == reflect.TypeFor[map[string]string]() {
			if selector.IsNil() {
				return nil
			}
			m, _ := reflect.TypeAssert[map[string]string](selector.Elem().FieldByIndex(field.Index))
			return m
		}
	}
	panic(fmt.Sprintf("obj %T has unknown Selector: give it a method GetLabelSelector() map[string]string", *o))
}

// contains reports whether all pairs of part are in whole.
func contains(whole, part map[string]string) bool {
	if len(part) > len(whole) {
		return false
	}
	for k, v := range part {
		if w, ok := whole[k]; !ok || w != v {
			return false
		}
	}
	return true
}

// SPDX-License-Identifier: Apache-2.0

package krt

import "reflect"

// Equaler is implemented by objects that know how to compare themselves. K is the
// type that the collection holds, or what it points to.
type Equaler[K any] interface {
	Equals(k K) bool
}

// Equal reports whether two objects are the same for those who read them: a
// collection tells nobody about an update to an equal object. It asks the type's
// Equals method, which may take a value or a pointer and have either as receiver,
// and compares deeply if there is none. Collections are equal only to themselves. Of
// a protobuf message the content is compared; one with extensions, or whose fields are
// hidden (the opaque API), is equal only to itself.
//
// A struct that contains messages is compared deeply, with their internal state: give
// it a method Equals, or its collections the option [WithEqual].
func Equal[O any](a, b O) bool {
	return equal(&a, &b)
}

// equal is Equal without copies.
func equal[O any](a, b *O) bool {
	switch v := face(a).(type) {
	case Equaler[O]:
		return v.Equals(*b)
	case Equaler[*O]:
		return v.Equals(b)
	case identified:
		w, ok := face(b).(identified)
		return ok && v.identity() == w.identity()
	}
	if v := reflect.ValueOf(a).Elem(); v.Kind() == reflect.Pointer && isMessage(v.Type().Elem()) {
		w := reflect.ValueOf(b).Elem()
		return v.Pointer() == w.Pointer() || equalValues(v, w)
	}
	return reflect.DeepEqual(a, b)
}

// face returns the object as an interface that has all methods of its type, those
// with pointer receivers included, and does not allocate.
func face[O any](o *O) any {
	switch reflect.TypeFor[O]().Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Chan, reflect.Func:
		return *o
	default:
		return o
	}
}

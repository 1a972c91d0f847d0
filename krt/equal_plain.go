// SPDX-License-Identifier: Apache-2.0

package krt

import "reflect"

// plainEqual returns [Equal] for a type that == compares as deeply as can be, and nil
// for any other.
func plainEqual[T any]() func(a, b T) bool {
	switch face(new(T)).(type) {
	case Equaler[T], Equaler[*T], identified:
		return nil
	}
	if !isPlain(reflect.TypeFor[T]()) {
		return nil
	}
	return func(a, b T) bool { return any(a) == any(b) }
}

// isPlain reports whether there is nothing in a value of the type that leads to
// somewhere else.
func isPlain(t reflect.Type) bool {
	switch kind := t.Kind(); kind {
	case reflect.Array:
		return isPlain(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if !isPlain(f.Type) {
				return false
			}
		}
		return true
	default:
		return kind >= reflect.Bool && kind <= reflect.Complex128 || kind == reflect.String
	}
}

// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"bytes"
	"reflect"
	"strings"
)

// isMessage reports whether the type is that of a generated protobuf message: one
// that keeps a state of its own, which says nothing about its content and changes
// while others read it.
func isMessage(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return false
	}
	f := t.Field(0)
	return f.Name == "state" && strings.HasPrefix(f.Type.PkgPath(), "google.golang.org/protobuf/")
}

// equalMessages reports whether two structs of one type are equal: messages, of which
// the content is compared and not the state, or what holds the value of a oneof. What
// it does not know it takes for a difference.
func equalMessages(a, b reflect.Value) bool {
	message := isMessage(a.Type())
	for i := range a.NumField() {
		switch f := a.Type().Field(i); {
		case f.IsExported():
			if !equalValues(a.Field(i), b.Field(i)) {
				return false
			}
		case message && (i == 0 || f.Name == "sizeCache"):
		case message && f.Name == "unknownFields":
			if !bytes.Equal(a.Field(i).Bytes(), b.Field(i).Bytes()) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// equalValues compares the fields of messages, and what is in them.
func equalValues(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		a, b = a.Elem(), b.Elem()
		return a.Type() == b.Type() && equalValues(a, b)
	case reflect.Struct:
		return equalMessages(a, b)
	case reflect.Slice:
		if a.Type().Elem().Kind() == reflect.Uint8 {
			// Whether an optional value is set is told by nil.
			return a.IsNil() == b.IsNil() && bytes.Equal(a.Bytes(), b.Bytes())
		}
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equalValues(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for i := a.MapRange(); i.Next(); {
			if v := b.MapIndex(i.Key()); !v.IsValid() || !equalValues(i.Value(), v) {
				return false
			}
		}
		return true
	default:
		// Basic types, of which only a float that is no number is not equal to itself.
		return a.Equal(b) || a.CanFloat() && a.Float() != a.Float() && b.Float() != b.Float()
	}
}

// SPDX-License-Identifier: Apache-2.0

package ptr

import "reflect"

// Of returns a pointer to a copy of t, as new(t) does since Go 1.26.
//
//go:fix inline
func Of[T any](t T) *T { return new(t) }

// OrEmpty returns what t points to; the zero value of T if t is nil.
func OrEmpty[T any](t *T) T {
	if t == nil {
		return Empty[T]()
	}
	return *t
}

// OrDefault returns what t points to; def if t is nil.
func OrDefault[T any](t *T, def T) T {
	if t == nil {
		return def
	}
	return *t
}

// NonEmptyOrDefault returns t; def if t is the zero value of T. For more than two
// values see cmp.Or.
func NonEmptyOrDefault[T comparable](t, def T) T {
	if t == Empty[T]() {
		return def
	}
	return t
}

// Empty returns the zero value of T.
func Empty[T any]() T {
	var zero T
	return zero
}

// ToList returns a slice with what t points to; nil if t is nil.
func ToList[T any](t *T) []T {
	if t == nil {
		return nil
	}
	return []T{*t}
}

// TypeName returns the name of T as a program's source would write it outside
// T's package: "string", "*v1.Pod", "io.Reader".
func TypeName[T any]() string {
	return reflect.TypeFor[T]().String()
}

// Flatten returns the pointer that t points to; nil if t is nil.
func Flatten[T any](t **T) *T {
	if t == nil {
		return nil
	}
	return *t
}

// Equal reports whether a and b are both nil or point to equal values.
func Equal[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// SPDX-License-Identifier: Apache-2.0

package sets

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Set is a set of values of type T.
type Set[T comparable] map[T]struct{}

// String is a set of strings.
type String = Set[string]

// New returns a set of the items; an empty set, not nil, if there are none.
func New[T comparable](items ...T) Set[T] {
	return NewWithLength[T](len(items)).InsertAll(items...)
}

// NewWithLength returns an empty set with room for n elements.
func NewWithLength[T comparable](n int) Set[T] {
	return make(Set[T], n)
}

// Insert adds an item and returns s.
func (s Set[T]) Insert(item T) Set[T] {
	s[item] = struct{}{}
	return s
}

// InsertAll adds the items and returns s.
func (s Set[T]) InsertAll(items ...T) Set[T] {
	for _, item := range items {
		s[item] = struct{}{}
	}
	return s
}

// InsertContains adds an item and reports whether s held it before.
func (s Set[T]) InsertContains(item T) bool {
	n := len(s)
	s[item] = struct{}{}
	return len(s) == n
}

// Delete removes an item, if s holds it, and returns s.
func (s Set[T]) Delete(item T) Set[T] {
	delete(s, item)
	return s
}

// DeleteAll removes those of the items that s holds and returns s.
func (s Set[T]) DeleteAll(items ...T) Set[T] {
	for _, item := range items {
		delete(s, item)
	}
	return s
}

// DeleteAllSet removes the elements of other from s and returns s.
func (s Set[T]) DeleteAllSet(other Set[T]) Set[T] {
	for item := range other {
		delete(s, item)
	}
	return s
}

// DeleteContains removes an item and reports whether s held it.
func (s Set[T]) DeleteContains(item T) bool {
	n := len(s)
	delete(s, item)
	return len(s) != n
}

// Contains reports whether s holds the item.
func (s Set[T]) Contains(item T) bool {
	_, ok := s[item]
	return ok
}

// ContainsAll reports whether s holds every element of other. Every set contains
// the empty set.
func (s Set[T]) ContainsAll(other Set[T]) bool {
	if len(other) > len(s) {
		return false
	}
	for item := range other {
		if _, ok := s[item]; !ok {
			return false
		}
	}
	return true
}

// SupersetOf reports whether s holds every element of other: it is
// [Set.ContainsAll] by the name that Istio's users look for.
func (s Set[T]) SupersetOf(other Set[T]) bool {
	return s.ContainsAll(other)
}

// Equals reports whether s and other hold the same elements. A nil set equals an
// empty one.
func (s Set[T]) Equals(other Set[T]) bool {
	return len(s) == len(other) && s.ContainsAll(other)
}

// Len returns the number of elements.
func (s Set[T]) Len() int { return len(s) }

// IsEmpty reports whether s has no elements.
func (s Set[T]) IsEmpty() bool { return len(s) == 0 }

// UnsortedList returns the elements in no particular order, in a slice of the
// caller's own; an empty slice, not nil, if there are none.
func (s Set[T]) UnsortedList() []T {
	return slices.AppendSeq(make([]T, 0, len(s)), maps.Keys(s))
}

// SortedList returns the elements of s in ascending order, in a slice of the
// caller's own; an empty slice, not nil, if there are none.
func SortedList[T cmp.Ordered](s Set[T]) []T {
	list := s.UnsortedList()
	slices.Sort(list)
	return list
}

// String returns the elements as fmt prints them, sorted by that text:
// "{a, b}". It is for people and tests.
func (s Set[T]) String() string {
	texts := make([]string, 0, len(s))
	for item := range s {
		texts = append(texts, fmt.Sprint(item))
	}
	slices.Sort(texts)
	return "{" + strings.Join(texts, ", ") + "}"
}

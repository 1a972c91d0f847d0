// SPDX-License-Identifier: Apache-2.0

package sets

import "maps"

// Copy returns a new set of the elements of s; an empty set, not nil, if there
// are none.
func (s Set[T]) Copy() Set[T] {
	c := NewWithLength[T](len(s))
	maps.Copy(c, s)
	return c
}

// Union returns a new set of the elements that s or other holds.
func (s Set[T]) Union(other Set[T]) Set[T] {
	u := NewWithLength[T](max(len(s), len(other)))
	maps.Copy(u, s)
	maps.Copy(u, other)
	return u
}

// Merge adds the elements of other to s and returns s.
func (s Set[T]) Merge(other Set[T]) Set[T] {
	maps.Copy(s, other)
	return s
}

// Difference returns a new set of the elements of s that other does not hold.
func (s Set[T]) Difference(other Set[T]) Set[T] {
	d := Set[T]{}
	for item := range s {
		if !other.Contains(item) {
			d[item] = struct{}{}
		}
	}
	return d
}

// DifferenceInPlace removes the elements of other from s and returns s: it is
// [Set.DeleteAllSet] by the name that belongs beside [Set.IntersectInPlace].
func (s Set[T]) DifferenceInPlace(other Set[T]) Set[T] {
	return s.DeleteAllSet(other)
}

// Intersection returns a new set of the elements that both s and other hold.
func (s Set[T]) Intersection(other Set[T]) Set[T] {
	if len(other) < len(s) {
		s, other = other, s
	}
	i := Set[T]{}
	for item := range s {
		if other.Contains(item) {
			i[item] = struct{}{}
		}
	}
	return i
}

// IntersectInPlace removes from s what other does not hold and returns s.
func (s Set[T]) IntersectInPlace(other Set[T]) Set[T] {
	for item := range s {
		if !other.Contains(item) {
			delete(s, item)
		}
	}
	return s
}

// Diff returns the elements that only s holds and those that only other holds,
// in no particular order; nil where there are none.
func (s Set[T]) Diff(other Set[T]) (left, right []T) {
	for item := range s {
		if !other.Contains(item) {
			left = append(left, item)
		}
	}
	for item := range other {
		if !s.Contains(item) {
			right = append(right, item)
		}
	}
	return left, right
}

// SPDX-License-Identifier: Apache-2.0

package slices

import (
	"cmp"
	"slices"
)

// FindFunc returns a pointer to the first element for which f is true; nil if
// there is none.
func FindFunc[E any](s []E, f func(E) bool) *E {
	if i := slices.IndexFunc(s, f); i >= 0 {
		return &s[i]
	}
	return nil
}

// First returns a pointer to the first element; nil if there is none.
func First[E any](s []E) *E {
	if len(s) == 0 {
		return nil
	}
	return &s[0]
}

// SortBy sorts s by what extract returns, keeps the order of elements for which
// that is equal, and returns s.
func SortBy[E any, A cmp.Ordered](s []E, extract func(E) A) []E {
	slices.SortStableFunc(s, func(a, b E) int { return cmp.Compare(extract(a), extract(b)) })
	return s
}

// Group returns the elements by what key returns for them, each group in the
// order of s.
func Group[E any, K comparable](s []E, key func(E) K) map[K][]E {
	out := map[K][]E{}
	for _, e := range s {
		k := key(e)
		out[k] = append(out[k], e)
	}
	return out
}

// GroupUnique returns the elements by what key returns for them. Of elements with
// the same key it keeps the last.
func GroupUnique[E any, K comparable](s []E, key func(E) K) map[K]E {
	out := make(map[K]E, len(s))
	for _, e := range s {
		out[key(e)] = e
	}
	return out
}

// EqualUnordered reports whether a and b hold the same elements, each as many
// times, in whatever order.
func EqualUnordered[E comparable](a, b []E) bool {
	if len(a) != len(b) {
		return false
	}
	count := make(map[E]int, len(a))
	for _, e := range a {
		count[e]++
	}
	for _, e := range b {
		if count[e] == 0 {
			return false
		}
		count[e]--
	}
	return true
}

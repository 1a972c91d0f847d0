// SPDX-License-Identifier: Apache-2.0

package slices

// Map returns what f returns for each element; an empty slice, not nil, if there
// are none.
func Map[E, O any](s []E, f func(E) O) []O {
	out := make([]O, 0, len(s))
	for _, e := range s {
		out = append(out, f(e))
	}
	return out
}

// MapErr is [Map] for a function that can fail. It stops at the first error and
// returns it as it is, with a nil slice.
func MapErr[E, O any](s []E, f func(E) (O, error)) ([]O, error) {
	out := make([]O, 0, len(s))
	for _, e := range s {
		o, err := f(e)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// MapFilter is [Map] without the elements for which f returns nil.
func MapFilter[E, O any](s []E, f func(E) *O) []O {
	out := make([]O, 0, len(s))
	for _, e := range s {
		if o := f(e); o != nil {
			out = append(out, *o)
		}
	}
	return out
}

// Filter returns the elements for which keep is true; an empty slice, not nil, if
// there are none.
func Filter[E any](s []E, keep func(E) bool) []E {
	out := make([]E, 0, len(s))
	for _, e := range s {
		if keep(e) {
			out = append(out, e)
		}
	}
	return out
}

// FilterInPlace is [Filter] in the array of s, of which it makes no further use
// possible: elements move to the front, and the rest is set to zero so that what
// it pointed to can be freed.
func FilterInPlace[E any](s []E, keep func(E) bool) []E {
	n := 0
	for _, e := range s {
		if keep(e) {
			s[n] = e
			n++
		}
	}
	clear(s[n:])
	return s[:n]
}

// FilterDuplicates returns the first of each group of equal elements, in the
// order of s. For elements that are sorted already see slices.Compact of the
// standard library.
func FilterDuplicates[E comparable](s []E) []E {
	seen := make(map[E]struct{}, len(s))
	return Filter(s, func(e E) bool {
		_, dup := seen[e]
		seen[e] = struct{}{}
		return !dup
	})
}

// Reference returns pointers to the elements of s.
func Reference[E any](s []E) []*E {
	out := make([]*E, 0, len(s))
	for i := range s {
		out = append(out, &s[i])
	}
	return out
}

// Dereference returns copies of what the pointers point to, without the nil ones.
func Dereference[E any](s []*E) []E {
	return MapFilter(s, func(e *E) *E { return e })
}

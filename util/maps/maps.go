// SPDX-License-Identifier: Apache-2.0

package maps

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// Keys returns the keys in no particular order; an empty slice, not nil, if there
// are none.
func Keys[M ~map[K]V, K comparable, V any](m M) []K {
	return slices.AppendSeq(make([]K, 0, len(m)), maps.Keys(m))
}

// Values returns the values in no particular order; an empty slice, not nil, if
// there are none.
func Values[M ~map[K]V, K comparable, V any](m M) []V {
	return slices.AppendSeq(make([]V, 0, len(m)), maps.Values(m))
}

// MergeCopy returns a new map with the entries of both maps; where both have a
// key, with the entry of override. It is never nil.
func MergeCopy[M1, M2 ~map[K]V, K comparable, V any](base M1, override M2) M1 {
	m := make(M1, max(len(base), len(override)))
	maps.Copy(m, base)
	maps.Copy(m, override)
	return m
}

// Contains reports whether superset has every entry of subset. Every map
// contains the empty map.
func Contains[M1, M2 ~map[K]V, K, V comparable](superset M1, subset M2) bool {
	for k, want := range subset {
		if got, ok := superset[k]; !ok || got != want {
			return false
		}
	}
	return true
}

// SeqStable returns the entries of m in the order of their keys. Keys are sorted
// when the iteration begins.
func SeqStable[M ~map[K]V, K cmp.Ordered, V any](m M) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

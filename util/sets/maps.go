// SPDX-License-Identifier: Apache-2.0

package sets

// InsertOrNew adds v to the set at key k of m, which it makes if there is none.
func InsertOrNew[K, T comparable](m map[K]Set[T], k K, v T) {
	s := m[k]
	if s == nil {
		s = Set[T]{}
		m[k] = s
	}
	s[v] = struct{}{}
}

// DeleteCleanupLast removes v from the set at key k of m, and the key with the
// last element of its set.
func DeleteCleanupLast[K, T comparable](m map[K]Set[T], k K, v T) {
	s, ok := m[k]
	if !ok {
		return
	}
	delete(s, v)
	if len(s) == 0 {
		delete(m, k)
	}
}

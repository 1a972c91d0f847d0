// SPDX-License-Identifier: Apache-2.0

package cluster

// ID names a cluster. The empty ID stands for a cluster that is not known or
// does not matter.
type ID string

// String returns the ID as a plain string.
func (id ID) String() string { return string(id) }

// Matches reports whether id and other may name the same cluster: they are equal,
// or one of them is empty. Istio calls this Equals; it is not transitive, so use
// == where equality is meant.
func (id ID) Matches(other ID) bool {
	return id == other || id == "" || other == ""
}

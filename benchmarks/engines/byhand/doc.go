// SPDX-License-Identifier: Apache-2.0

// Package byhand does by hand, with two maps, an index and a mutex, what krt does for a
// collection that is derived from another: the floor.
//
//	c := byhand.Suite().Sync(objects)
//
// It does only what the scenarios ask for. It follows no dependencies, its readers wait
// for its writers, and whoever it tells is called while everybody else waits.
package byhand

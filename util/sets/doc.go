// SPDX-License-Identifier: Apache-2.0

// Package sets provides sets of comparable values.
//
// A [Set] is a map without values, so that len, range, delete and make work on
// it, and composite literals need no helper:
//
//	zones := sets.New("a", "b")
//	if zones.Contains("a") { … }
//	for zone := range zones { … }
//
// # Guarantees
//
//   - A nil set reads as an empty one. Methods that only read accept it.
//   - Methods that add elements return the set that they changed, so that calls
//     can be chained.
//   - Methods named Copy, Union, Difference and Intersection return new sets and
//     leave their arguments alone.
//
// # What a caller must not do
//
// A set is not safe for concurrent use if one of the users changes it. Elements
// must not be added to a nil set, as to a nil map.
package sets

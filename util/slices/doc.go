// SPDX-License-Identifier: Apache-2.0

// Package slices has the functions on slices that the standard library's package
// of that name does not have: mapping, filtering, grouping.
//
//	names := slices.Map(pods, (*corev1.Pod).GetName)
//	byNode := slices.Group(pods, func(p *corev1.Pod) string { return p.Spec.NodeName })
//
// What the standard library has, is not repeated here: where both are needed,
// import this package under a second name.
//
// # Guarantees
//
// Functions that return a slice return a new one, unless they are named InPlace
// or say that they sort their argument. The functions that are passed in are called
// once for each element, in order, except by [SortBy].
//
// # What a caller must not do
//
// The pointers that [FindFunc], [First] and [Reference] return point into the
// argument: they must not outlive a change of it unnoticed.
package slices

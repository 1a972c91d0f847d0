// SPDX-License-Identifier: Apache-2.0

// Package maps has the functions on maps that the standard library's package of
// that name does not have.
//
//	labels := maps.MergeCopy(defaults, own)
//	selected := maps.Contains(pod.Labels, service.Spec.Selector)
//
// What the standard library has, is not repeated here, but for [Keys] and
// [Values], which return slices, as Istio's users expect, where it returns
// iterators.
//
// # Guarantees
//
// No function changes its arguments or keeps them. A nil map reads as an empty
// one.
//
// # What a caller must not do
//
// A map must not be changed by somebody else while a function reads it.
package maps

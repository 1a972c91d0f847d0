// SPDX-License-Identifier: Apache-2.0

// Package slices has functions of the real one that change their arguments, or keep
// what is in there.
package slices

import "cmp"

func SortBy[E any, A cmp.Ordered](s []E, extract func(E) A) []E { return s }
func FilterInPlace[E any](s []E, keep func(E) bool) []E         { return s }
func Filter[E any](s []E, keep func(E) bool) []E                { return nil }

// SPDX-License-Identifier: Apache-2.0

package view

import (
	"maps"
	"slices"
)

// relation says how the pods of one selector relate to those of another.
type relation int

const (
	same     relation = iota // both select the same pods
	wider                    // it selects all pods of the other, and maybe more
	narrower                 // all its pods are selected by the other
)

// compareSelectors reports whether every pod that one selector selects is selected
// by the other, just because of how they are written.
func compareSelectors(a, b map[string]string) (r relation, overlaps bool) {
	aInB, bInA := contains(b, a), contains(a, b)
	switch {
	case len(a) == 0 || len(b) == 0:
		return same, false
	case aInB && bInA:
		return same, true
	case aInB:
		return wider, true // fewer labels to have, more pods
	case bInA:
		return narrower, true
	default:
		return same, false
	}
}

// contains reports whether all pairs of part are in whole.
func contains(whole, part map[string]string) bool {
	for k, v := range part {
		if w, ok := whole[k]; !ok || w != v {
			return false
		}
	}
	return true
}

func overlapProblems(r *report, f facts) {
	mine := f.spec.Spec
	for _, name := range slices.Sorted(maps.Keys(f.related)) {
		other := f.related[name].Spec
		rel, overlaps := compareSelectors(mine.Selector, other.Selector)
		if !overlaps {
			continue
		}
		severity := Warning
		if typeOf(mine) != typeOf(other) {
			// One service inside and one to the outside, or a headless one
			// for each member: that is how it is meant.
			severity = Note
		}
		switch rel {
		case same:
			r.add(severity, SelectorOverlap, "service %s has the same selector %s", name, pairs(other.Selector))
		case wider:
			r.add(severity, SelectorOverlap, "its selector also covers all pods of service %s (%s)", name, pairs(other.Selector))
		case narrower:
			r.add(severity, SelectorOverlap, "service %s (%s) also selects all its pods", name, pairs(other.Selector))
		}
	}
}

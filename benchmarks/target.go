// SPDX-License-Identifier: Apache-2.0

package main

import "fmt"

// target is what a line must reach. One without a test is met by anything.
type target struct {
	text string
	met  func(l line) bool
}

// none is no target.
func none() target { return target{} }

// faster asks for so many times less than Istio's krt needs.
func faster(times float64) target {
	return target{fmt.Sprintf("≥ %g×", times), func(l line) bool { return l.Ratios[theirs] >= times }}
}

// fraction asks for no more than a part of what Istio's krt needs.
func fraction(text string, part float64) target {
	return target{"≤ " + text, func(l line) bool { return l.Ratios[theirs] >= 1/part }}
}

// atMost asks for no more than so much.
func atMost(v float64, u unit) target {
	return target{"≤ " + u.format(v), func(l line) bool { return l.Values[ours] <= v }}
}

// atLeast asks for no less than so many times.
func atLeast(v float64) target {
	return target{"≥ " + times.format(v), func(l line) bool { return l.Values[ours] >= v }}
}

// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"fmt"
	"slices"
	"strings"
)

// recipe is a transformation: it asks questions that depend on its input and on
// earlier answers, and makes of all that what it returns.
type recipe struct {
	seed uint64
	of   []int // nodes that it may ask
	many bool
}

// cook makes what the recipe makes of an input, with answers from wherever ask has
// them.
func (r recipe) cook(in thing, ask func(q question) []thing) []thing {
	sum := mix(r.seed, in)
	for i, of := range r.of {
		d := seeded(mix(r.seed, in.Name, in.Value), uint64(i))
		if d.IntN(4) == 0 || sum%7 == 0 {
			continue // conditional reads
		}
		answers := slices.SortedFunc(slices.Values(ask(drawQuestion(d, of))), func(a, b thing) int {
			return strings.Compare(a.Name, b.Name)
		})
		sum = mix(sum, answers)
	}
	// Equal outputs for different inputs and answers are frequent enough to matter.
	output := func(name string, salt int) thing { return newThing(name, mix(sum, salt)%1000) }
	if !r.many {
		if sum%6 == 0 {
			return nil
		}
		return []thing{output(in.Name, 0)}
	}
	var out []thing
	for i := range int(sum % 4) {
		out = append(out, output(fmt.Sprintf("%s.%d", in.Name, i), i))
	}
	return out
}

// one is cook for a recipe that makes at most one thing.
func (r recipe) one(in thing, ask func(q question) []thing) *thing {
	if out := r.cook(in, ask); len(out) > 0 {
		return &out[0]
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"fmt"
	"hash/fnv"

	"github.com/krtkit/krtkit/krt"
)

// thing is what all collections of the graphs hold.
type thing struct {
	Name, Group string
	Value       uint64
	Labels      map[string]string
	Selector    map[string]string
}

func (t thing) ResourceName() string                { return t.Name }
func (t thing) GetLabels() map[string]string        { return t.Labels }
func (t thing) GetLabelSelector() map[string]string { return t.Selector }

// names is how many different names there are for the objects of sources, and
// groups how many groups.
const (
	names  = 12
	groups = 3
)

// newThing returns a thing with everything about it made of its value.
func newThing(name string, value uint64) thing {
	return thing{Name: name, Group: fmt.Sprint(value % groups), Value: value, Labels: tags(value / 3), Selector: tags(value / 7)}
}

// drawThing returns a thing as sources hold it.
func drawThing(d dice) thing { return newThing(fmt.Sprint(d.IntN(names)), uint64(d.IntN(1000))) }

// tags makes labels and selectors. There are few enough of them to match often.
func tags(v uint64) map[string]string {
	out := map[string]string{}
	if v%5 > 0 {
		out["a"] = fmt.Sprint(v / 5 % 3)
	}
	if v/15%3 > 0 {
		out["b"] = fmt.Sprint(v / 45 % 3)
	}
	return out
}

// indexKeys is what the nodes are indexed by: the group and, of some things, another
// key; some have none.
func indexKeys(t thing) []string {
	switch {
	case t.Value%9 == 8:
		return nil
	case t.Value%4 == 3:
		return []string{t.Group, "some"}
	default:
		return []string{t.Group}
	}
}

// part is what a partial fetch is for.
func part(t thing) thing { return thing{Name: t.Name, Group: t.Group} }

// byName returns things by name.
func byName(all []thing) map[string]thing {
	out := make(map[string]thing, len(all))
	for _, t := range all {
		out[t.Name] = t
	}
	return out
}

// mix makes a number of anything. Equal things make equal numbers.
func mix(parts ...any) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, parts...) // a hash takes everything
	return h.Sum64()
}

var _ krt.Labeler = thing{}

// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"fmt"
	"slices"

	"github.com/krtkit/krtkit/krt"
)

// question is one fetch of a transformation.
type question struct {
	of int // the node that is asked

	key      string // "" for any
	keys     []string
	index    []string // nil for any
	labels   map[string]string
	selects  map[string]string
	nonEmpty bool
	odd      bool // by FilterGeneric

	how way
}

// way is which of krt's functions a question is asked by, if several would do.
type way int

const (
	plainly way = iota
	partially
	existing // whether the key is there; for questions of nothing but a key
	grouped  // by the index as a collection; for questions of nothing but an index key
)

// drawQuestion returns a question of the node.
func drawQuestion(d dice, of int) question {
	q := question{of: of}
	name := func() string { return fmt.Sprint(d.IntN(names)) }
	indexKey := func() string {
		if d.IntN(4) == 0 {
			return "some"
		}
		return fmt.Sprint(d.IntN(groups))
	}
	// What decides where the engine looks for it, then what narrows it down.
	switch d.IntN(8) {
	case 0, 1:
		if q.key = name(); d.IntN(6) == 0 {
			q.how = existing
			return q
		}
	case 2:
		q.keys = []string{name(), name(), name()}[:d.IntN(4)]
	case 3, 4:
		if q.index = []string{indexKey()}; d.IntN(4) == 0 {
			q.how = grouped
			return q
		}
	case 5:
		q.index = []string{indexKey(), indexKey()}[:d.IntN(3)]
	}
	if d.IntN(3) == 0 {
		q.labels = tags(uint64(d.IntN(135)))
	}
	if d.IntN(4) == 0 {
		q.selects, q.nonEmpty = tags(uint64(d.IntN(135))), d.IntN(2) == 0
	}
	q.odd = d.IntN(6) == 0
	if d.IntN(5) == 0 {
		q.how = partially
	}
	return q
}

// everything asks for all that a node has.
func everything(of int) question { return question{of: of} }

// ask asks a node, as a transformation does.
func (q question) ask(ctx krt.HandlerContext, n *node) []thing {
	switch q.how {
	case partially:
		equal := func(a, b thing) bool { return a.Name == b.Name && a.Group == b.Group }
		return krt.PartialFetch(ctx, n.c, part, equal, q.options(n)...)
	case existing:
		if krt.ResourceExists(ctx, n.c, q.key) {
			return []thing{{Name: q.key}}
		}
		return nil
	case grouped:
		if n.groups != nil {
			return krt.FetchIndexObjects(ctx, n.groups, q.index[0])
		}
		return n.index.Fetch(ctx, q.index[0])
	default:
		return krt.Fetch(ctx, n.c, q.options(n)...)
	}
}

func (q question) options(n *node) []krt.FetchOption {
	var opts []krt.FetchOption
	if q.key != "" {
		opts = append(opts, krt.FilterKey(q.key))
	}
	if q.keys != nil {
		opts = append(opts, krt.FilterKeys(q.keys...))
	}
	if len(q.index) == 1 {
		opts = append(opts, krt.FilterIndex(n.index, q.index[0]))
	} else if q.index != nil {
		opts = append(opts, krt.FilterIndexes(n.index, q.index...))
	}
	if q.labels != nil {
		opts = append(opts, krt.FilterLabel(q.labels))
	}
	if q.nonEmpty {
		opts = append(opts, krt.FilterSelectsNonEmpty(q.selects))
	} else if q.selects != nil {
		opts = append(opts, krt.FilterSelects(q.selects))
	}
	if q.odd {
		opts = append(opts, krt.FilterGeneric(func(a any) bool { return a.(thing).Value%2 == 1 }))
	}
	return opts
}

// admits reports whether a thing of the node is one that is asked for.
func (q question) admits(n *node, t thing) bool {
	looked := t
	if n.augment != nil {
		looked = n.augment(t)
	}
	has := func(whole, part map[string]string) bool {
		for k, v := range part {
			if w, ok := whole[k]; !ok || w != v {
				return false
			}
		}
		return true
	}
	switch {
	case q.key != "" && t.Name != q.key,
		q.keys != nil && !slices.Contains(q.keys, t.Name),
		q.index != nil && !slices.ContainsFunc(indexKeys(t), func(k string) bool { return slices.Contains(q.index, k) }),
		!has(looked.Labels, q.labels),
		q.selects != nil && !has(q.selects, looked.Selector),
		q.nonEmpty && len(looked.Selector) == 0,
		q.odd && looked.Value%2 != 1:
		return false
	}
	return true
}

// answer is the question asked of plain data, which is what the node holds.
func (q question) answer(n *node, content map[string]thing) []thing {
	var out []thing
	for _, t := range content {
		if q.admits(n, t) {
			out = append(out, q.seen(t))
		}
	}
	return out
}

// seen is what the question returns of a thing.
func (q question) seen(t thing) thing {
	switch q.how {
	case partially:
		return part(t)
	case existing:
		return thing{Name: t.Name}
	case plainly, grouped:
	}
	return t
}

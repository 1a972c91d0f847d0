// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"slices"

	"github.com/krtkit/krtkit/krt"
)

// question is one Fetch of a transformation: which collection, and what of it.
type question struct {
	key      string
	keys     []string
	group    string
	byGroup  bool
	labels   map[string]string
	selects  map[string]string
	nonEmpty bool
	odd      bool // FilterGeneric: odd values only
}

// options are the question as krt is asked it.
func (q question) options(idx krt.Index[string, thing]) []krt.FetchOption {
	var opts []krt.FetchOption
	if q.key != "" {
		opts = append(opts, krt.FilterKey(q.key))
	}
	if q.keys != nil {
		opts = append(opts, krt.FilterKeys(q.keys...))
	}
	if q.byGroup {
		opts = append(opts, krt.FilterIndex(idx, q.group))
	}
	if q.labels != nil {
		opts = append(opts, krt.FilterLabel(q.labels))
	}
	if q.selects != nil && q.nonEmpty {
		opts = append(opts, krt.FilterSelectsNonEmpty(q.selects))
	} else if q.selects != nil {
		opts = append(opts, krt.FilterSelects(q.selects))
	}
	if q.odd {
		opts = append(opts, krt.FilterGeneric(func(a any) bool { return a.(thing).Value%2 == 1 }))
	}
	return opts
}

// answer is the question asked of plain data.
func (q question) answer(of map[string]thing) []thing {
	var out []thing
	for _, t := range of {
		if q.key != "" && t.Name != q.key || q.keys != nil && !slices.Contains(q.keys, t.Name) ||
			q.byGroup && t.Group != q.group || q.odd && t.Value%2 != 1 {
			continue
		}
		has := func(whole, part map[string]string) bool {
			for k, v := range part {
				if whole[k] != v {
					return false
				}
			}
			return true
		}
		if !has(t.Labels, q.labels) || q.selects != nil && !has(q.selects, t.Selector) || q.nonEmpty && len(t.Selector) == 0 {
			continue
		}
		out = append(out, t)
	}
	return out
}

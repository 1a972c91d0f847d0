// SPDX-License-Identifier: Apache-2.0

package fieldset

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Set is a set of fields of objects of any type.
type Set struct {
	paths []string // sorted
	tree  tree

	byType sync.Map // reflect.Type to map[string][]int, the index of each field
}

// Parse returns the set of the fields that the paths name, each with all that is in it. A
// path names fields as JSON does, joined by dots, and goes through every element of a
// list. Keys of maps are fields too; one with dots stands in brackets.
func Parse(paths ...string) (*Set, error) {
	s := &Set{paths: slices.Clone(paths), tree: tree{}}
	slices.Sort(s.paths)
	s.paths = slices.Compact(s.paths)
	for _, p := range s.paths {
		path, err := parsePath(p)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", p, err)
		}
		s.tree.add(path)
	}
	return s, nil
}

// Identity returns the fields without which an object cannot be cached.
func Identity() [][]string {
	return [][]string{{"metadata", "name"}, {"metadata", "namespace"}, {"metadata", "uid"}, {"metadata", "resourceVersion"}}
}

// ForCache returns the set with what there must be of cached objects: their identity,
// apiVersion and kind. Its name stays the same.
func (s *Set) ForCache() *Set {
	return s.With(append(Identity(), []string{"apiVersion"}, []string{"kind"})...)
}

// With returns the set with further fields. Its name stays the same.
func (s *Set) With(paths ...[]string) *Set {
	more := &Set{paths: s.paths, tree: s.tree.clone()}
	for _, path := range paths {
		more.tree.add(path)
	}
	return more
}

// Paths returns the paths that were parsed, ordered and each once. They are not to be changed.
func (s *Set) Paths() []string { return s.paths }

// Covers reports whether the set has the field with all that is in it.
func (s *Set) Covers(path ...string) bool { return s.tree.covers(path) }

// String returns the paths that were parsed, in order, which is all that there is to know.
func (s *Set) String() string { return strings.Join(s.paths, ",") }

// tree is a set of paths. A tree without children stands for a field as a whole.
type tree map[string]tree

// add adds a path. What is in the set already as a whole stays so.
func (t tree) add(path []string) {
	at := t
	for i, name := range path {
		next, ok := at[name]
		switch {
		case ok && len(next) == 0:
			return
		case !ok || i == len(path)-1:
			next = tree{}
			at[name] = next
		}
		at = next
	}
}

func (t tree) clone() tree {
	c := make(tree, len(t))
	for name, rest := range t {
		c[name] = rest.clone()
	}
	return c
}

// covers reports whether the path, or one that it begins with, is in the set.
func (t tree) covers(path []string) bool {
	at := t
	for _, name := range path {
		next, ok := at[name]
		if !ok {
			return false
		}
		if len(next) == 0 {
			return true
		}
		at = next
	}
	return false
}

// parsePath splits a path into names.
func parsePath(p string) ([]string, error) {
	var names []string
	for rest, isFirst := p, true; rest != "" || isFirst; isFirst = false {
		var name string
		switch {
		case rest != "" && rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, fmt.Errorf("a bracket is not closed")
			}
			name, rest = rest[1:end], rest[end+1:]
		case !isFirst && rest[0] != '.':
			return nil, fmt.Errorf("there is no dot before %q", rest)
		default:
			if !isFirst {
				rest = rest[1:]
			}
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			name, rest = rest[:end], rest[end:]
		}
		if name == "" {
			return nil, fmt.Errorf("a name is empty")
		}
		names = append(names, name)
	}
	return names, nil
}

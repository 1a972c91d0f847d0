// SPDX-License-Identifier: Apache-2.0

package namespace

import (
	"fmt"
	"maps"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"

	"github.com/krtkit/krtkit/util/sets"
)

// selectorSet holds selectors by their text.
type selectorSet map[string]klabels.Selector

// parse returns the selectors of a list. The error names the one that is not valid.
func parse(list []*metav1.LabelSelector) (selectorSet, error) {
	set := make(selectorSet, len(list))
	for i, s := range list {
		selector, err := metav1.LabelSelectorAsSelector(s)
		if err != nil {
			return nil, fmt.Errorf("selector %d, %s: %w", i, s, err)
		}
		set[textOf(selector)] = selector
	}
	return set, nil
}

// textOf tells selectors apart, also the one that matches nothing, whose own text is
// that of the one that matches everything.
func textOf(s klabels.Selector) string {
	if s == klabels.Nothing() {
		return "!"
	}
	return s.String()
}

// without returns the selectors that are not in other.
func (s selectorSet) without(other selectorSet) []klabels.Selector {
	var rest []klabels.Selector
	for text, selector := range s {
		if _, ok := other[text]; !ok {
			rest = append(rest, selector)
		}
	}
	return rest
}

// membership knows which namespaces are selected. It is not safe for concurrent use.
// Until it has selectors, it selects nothing.
type membership struct {
	selectors  selectorSet // nil as long as there are none, not even an empty list
	namespaces map[string]*member
}

// member is a namespace that exists.
type member struct {
	labels  map[string]string
	matches int // how many selectors match
}

// everything reports whether namespaces are selected whatever their labels are.
func (m *membership) everything() bool { return m.selectors != nil && len(m.selectors) == 0 }

func (m *membership) knows(name string) bool { return m.namespaces[name] != nil }

func (m *membership) selects(name string) bool {
	if m.everything() {
		return true
	}
	n := m.namespaces[name]
	return n != nil && n.matches > 0
}

// setNamespace puts a namespace, or one with other labels, and reports whether it was
// selected before and whether it is now.
func (m *membership) setNamespace(name string, labels map[string]string) (before, after bool) {
	before = m.selects(name)
	n := m.namespaces[name]
	switch {
	case n == nil:
		n = &member{}
		m.namespaces[name] = n
	case maps.Equal(n.labels, labels):
		return before, before
	}
	n.labels, n.matches = labels, 0
	for _, s := range m.selectors {
		if s.Matches(klabels.Set(labels)) {
			n.matches++
		}
	}
	return before, m.selects(name)
}

func (m *membership) removeNamespace(name string) { delete(m.namespaces, name) }

// setSelectors replaces the selectors, and returns the names of namespaces that are
// selected now and were not, and the opposite. Only selectors that were not there, or
// are not there any more, are matched.
func (m *membership) setSelectors(next selectorSet) (selected, deselected sets.String) {
	selected, deselected = sets.New[string](), sets.New[string]()
	added, removed := next.without(m.selectors), m.selectors.without(next)
	if m.selectors != nil && len(added) == 0 && len(removed) == 0 {
		return selected, deselected
	}
	wasEverything := m.everything()
	m.selectors = next
	for name, n := range m.namespaces {
		before := wasEverything || n.matches > 0
		n.matches += matching(added, n.labels) - matching(removed, n.labels)
		switch after := m.everything() || n.matches > 0; {
		case after && !before:
			selected.Insert(name)
		case before && !after:
			deselected.Insert(name)
		}
	}
	return selected, deselected
}

func matching(selectors []klabels.Selector, labels map[string]string) int {
	n := 0
	for _, s := range selectors {
		if s.Matches(klabels.Set(labels)) {
			n++
		}
	}
	return n
}

// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
)

const (
	// A label is indexed when objects are listed by its values for the second time
	// while there are more than this many: going through fewer is fast enough.
	worthLabelIndex = 256
	// No more labels than this are indexed. A program lists by few; others come from
	// selectors that it was given.
	maxLabelIndexes = 16
	// No more labels than this are remembered for having been asked for once.
	maxLabelsAsked = 256
)

// labelIndexes finds objects by the values of those labels that are listed by.
type labelIndexes struct {
	mu      sync.Mutex        // taken before all others; with it, none is waited for
	asked   map[string]bool   // once, and not indexed
	byLabel map[string]*index // the informer's locks guard what is in them
}

// candidates returns objects of a namespace, or of all if it is empty, among which all are
// that the selector selects. The slice is the caller's.
func (s *Shared) candidates(namespace string, selector klabels.Selector) []any {
	label, values := whichValues(selector)
	if label == "" {
		return s.inNamespace(namespace)
	}
	if ix := s.labelIndex(label); ix != nil {
		if found, ok := s.underAny(ix, values, namespace); ok {
			return found
		}
		return s.inNamespace(namespace)
	}
	found := s.inNamespace(namespace)
	if len(found) > worthLabelIndex {
		s.labels.remember(label)
	}
	return found
}

// remember notes that a label was asked for. When there are too many, those that are asked
// for again and again will be remembered anew.
func (l *labelIndexes) remember(label string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.asked) >= maxLabelsAsked {
		clear(l.asked)
	}
	l.asked[label] = true
}

// whichValues returns a label that the selector wants to have one of a few values, and
// these; nothing if there is no such label.
func whichValues(selector klabels.Selector) (label string, values []string) {
	requirements, _ := selector.Requirements()
	for _, r := range requirements {
		switch r.Operator() { //nolint:exhaustive // others do not say which values
		case selection.Equals, selection.DoubleEquals, selection.In:
			return r.Key(), r.ValuesUnsorted()
		}
	}
	return "", nil
}

// labelIndex returns the index of a label. It makes one when the label has been asked for
// before, unless the informer is being written to: it may be an index's function that
// asks, which must not wait for that.
func (s *Shared) labelIndex(label string) *index {
	s.labels.mu.Lock()
	defer s.labels.mu.Unlock()
	if ix := s.labels.byLabel[label]; ix != nil {
		return ix
	}
	if !s.labels.asked[label] || len(s.labels.byLabel) >= maxLabelIndexes || !s.writing.TryLock() {
		return nil
	}
	defer s.writing.Unlock()
	ix := s.indexBy(func(obj any) []string {
		m, err := meta.Accessor(obj)
		if err != nil {
			return nil
		}
		if value, ok := m.GetLabels()[label]; ok {
			return []string{value}
		}
		return nil
	})
	s.labels.byLabel[label] = ix
	delete(s.labels.asked, label)
	return ix
}

// underAny returns the objects under any of the index keys, which an object has no two of.
// It does not if it may be faster to go through the namespace.
func (s *Shared) underAny(ix *index, keys []string, namespace string) (found []any, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n := 0
	for _, k := range keys {
		n += ix.size(k)
	}
	if namespace != "" && n > worthLabelIndex {
		return nil, false
	}
	found = make([]any, 0, n)
	for _, k := range keys {
		ix.each(k, func(obj any) {
			if namespace == "" || isIn(namespace, obj) {
				found = append(found, obj)
			}
		})
	}
	return found, true
}

func isIn(namespace string, obj any) bool {
	m, err := meta.Accessor(obj)
	return err == nil && m.GetNamespace() == namespace
}

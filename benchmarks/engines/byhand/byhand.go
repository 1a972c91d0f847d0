// SPDX-License-Identifier: Apache-2.0

package byhand

import (
	"maps"
	"slices"
	"sync"

	"github.com/krtkit/krtkit/benchmarks/engines/peer"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// Name is the contender's.
const Name = "by hand"

// Suite returns the scenarios.
func Suite() scenario.Suite {
	return peer.Suite(Name, func(objects []scenario.Object) peer.Deriver {
		s := &store{source: map[string]scenario.Object{}, derived: map[string]scenario.Object{}}
		for _, o := range objects {
			s.source[o.Name] = o
		}
		return s
	})
}

type store struct {
	mu              sync.Mutex
	source, derived map[string]scenario.Object
	index           map[string]map[string]struct{} // names by namespace
	told            func(n int)
}

// Derive implements [peer.Deriver].
func (s *store) Derive(indexed bool, told func(n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if indexed {
		s.index = map[string]map[string]struct{}{}
	}
	for _, o := range s.source {
		s.put(o.Derived())
	}
	s.told = told
}

// put stores a derived object, and reports whether it is another one than before. The
// namespace is part of the name, so that an object never leaves it.
func (s *store) put(d scenario.Object) bool {
	if old, ok := s.derived[d.Name]; ok && old == d {
		return false
	}
	s.derived[d.Name] = d
	if s.index != nil {
		names := s.index[d.Namespace()]
		if names == nil {
			names = map[string]struct{}{}
			s.index[d.Namespace()] = names
		}
		names[d.Name] = struct{}{}
	}
	return true
}

// Set implements [peer.Deriver].
func (s *store) Set(o scenario.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.source[o.Name] = o
	if s.put(o.Derived()) {
		s.told(1)
	}
}

// Derived implements [peer.Deriver].
func (s *store) Derived() []scenario.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.derived))
}

// Close implements [peer.Deriver].
func (s *store) Close() {}

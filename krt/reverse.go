// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"maps"
	"slices"
)

// input is what a derived collection knows of one object that it transforms, if
// there is more to know than that it became one object with the same key.
type input struct {
	key     string
	outputs []string // keys of what it became
	uses    []use    // what it fetched
	round   uint64   // last run that it was marked in
}

// use is one interest of an input, and the input's place among its users.
type use struct {
	it    *interest
	place int
}

// interest is something that inputs have asked for by the same Fetch: when a
// change concerns it, it concerns its users. Interests are found from a change by
// where they are kept (see [interests]), in time that does not depend on how many
// there are.
type interest struct {
	edge  fetched
	key   string      // all there is to it, if rest is nil
	rest  *dependency // else
	users []*input
	round uint64 // last run that it was found to be concerned in
	seen  uint64 // last time that an input was found to have it

	group *group // where it is kept, if that is a group
	place int    // in it
}

// group is a set of interests that are looked at one by one.
type group struct {
	members []*interest
}

func (g *group) add(it *interest) {
	it.group, it.place = g, len(g.members)
	g.members = append(g.members, it)
}

func (g *group) remove(it *interest) {
	last := len(g.members) - 1
	g.members[it.place] = g.members[last]
	g.members[it.place].place = it.place
	g.members[last] = nil
	g.members = g.members[:last]
}

type pair struct{ key, value string }

type indexKey struct {
	def any
	key string
}

// interests are the interests in one collection, each kept where a change that
// concerns it leads: under the key that it asks for, under a key of an index,
// under one of its labels, under its labels that a selector may ask for, or, if
// none of that narrows it down, with all others like it.
type interests[T any] struct {
	count    int
	byKey    map[string]*interest // nothing but the key
	byKeys   map[string]map[*interest]struct{}
	byIndex  map[indexKey]*group
	byLabel  map[pair]*group
	bySelect map[pair]map[*interest]struct{}
	byNone   map[*interest]struct{} // concerned by objects that select by nothing
	rest     group
	defs     map[*indexDef[T]]int // indexes in byIndex, with the number of their keys
}

// intern returns the interest that stands for the dependency, which may be one
// that others have already.
func (s *interests[T]) intern(d *dependency) *interest {
	if d.keyOnly() {
		it := s.byKey[d.key]
		if it == nil {
			it = &interest{key: d.key}
			if s.byKey == nil {
				s.byKey = map[string]*interest{}
			}
			s.byKey[d.key] = it
			s.count++
		}
		return it
	}
	g := s.home(d)
	if g != nil && d.comparable() {
		for _, it := range g.members[:min(len(g.members), 8)] {
			if sameDependency(it.rest, d) {
				return it
			}
		}
	}
	rest := *d
	it := &interest{rest: &rest}
	s.count++
	if g != nil {
		g.add(it)
	} else {
		s.keep(it)
	}
	return it
}

// home returns the group that an interest belongs to, or nil if it is one that is
// kept in several places. Of several groups that would do it is the smallest.
func (s *interests[T]) home(d *dependency) *group {
	var best *group
	var found func()
	if d.index != nil {
		k := indexKey{d.index, d.indexKey}
		g, ok := s.byIndex[k]
		if !ok {
			g = &group{}
		}
		best, found = g, func() {
			if !ok {
				if s.byIndex == nil {
					s.byIndex, s.defs = map[indexKey]*group{}, map[*indexDef[T]]int{}
				}
				s.byIndex[k] = g
				s.defs[d.index.(*indexDef[T])]++
			}
		}
	}
	if d.byLabels && !d.byKeys && !d.byKey {
		for k, v := range d.labels {
			p := pair{k, v}
			g, ok := s.byLabel[p]
			if !ok {
				g = &group{}
			}
			if best != nil && len(best.members) <= len(g.members) {
				continue
			}
			best, found = g, func() {
				if !ok {
					if s.byLabel == nil {
						s.byLabel = map[pair]*group{}
					}
					s.byLabel[p] = g
				}
			}
		}
	}
	if best != nil {
		found()
		return best
	}
	if d.byKey || d.byKeys || d.bySelector {
		return nil
	}
	return &s.rest
}

// places calls f with every set that an interest without a group is kept in.
func (s *interests[T]) places(d *dependency, f func(set *map[*interest]struct{}, drop func())) {
	in := func(m *map[string]map[*interest]struct{}, k string) {
		if *m == nil {
			*m = map[string]map[*interest]struct{}{}
		}
		set := (*m)[k]
		f(&set, func() { delete(*m, k) })
		if len(set) > 0 {
			(*m)[k] = set
		}
	}
	switch {
	case d.byKey:
		in(&s.byKeys, d.key)
	case d.byKeys:
		for _, k := range d.keys {
			in(&s.byKeys, k)
		}
	default:
		for k, v := range d.selects {
			p := pair{k, v}
			if s.bySelect == nil {
				s.bySelect = map[pair]map[*interest]struct{}{}
			}
			set := s.bySelect[p]
			f(&set, func() { delete(s.bySelect, p) })
			if len(set) > 0 {
				s.bySelect[p] = set
			}
		}
		if !d.nonEmpty {
			f(&s.byNone, func() {})
		}
	}
}

func (s *interests[T]) keep(it *interest) {
	s.places(it.rest, func(set *map[*interest]struct{}, _ func()) {
		if *set == nil {
			*set = map[*interest]struct{}{}
		}
		(*set)[it] = struct{}{}
	})
}

func (s *interests[T]) remove(it *interest) {
	s.count--
	switch {
	case it.rest == nil:
		delete(s.byKey, it.key)
	case it.group != nil:
		it.group.remove(it)
		if len(it.group.members) == 0 {
			s.dropGroup(it)
		}
	default:
		s.places(it.rest, func(set *map[*interest]struct{}, drop func()) {
			delete(*set, it)
			if len(*set) == 0 {
				drop()
			}
		})
	}
}

// dropGroup removes a group whose last member has gone.
func (s *interests[T]) dropGroup(it *interest) {
	if it.group == &s.rest {
		return
	}
	d := it.rest
	if k := (indexKey{d.index, d.indexKey}); d.index != nil && s.byIndex[k] == it.group {
		delete(s.byIndex, k)
		def := d.index.(*indexDef[T])
		if s.defs[def]--; s.defs[def] == 0 {
			delete(s.defs, def)
		}
		return
	}
	for k, v := range d.labels {
		if p := (pair{k, v}); s.byLabel[p] == it.group {
			delete(s.byLabel, p)
			return
		}
	}
}

// affected calls mark for the inputs that the change concerns.
func (s *interests[T]) affected(c change[T], round uint64, mark func(*input)) {
	check := func(it *interest) {
		if it.round == round || it.rest != nil && !concerns(it.rest, c) {
			return
		}
		it.round = round
		for _, in := range it.users {
			mark(in)
		}
	}
	key := c.key()
	if it := s.byKey[key]; it != nil {
		check(it)
	}
	for it := range s.byKeys[key] {
		check(it)
	}
	for _, it := range s.rest.members {
		check(it)
	}
	for _, e := range []*entry[T]{c.old, c.new} {
		if e == nil {
			continue
		}
		for def := range s.defs {
			for _, k := range def.extract(&e.val) {
				s.checkGroup(s.byIndex[indexKey{def, k}], check)
			}
		}
		if len(s.byLabel) > 0 {
			for k, v := range labelsOf(&e.val) {
				s.checkGroup(s.byLabel[pair{k, v}], check)
			}
		}
		if len(s.bySelect)+len(s.byNone) > 0 {
			s.checkSelector(selectorOf(&e.val), check)
		}
	}
}

func (s *interests[T]) checkGroup(g *group, check func(*interest)) {
	if g != nil {
		for _, it := range g.members {
			check(it)
		}
	}
}

// checkSelector checks the interests that have a pair of the selector: all that
// are selected have each of its pairs, so the one that the fewest have will do.
func (s *interests[T]) checkSelector(selector map[string]string, check func(*interest)) {
	if len(selector) == 0 {
		// It selects everything that does not ask for more than that.
		for it := range s.byNone {
			check(it)
		}
		return
	}
	var fewest map[*interest]struct{}
	first := true
	for k, v := range selector {
		if set := s.bySelect[pair{k, v}]; first || len(set) < len(fewest) {
			fewest, first = set, false
		}
	}
	for it := range fewest {
		check(it)
	}
}

func sameDependency(a, b *dependency) bool {
	return a.comparable() && b.comparable() &&
		a.byKey == b.byKey && a.key == b.key && a.byKeys == b.byKeys && slices.Equal(a.keys, b.keys) &&
		a.index == b.index && a.indexKey == b.indexKey &&
		a.byLabels == b.byLabels && maps.Equal(a.labels, b.labels) &&
		a.bySelector == b.bySelector && a.nonEmpty == b.nonEmpty && maps.Equal(a.selects, b.selects)
}

// depend makes the input depend on what its run fetched, and on nothing else.
func (r *reader) depend(in *input, fetches []recorded) {
	old := in.uses
	if sameUses(old, fetches) {
		return
	}
	r.stamp++
	uses := make([]use, 0, len(fetches))
	for i := range fetches {
		f := &fetches[i]
		it := f.edge.intern(&f.dependency)
		it.edge = f.edge
		if it.seen == r.stamp {
			continue // asked for twice
		}
		it.seen = r.stamp
		uses = append(uses, use{it, len(it.users)})
		it.users = append(it.users, in)
	}
	in.uses = uses
	for _, u := range old {
		u.release()
	}
}

// sameUses reports whether the uses are those that the fetches would make. It
// looks at interests that consist of a key only, which is most of them.
func sameUses(uses []use, fetches []recorded) bool {
	if len(uses) != len(fetches) {
		return false
	}
	for i := range fetches {
		f := &fetches[i]
		it := uses[i].it
		if it.edge != f.edge || it.rest == nil && (!f.keyOnly() || it.key != f.key) ||
			it.rest != nil && !sameDependency(it.rest, &f.dependency) {
			return false
		}
	}
	return true
}

// release ends a former use of an input.
func (u use) release() {
	it := u.it
	place, last := u.place, len(it.users)-1
	if moved := it.users[last]; last != place {
		it.users[place] = moved
		// The one that moved up may be the input itself, by its new use.
		for i := range moved.uses {
			if m := &moved.uses[i]; m.it == it && m.place == last {
				m.place = place
			}
		}
	}
	it.users[last] = nil
	it.users = it.users[:last]
	if len(it.users) == 0 {
		it.edge.forget(it)
	}
}

// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"maps"
	"slices"

	"github.com/krtkit/krtkit/krt/internal/trie"
)

// interest is something that inputs have asked for by the same Fetch: when a
// change concerns it, it concerns its users. Interests are found from a change by
// where they are kept (see [interests]), in time that does not depend on how many
// there are. There may be one for each input, so it is small.
type interest struct {
	key  string        // that is asked for: of an object, or of an index if home is of one
	home *table        // where it is kept
	only *input        // the first user
	mark uint64        // the last [reader.stamp] that it was met at
	more *moreInterest // nil if there is no more to it
}

// moreInterest is what few interests have.
type moreInterest struct {
	users []*input    // from the second one on
	rest  *dependency // what is asked for, if that is not just a key

	group *group // where it is kept, if that is a group
	place int    // in it
}

// Key implements [trie.Element].
func (it *interest) Key() string { return it.key }

// Hash implements [trie.Element]. It is not kept: it is needed when a map grows.
func (it *interest) Hash() uint64 { return trie.Hash(it.key) }

// rest returns what is asked for, or nil if that is just the key.
func (it *interest) rest() *dependency {
	if it.more == nil {
		return nil
	}
	return it.more.rest
}

// recorded returns the Fetch that the interest stands for.
func (it *interest) recorded() recorded {
	r := recorded{edge: it.home.edge}
	if rest := it.rest(); rest != nil {
		r.dependency = *rest
		return r
	}
	switch it.home.of.(type) {
	case objectKeys:
		r.byKey, r.key = true, it.key
	case everything:
	default:
		r.index, r.key = it.home.of, it.key
	}
	return r
}

// standsFor reports whether a Fetch asks for what the interest stands for.
func (it *interest) standsFor(f *recorded) bool {
	switch rest := it.rest(); {
	case it.home.edge != f.edge:
		return false
	case rest != nil:
		return sameDependency(rest, &f.dependency)
	default:
		return f.keyOnly() && it.home.of == f.keyOf() && it.key == f.key
	}
}

func (it *interest) countUsers() int {
	switch {
	case it.only == nil:
		return 0
	case it.more == nil:
		return 1
	default:
		return 1 + len(it.more.users)
	}
}

func (it *interest) user(i int) **input {
	if i == 0 {
		return &it.only
	}
	return &it.more.users[i-1]
}

// add adds a user and returns its place.
func (it *interest) add(in *input) int {
	n := it.countUsers()
	if n == 0 {
		it.only = in
		return 0
	}
	if it.more == nil {
		it.more = new(moreInterest)
	}
	it.more.users = append(it.more.users, in)
	return n
}

// drop removes the last user.
func (it *interest) drop(last int) {
	*it.user(last) = nil
	if last > 0 {
		it.more.users = it.more.users[:last-1]
	}
}

// table holds interests that ask for nothing but a key.
type table struct {
	edge fetched
	of   any // what the keys are of: an *indexDef, objectKeys, or everything
	all  trie.Map[*interest]
}

type (
	objectKeys struct{}
	everything struct{} // there is one key only, which is empty
)

// tableOwner owns all parts of all tables: nobody keeps copies.
const tableOwner = 1

// group is a set of interests that are looked at one by one.
type group struct {
	members []*interest
}

func (g *group) add(it *interest) {
	it.more.group, it.more.place = g, len(g.members)
	g.members = append(g.members, it)
}

func (g *group) remove(it *interest) {
	last := len(g.members) - 1
	g.members[it.more.place] = g.members[last]
	g.members[it.more.place].more.place = it.more.place
	g.members[last] = nil
	g.members = g.members[:last]
}

type pair struct{ key, value string }

// interests are the interests in one collection, each kept where a change that
// concerns it leads: under the key that it asks for, under a key of an index,
// under one of its labels, under its labels that a selector may ask for, or, if
// none of that narrows it down, with all others like it.
type interests[T any] struct {
	count    int
	byKey    *table // nothing but the key
	no       *table // nothing at all
	byKeys   map[string]map[*interest]struct{}
	byIndex  map[*indexDef[T]]*indexInterests
	byLabel  map[pair]*group
	bySelect map[pair]map[*interest]struct{}
	byNone   map[*interest]struct{} // concerned by objects that select by nothing
	rest     group
}

// indexInterests are those that are kept under the keys of an index.
type indexInterests struct {
	byKey  *table            // nothing but the key of the index
	groups map[string]*group // that, and something else
}

// table returns a table for interests of the edge, which it makes if need be.
func (s *interests[T]) table(edge fetched, of any) *table {
	t := &s.byKey
	switch of := of.(type) {
	case *indexDef[T]:
		t = &s.at(of).byKey
	case everything:
		t = &s.no
	}
	if *t == nil {
		*t = &table{edge: edge, of: of}
	}
	return *t
}

// intern returns the interest that stands for the dependency at the edge, which may be
// one that others have already.
func (s *interests[T]) intern(edge fetched, d *dependency) *interest {
	if d.keyOnly() {
		t := s.table(edge, d.keyOf())
		if it, ok := t.all.Get(d.key); ok {
			return it
		}
		it := &interest{key: d.key, home: t}
		t.all.Put(tableOwner, it)
		s.count++
		return it
	}
	g := s.groupOf(d)
	if g != nil && d.comparable() {
		for _, it := range g.members[:min(len(g.members), 8)] {
			if sameDependency(it.rest(), d) {
				return it
			}
		}
	}
	rest := *d
	it := &interest{home: s.table(edge, objectKeys{}), more: &moreInterest{rest: &rest}}
	s.count++
	if g != nil {
		g.add(it)
	} else {
		s.keep(it)
	}
	return it
}

// at returns the interests that are kept under the keys of an index.
func (s *interests[T]) at(def *indexDef[T]) *indexInterests {
	i := s.byIndex[def]
	if i == nil {
		i = &indexInterests{}
		if s.byIndex == nil {
			s.byIndex = map[*indexDef[T]]*indexInterests{}
		}
		s.byIndex[def] = i
	}
	return i
}

// left is called when an interest was removed that was kept under a key of an index.
func (s *interests[T]) left(def *indexDef[T]) {
	if i := s.byIndex[def]; len(i.groups) == 0 && (i.byKey == nil || i.byKey.all.Len() == 0) {
		delete(s.byIndex, def)
	}
}

// groupOf returns the group that an interest belongs to, or nil if it is one that is
// kept in several places. Of several groups that would do it is the smallest.
func (s *interests[T]) groupOf(d *dependency) *group {
	var best *group
	var found func()
	if d.index != nil {
		def := d.index.(*indexDef[T])
		var g *group
		ok := false
		if i := s.byIndex[def]; i != nil {
			g, ok = i.groups[d.key]
		}
		if !ok {
			g = &group{}
		}
		best, found = g, func() {
			if !ok {
				i := s.at(def)
				if i.groups == nil {
					i.groups = map[string]*group{}
				}
				i.groups[d.key] = g
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
	s.places(it.rest(), func(set *map[*interest]struct{}, _ func()) {
		if *set == nil {
			*set = map[*interest]struct{}{}
		}
		(*set)[it] = struct{}{}
	})
}

func (s *interests[T]) remove(it *interest) {
	s.count--
	rest := it.rest()
	switch {
	case rest == nil:
		it.home.all.Delete(tableOwner, it)
		if def, ok := it.home.of.(*indexDef[T]); ok {
			s.left(def)
		}
	case it.more.group != nil:
		it.more.group.remove(it)
		if len(it.more.group.members) == 0 {
			s.dropGroup(it.more.group, rest)
		}
	default:
		s.places(rest, func(set *map[*interest]struct{}, drop func()) {
			delete(*set, it)
			if len(*set) == 0 {
				drop()
			}
		})
	}
}

// dropGroup removes a group whose last member, which asked for d, has gone.
func (s *interests[T]) dropGroup(g *group, d *dependency) {
	if g == &s.rest {
		return
	}
	if d.index != nil {
		def := d.index.(*indexDef[T])
		if i := s.byIndex[def]; i != nil && i.groups[d.key] == g {
			delete(i.groups, d.key)
			s.left(def)
			return
		}
	}
	for k, v := range d.labels {
		if p := (pair{k, v}); s.byLabel[p] == g {
			delete(s.byLabel, p)
			return
		}
	}
}

// affected marks the inputs that the change concerns.
func (s *interests[T]) affected(c change[T], r *reader) {
	check := func(it *interest) {
		if it.mark == r.stamp {
			return // its users are marked already
		}
		if rest := it.rest(); rest != nil && !concerns(rest, c) {
			return
		}
		it.mark = r.stamp
		for i := range it.countUsers() {
			r.mark(*it.user(i))
		}
	}
	checkKey := func(t *table, hash uint64, key string) {
		if t == nil {
			return
		}
		if it, ok := t.all.Find(hash, key); ok {
			check(it)
		}
	}
	latest := c.latest()
	checkKey(s.byKey, latest.hash, latest.key)
	if s.no != nil {
		for it := range s.no.all.All() {
			check(it)
		}
	}
	for it := range s.byKeys[latest.key] {
		check(it)
	}
	for _, it := range s.rest.members {
		check(it)
	}
	for _, e := range []*entry[T]{c.old, c.new} {
		if e == nil {
			continue
		}
		for def, i := range s.byIndex {
			for _, k := range def.extract(&e.val) {
				checkKey(i.byKey, trie.Hash(k), k)
				s.checkGroup(i.groups[k], check)
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
		a.index == b.index && a.anyOf == b.anyOf &&
		a.byLabels == b.byLabels && maps.Equal(a.labels, b.labels) &&
		a.bySelector == b.bySelector && a.nonEmpty == b.nonEmpty && maps.Equal(a.selects, b.selects)
}

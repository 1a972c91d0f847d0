// SPDX-License-Identifier: Apache-2.0

package krt

import "github.com/krtkit/krtkit/krt/internal/trie"

// input is what a derived collection knows of one object that it transforms, if
// there is more to know than that it became one object with the same key. There may
// be one for each object, so it is small: most fetch one thing, if any.
type input struct {
	key   string
	round uint64     // last run that it was marked in
	first use        // the first thing that it fetched; empty if there is none
	more  *moreInput // nil if there is no more to it
}

// moreInput is what few inputs have.
type moreInput struct {
	outputs []string // keys of what it became, if they are not its own
	uses    []use    // what it fetched, from the second thing on
}

// use is one interest of an input, and the input's place among its users.
type use struct {
	it    *interest
	place int
}

// Key implements [trie.Element].
func (in *input) Key() string { return in.key }

// Hash implements [trie.Element]. It is not kept: it is needed when a map grows.
func (in *input) Hash() uint64 { return trie.Hash(in.key) }

// outputs returns the keys of what the input became that are not its own key.
func (in *input) outputs() []string {
	if in.more == nil {
		return nil
	}
	return in.more.outputs
}

func (in *input) setOutputs(keys []string) {
	switch {
	case in.more != nil:
		in.more.outputs = keys
	case len(keys) > 0:
		in.more = &moreInput{outputs: keys}
	}
}

// countUses returns how many different things the input fetched.
func (in *input) countUses() int {
	switch {
	case in.first.it == nil:
		return 0
	case in.more == nil:
		return 1
	default:
		return 1 + len(in.more.uses)
	}
}

// use returns one of them.
func (in *input) use(i int) *use {
	if i == 0 {
		return &in.first
	}
	return &in.more.uses[i-1]
}

// fetched returns the fetches that the uses stand for.
func (in *input) fetched() []recorded {
	out := make([]recorded, in.countUses())
	for i := range out {
		out[i] = in.use(i).it.recorded()
	}
	return out
}

// depend makes the input depend on what its run fetched, and on nothing else.
func (r *reader) depend(in *input, fetches []recorded) {
	if in.sameUses(fetches) {
		return
	}
	var formerMore, more []use
	former := in.first
	if in.first = (use{}); in.more != nil {
		formerMore, in.more.uses = in.more.uses, nil
	}
	r.stamp++
	for i := range fetches {
		f := &fetches[i]
		it := f.edge.intern(&f.dependency)
		if it.mark == r.stamp {
			continue // asked for twice
		}
		it.mark = r.stamp
		u := use{it, it.add(in)}
		if in.first.it == nil {
			in.first = u
			continue
		}
		if more == nil {
			more = make([]use, 0, len(fetches)-i)
		}
		more = append(more, u)
	}
	switch {
	case in.more != nil:
		in.more.uses = more
	case more != nil:
		in.more = &moreInput{uses: more}
	}
	if former.it != nil {
		former.release()
	}
	for _, u := range formerMore {
		u.release()
	}
}

// sameUses reports whether the uses are those that the fetches would make.
func (in *input) sameUses(fetches []recorded) bool {
	if in.countUses() != len(fetches) {
		return false
	}
	for i := range fetches {
		if !in.use(i).it.standsFor(&fetches[i]) {
			return false
		}
	}
	return true
}

// release ends a former use of an input.
func (u use) release() {
	it := u.it
	last := it.countUsers() - 1
	if last != u.place {
		moved := it.user(last)
		*it.user(u.place) = *moved
		// The one that moved up may be the input itself, by its new use.
		(*moved).moved(it, last, u.place)
	}
	if it.drop(last); last == 0 {
		it.home.edge.forget(it)
	}
}

// moved says that the input has another place among the users of an interest.
func (in *input) moved(it *interest, from, to int) {
	for i := range in.countUses() {
		if u := in.use(i); u.it == it && u.place == from {
			u.place = to
		}
	}
}

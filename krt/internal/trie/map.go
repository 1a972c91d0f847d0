// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"hash/maphash"
	"iter"
	"math/bits"
)

const (
	step     = 3 // bits of a hash that a branch looks at
	width    = 1 << step
	leafMax  = 32 // elements in a leaf before it splits
	mergeMax = 16 // elements of two leaves that become one
	hashBits = 64 // a leaf this deep holds true collisions and never splits
)

// seed is drawn once; it does not change while the process runs.
var seed = maphash.MakeSeed() //nolint:gochecknoglobals // one immutable hash seed

// Hash returns the hash of a key, which is the same as long as the process runs.
func Hash(key string) uint64 { return maphash.String(seed, key) }

// Element is what a Map holds: something that knows its own key.
type Element interface {
	comparable
	// Key returns the key. It must never change.
	Key() string
	// Hash returns [Hash] of the key. An element that is put into several Maps
	// does well to keep it.
	Hash() uint64
}

// Map is a set of elements by key. The zero Map is empty and ready for use.
type Map[E Element] struct {
	root slot[E]
	only E // the element, if there is one only; then there is no root
	size int
}

// slot leads to a part of a Map: to a branch, to a leaf or, in an empty Map, to
// nothing.
type slot[E Element] struct {
	branch *branch[E]
	leaf   *leaf[E]
}

// branch divides elements by the next bits of their hashes, the first ones of all
// at the root. Slots next to each other share a leaf until that is full.
type branch[E Element] struct {
	owner uint64
	slots [width]slot[E]
}

// leaf holds the elements whose hashes begin with the same bits.
type leaf[E Element] struct {
	owner uint64
	depth uint8          // how many bits those are
	tags  [leafMax]uint8 // ends of the hashes of the elements, as far as there is room
	items []E
}

// Len returns the number of elements.
func (m Map[E]) Len() int { return m.size }

// Get returns the element with the key, and whether there is one.
func (m Map[E]) Get(key string) (E, bool) {
	if m.size == 0 {
		var none E
		return none, false
	}
	return m.Find(Hash(key), key)
}

// Find is Get for a caller that knows the key's hash.
func (m Map[E]) Find(hash uint64, key string) (E, bool) {
	s := m.root
	for rest := hash; s.branch != nil; rest <<= step {
		s = s.branch.slots[rest>>(hashBits-step)]
	}
	if s.leaf != nil {
		if i := s.leaf.find(hash, key); i >= 0 {
			return s.leaf.items[i], true
		}
	} else if m.size == 1 && m.only.Key() == key {
		return m.only, true
	}
	var none E
	return none, false
}

// All yields every element, in the order of their hashes as far as these differ
// early on: two Maps with the same keys yield them in nearly the same order.
func (m Map[E]) All() iter.Seq[E] {
	return func(yield func(E) bool) {
		switch {
		case m.root.branch != nil:
			m.root.branch.walk(0, yield)
		case m.root.leaf != nil:
			m.root.leaf.walk(yield)
		case m.size == 1:
			yield(m.only)
		}
	}
}

func (b *branch[E]) walk(depth int, yield func(E) bool) bool {
	for i := 0; i < width; {
		s := &b.slots[i]
		if s.branch != nil {
			if !s.branch.walk(depth+step, yield) {
				return false
			}
			i++
			continue
		}
		if !s.leaf.walk(yield) {
			return false
		}
		i += s.leaf.span(depth)
	}
	return true
}

func (l *leaf[E]) walk(yield func(E) bool) bool {
	for _, e := range l.items {
		if !yield(e) {
			return false
		}
	}
	return true
}

// Places returns for each of the hashes the place of the element that has it among
// all of them in the order in which a Map yields them, or nearly so. Where hashes are
// equal, the order is their own.
func Places(hashes []uint64) []int {
	lead := min(bits.Len(uint(len(hashes))), 12) // bits that are looked at: what has the same ones is close together
	next := make([]int, 1<<lead+1)
	for _, h := range hashes {
		next[h>>(hashBits-lead)+1]++
	}
	for i := range 1 << lead {
		next[i+1] += next[i]
	}
	places := make([]int, len(hashes))
	for i, h := range hashes {
		n := &next[h>>(hashBits-lead)]
		places[i] = *n
		*n++
	}
	return places
}

// Put adds the element, in place of one with the same key if there is one, which it
// returns, and whether there was.
func (m *Map[E]) Put(owner uint64, e E) (replaced E, ok bool) {
	if m.size == 0 || m.size == 1 && m.only.Key() == e.Key() {
		replaced, ok = m.only, m.size == 1
		m.only, m.size = e, 1
		return replaced, ok
	}
	if m.size == 1 {
		l := &leaf[E]{owner: owner, items: make([]E, 0, 2)}
		l.add(m.only.Hash(), m.only)
		*m = Map[E]{root: slot[E]{leaf: l}, size: 1}
	}
	if replaced, ok = m.put(owner, e.Hash(), e); !ok {
		m.size++
	}
	return replaced, ok
}

// put is Put for a Map that has a root.
func (m *Map[E]) put(owner, hash uint64, e E) (replaced E, ok bool) {
	if m.root.branch == nil {
		if l, replaced, ok := m.root.leaf.put(owner, hash, e); l != nil {
			m.root.leaf = l
			return replaced, ok
		}
		m.root = slot[E]{branch: newBranch(owner, m.root.leaf)}
	}
	m.root.branch = m.root.branch.own(owner)
	b := m.root.branch
	for depth := 0; ; depth += step {
		i := slotOf(hash, depth)
		s := &b.slots[i]
		for s.branch == nil {
			l, replaced, ok := s.leaf.put(owner, hash, e)
			if l == nil {
				b.split(owner, i, depth)
				continue
			}
			if l != s.leaf {
				b.set(i, l, depth)
			}
			return replaced, ok
		}
		s.branch = s.branch.own(owner)
		b = s.branch
	}
}

// Delete removes the element with the same key, if there is one.
func (m *Map[E]) Delete(owner uint64, e E) {
	hash, key := e.Hash(), e.Key()
	if _, ok := m.Find(hash, key); !ok {
		return
	}
	m.size--
	switch {
	case m.size == 0:
		*m = Map[E]{}
	case m.root.branch != nil:
		m.root.branch = m.root.branch.own(owner)
		if l := m.root.branch.remove(owner, hash, key, 0); l != nil {
			m.root = slot[E]{leaf: l}
		}
	default:
		m.root.leaf = m.root.leaf.own(owner)
		m.root.leaf.remove(hash, key)
		if m.size == 1 {
			*m = Map[E]{only: m.root.leaf.items[0], size: 1}
		}
	}
}

// slotOf returns which slot of a branch at that depth the hash belongs to.
func slotOf(hash uint64, depth int) int { return int(hash << depth >> (hashBits - step)) }

// newBranch returns a branch that has everything in one leaf.
func newBranch[E Element](owner uint64, l *leaf[E]) *branch[E] {
	b := &branch[E]{owner: owner}
	for i := range b.slots {
		b.slots[i].leaf = l
	}
	return b
}

// own returns a branch with the same content that the owner may change.
func (b *branch[E]) own(owner uint64) *branch[E] {
	if b.owner == owner {
		return b
	}
	return &branch[E]{owner: owner, slots: b.slots}
}

// set puts a leaf into the slot and into those that share it.
func (b *branch[E]) set(i int, l *leaf[E], depth int) {
	n := l.span(depth)
	first := i &^ (n - 1)
	for j := first; j < first+n; j++ {
		b.slots[j].leaf = l
	}
}

// split divides the leaf in a slot in two, or puts a branch in its place if no
// other slot shares it.
func (b *branch[E]) split(owner uint64, i, depth int) {
	l := b.slots[i].leaf
	half := l.span(depth) / 2
	if half == 0 {
		b.slots[i] = slot[E]{branch: newBranch(owner, l)}
		return
	}
	middle := i&^(2*half-1) + half
	low := l.own(owner)
	high := &leaf[E]{owner: owner, depth: l.depth + 1, items: make([]E, 0, leafMax)}
	items := low.items
	low.depth, low.items = l.depth+1, items[:0]
	for _, e := range items {
		if hash := e.Hash(); slotOf(hash, depth) < middle {
			low.add(hash, e)
		} else {
			high.add(hash, e)
		}
	}
	clear(items[len(low.items):])
	b.set(middle-half, low, depth)
	b.set(middle, high, depth)
}

// remove takes out a key that is known to be there. If what is left fits into one
// leaf, it returns that, and the branch is not needed any more.
func (b *branch[E]) remove(owner uint64, hash uint64, key string, depth int) *leaf[E] {
	i := slotOf(hash, depth)
	s := &b.slots[i]
	if s.branch != nil {
		s.branch = s.branch.own(owner)
		l := s.branch.remove(owner, hash, key, depth+step)
		if l == nil {
			return nil
		}
		*s = slot[E]{leaf: l}
	} else {
		b.set(i, s.leaf.own(owner), depth)
		s.leaf.remove(hash, key)
	}
	for l := s.leaf; ; l = b.slots[i].leaf {
		n := l.span(depth)
		if n == width {
			return l
		}
		buddy := b.slots[i&^(n-1)^n].leaf
		if buddy == nil || buddy.depth != l.depth || len(l.items)+len(buddy.items) > mergeMax {
			return nil
		}
		for _, e := range buddy.items {
			l.add(e.Hash(), e)
		}
		l.depth--
		b.set(i, l, depth)
	}
}

// span returns how many slots share the leaf, in a branch of that depth.
func (l *leaf[E]) span(depth int) int { return 1 << (depth + step - int(l.depth)) }

func (l *leaf[E]) find(hash uint64, key string) int {
	tag, n := uint8(hash), min(len(l.items), leafMax)
	for i, t := range l.tags[:n] {
		if t == tag && l.items[i].Key() == key {
			return i
		}
	}
	for i := n; i < len(l.items); i++ {
		if l.items[i].Key() == key {
			return i
		}
	}
	return -1
}

// put returns a leaf that has the element, and the one that it replaced, if there was
// one. It returns nil if there is no room.
func (l *leaf[E]) put(owner, hash uint64, e E) (_ *leaf[E], replaced E, ok bool) {
	i := l.find(hash, e.Key())
	if i < 0 && len(l.items) >= leafMax && l.depth < hashBits {
		return nil, replaced, false
	}
	l = l.own(owner)
	if i >= 0 {
		replaced, l.items[i] = l.items[i], e
		return l, replaced, true
	}
	l.add(hash, e)
	return l, replaced, false
}

// add adds an element that is not there.
func (l *leaf[E]) add(hash uint64, e E) {
	if n := len(l.items); n < leafMax {
		l.tags[n] = uint8(hash)
	}
	l.items = append(l.items, e)
}

func (l *leaf[E]) remove(hash uint64, key string) {
	i, last := l.find(hash, key), len(l.items)-1
	if l.items[i] = l.items[last]; i < leafMax {
		l.tags[i] = uint8(l.items[i].Hash())
	}
	var none E
	l.items[last] = none
	l.items = l.items[:last]
}

// own returns a leaf with the same content that the owner may change.
func (l *leaf[E]) own(owner uint64) *leaf[E] {
	if l.owner == owner {
		return l
	}
	c := *l
	c.owner = owner
	c.items = append(make([]E, 0, len(l.items)+1), l.items...)
	return &c
}

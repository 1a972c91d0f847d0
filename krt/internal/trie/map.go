// SPDX-License-Identifier: Apache-2.0

package trie

import (
	"hash/maphash"
	"iter"
	"slices"
)

const (
	bits      = 4
	width     = 1 << bits
	leafMax   = 16 // elements in a leaf before it splits
	leafStart = 4  // room in a new one
	maxBits   = 64 // a leaf this deep holds true collisions and never splits
)

// seed is drawn once; it does not change while the process runs.
var seed = maphash.MakeSeed() //nolint:gochecknoglobals // one immutable hash seed

// Element is what a Map holds: something that knows its own key.
type Element interface {
	comparable
	// Key returns the key. It must never change.
	Key() string
}

// Map is a set of elements by key. The zero Map is empty and ready for use.
type Map[E Element] struct {
	root *node[E]
	size int
}

// node is a branch if kids is set, else a leaf.
type node[E Element] struct {
	owner uint64
	kids  *[width]*node[E]
	items []item[E]
}

type item[E Element] struct {
	hash uint64
	elem E
}

// Len returns the number of elements.
func (m Map[E]) Len() int { return m.size }

// Get returns the element with the key, and whether there is one.
func (m Map[E]) Get(key string) (E, bool) {
	if m.root != nil {
		h := maphash.String(seed, key)
		n := m.root
		for rest := h; n != nil; rest >>= bits {
			if n.kids != nil {
				n = n.kids[rest%width]
				continue
			}
			for i := range n.items {
				if it := &n.items[i]; it.hash == h && it.elem.Key() == key {
					return it.elem, true
				}
			}
			break
		}
	}
	var none E
	return none, false
}

// All yields every element, in no particular order.
func (m Map[E]) All() iter.Seq[E] {
	return func(yield func(E) bool) {
		if m.root != nil {
			m.root.walk(yield)
		}
	}
}

func (n *node[E]) walk(yield func(E) bool) bool {
	if n.kids == nil {
		for i := range n.items {
			if !yield(n.items[i].elem) {
				return false
			}
		}
		return true
	}
	for _, kid := range n.kids {
		if kid != nil && !kid.walk(yield) {
			return false
		}
	}
	return true
}

// Put adds the element, in place of one with the same key if there is one.
func (m *Map[E]) Put(owner uint64, e E) {
	h := maphash.String(seed, e.Key())
	var added bool
	m.root, added = m.root.put(owner, item[E]{h, e}, h, 0)
	if added {
		m.size++
	}
}

func (n *node[E]) put(owner uint64, it item[E], rest uint64, depth int) (_ *node[E], added bool) {
	if n == nil {
		items := make([]item[E], 1, leafStart)
		items[0] = it
		return &node[E]{owner: owner, items: items}, true
	}
	n = n.own(owner)
	if n.kids != nil {
		slot := &n.kids[rest%width]
		*slot, added = (*slot).put(owner, it, rest>>bits, depth+bits)
		return n, added
	}
	for i := range n.items {
		if n.items[i].hash == it.hash && n.items[i].elem.Key() == it.elem.Key() {
			n.items[i] = it
			return n, false
		}
	}
	if len(n.items) < leafMax || depth >= maxBits {
		n.items = append(n.items, it)
		return n, true
	}
	items := append(n.items, it)
	n.items, n.kids = nil, new([width]*node[E])
	for _, it := range items {
		slot := &n.kids[it.hash>>depth%width]
		*slot, _ = (*slot).put(owner, it, it.hash>>depth>>bits, depth+bits)
	}
	return n, true
}

// Delete removes the element with the key, if there is one.
func (m *Map[E]) Delete(owner uint64, key string) {
	if _, ok := m.Get(key); !ok {
		return
	}
	h := maphash.String(seed, key)
	m.root = m.root.remove(owner, key, h, h)
	m.size--
}

// remove takes out a key that is known to be there. An empty node becomes nil.
func (n *node[E]) remove(owner uint64, key string, hash, rest uint64) *node[E] {
	if n.kids == nil && len(n.items) == 1 {
		return nil
	}
	n = n.own(owner)
	if n.kids == nil {
		i := slices.IndexFunc(n.items, func(it item[E]) bool { return it.hash == hash && it.elem.Key() == key })
		n.items = slices.Delete(n.items, i, i+1)
		return n
	}
	slot := &n.kids[rest%width]
	*slot = (*slot).remove(owner, key, hash, rest>>bits)
	if *slot == nil && *n.kids == [width]*node[E]{} {
		return nil
	}
	return n
}

// own returns a node with the same content that the owner may change.
func (n *node[E]) own(owner uint64) *node[E] {
	if n.owner == owner {
		return n
	}
	c := &node[E]{owner: owner}
	if n.kids != nil {
		kids := *n.kids
		c.kids = &kids
	} else {
		c.items = make([]item[E], len(n.items), len(n.items)+1)
		copy(c.items, n.items)
	}
	return c
}

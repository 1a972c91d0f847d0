// SPDX-License-Identifier: Apache-2.0

package trie

// Nodes returns how many leaves and branches a Map is made of.
func (m Map[E]) Nodes() int {
	switch {
	case m.root.leaf != nil:
		return 1
	case m.root.branch != nil:
		return m.root.branch.nodes(0)
	}
	return 0
}

func (b *branch[E]) nodes(depth int) int {
	n := 1
	for i := 0; i < width; {
		if s := b.slots[i]; s.branch != nil {
			n += s.branch.nodes(depth + step)
			i++
		} else {
			n++
			i += s.leaf.span(depth)
		}
	}
	return n
}

// SPDX-License-Identifier: Apache-2.0

package queue

// ranked is what a heap holds: pointers that know their order and their place.
type ranked[T any] interface {
	// before reports whether this one comes out before the other.
	before(other T) bool
	// place is where the heap keeps the index of this one; -1 is outside.
	place() *int
}

// shrinkAbove is the capacity that a heap keeps for good.
const shrinkAbove = 32

// heap is a binary heap whose elements can be moved and removed.
type heap[T ranked[T]] struct {
	elements []T
}

func (h *heap[T]) len() int { return len(h.elements) }

// first returns the element that comes out first. The heap must not be empty.
func (h *heap[T]) first() T { return h.elements[0] }

func (h *heap[T]) push(e T) {
	h.elements = append(h.elements, e)
	*e.place() = len(h.elements) - 1
	h.up(len(h.elements) - 1)
}

// fix restores the order after e has changed its rank.
func (h *heap[T]) fix(e T) {
	if i := *e.place(); !h.down(i) {
		h.up(i)
	}
}

// remove takes e out. What is left moves to half the memory once it fills less
// than half.
func (h *heap[T]) remove(e T) {
	i, last := *e.place(), len(h.elements)-1
	h.swap(i, last)
	var none T
	h.elements[last] = none
	h.elements = h.elements[:last]
	*e.place() = -1
	if i < last {
		h.fix(h.elements[i])
	}
	if c := cap(h.elements); c > shrinkAbove && last < c/2 {
		h.elements = append(make([]T, 0, c/2), h.elements...)
	}
}

func (h *heap[T]) swap(i, j int) {
	h.elements[i], h.elements[j] = h.elements[j], h.elements[i]
	*h.elements[i].place(), *h.elements[j].place() = i, j
}

func (h *heap[T]) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !h.elements[i].before(h.elements[parent]) {
			return
		}
		h.swap(i, parent)
		i = parent
	}
}

// down reports whether it moved something.
func (h *heap[T]) down(i int) bool {
	start := i
	for {
		child := 2*i + 1
		if child >= len(h.elements) {
			break
		}
		if right := child + 1; right < len(h.elements) && h.elements[right].before(h.elements[child]) {
			child = right
		}
		if !h.elements[child].before(h.elements[i]) {
			break
		}
		h.swap(i, child)
		i = child
	}
	return i > start
}

// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"math/rand/v2"
	"slices"
	"testing"
)

type number struct{ value, index int }

func (n *number) before(other *number) bool { return n.value < other.value }
func (n *number) place() *int               { return &n.index }

func TestHeap_matchesSorting(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var h heap[*number]
		var model []*number
		for range 200 {
			switch {
			case len(model) == 0 || random.IntN(3) > 0:
				n := &number{value: random.IntN(50), index: -1}
				h.push(n)
				model = append(model, n)
			case random.IntN(2) == 0:
				n := model[random.IntN(len(model))]
				n.value = random.IntN(50)
				h.fix(n)
			default:
				i := random.IntN(len(model))
				h.remove(model[i])
				if model[i].index != -1 {
					t.Fatalf("seed %d: what was removed has the index %d", seed, model[i].index)
				}
				model = slices.Delete(model, i, i+1)
			}
			if h.len() != len(model) {
				t.Fatalf("seed %d: %d elements, want %d", seed, h.len(), len(model))
			}
		}
		slices.SortFunc(model, func(a, b *number) int { return a.value - b.value })
		for _, want := range model {
			got := h.first()
			if got.value != want.value {
				t.Fatalf("seed %d: got %d, want %d", seed, got.value, want.value)
			}
			h.remove(got)
		}
	}
}

func TestHeap_givesMemoryBack(t *testing.T) {
	var h heap[*number]
	const most = 10_000
	for i := range most {
		h.push(&number{value: i})
	}
	for h.len() > 0 {
		h.remove(h.first())
		if c := cap(h.elements); c > shrinkAbove && h.len() < c/2-1 {
			t.Fatalf("%d elements in memory for %d", h.len(), c)
		}
	}
	if c := cap(h.elements); c > shrinkAbove {
		t.Errorf("empty heap has memory for %d", c)
	}
}

func TestItems_keepTheRoomThatWasUsedLately(t *testing.T) {
	var all items[int]
	const storm = 100 * keptRoom
	round := func(n int) {
		var got []*item[int]
		for i := range n {
			got = append(got, all.get(i))
		}
		for _, it := range got {
			all.release(it)
		}
	}
	round(storm)
	if len(all.byKey) != 0 || len(all.spare) != storm {
		t.Errorf("after the storm %d keys are there and %d items kept, want 0 and %d", len(all.byKey), len(all.spare), storm)
	}
	for range 2*storm + 2 { // quiet times
		round(1)
	}
	if got := len(all.spare); got > keptRoom {
		t.Errorf("%d items are kept after a quiet time, want at most %d", got, keptRoom)
	}
}

func TestItems_giveRoomBackThoughOneKeyStays(t *testing.T) {
	var all items[int]
	stays := all.get(-1)
	stays.state = waiting
	const storm = 100 * keptRoom
	var got []*item[int]
	for i := range storm {
		got = append(got, all.get(i))
	}
	for _, it := range got {
		all.release(it)
	}
	for range 3 * storm {
		all.release(all.get(1))
	}
	if len(all.spare) > keptRoom || all.room > keptRoom || all.get(-1) != stays {
		t.Errorf("%d items are kept and there is room for %d, want at most %d; the key is %p, want %p",
			len(all.spare), all.room, keptRoom, all.get(-1), stays)
	}
}

func TestLine_forgetsEmptyPriorities(t *testing.T) {
	var l line[int]
	for i := range 1000 {
		l.push(&item[int]{key: i, priority: i})
	}
	for want := 999; want >= 0; want-- {
		if it := l.pop(0, never); it == nil || it.key != want {
			t.Fatalf("pop = %v, want key %d", it, want)
		}
	}
	if it := l.pop(0, never); it != nil || l.filled.len() != 0 || len(l.levels) > keptLevels {
		t.Errorf("empty line gives %v, has %d levels with items and %d in all", it, l.filled.len(), len(l.levels))
	}
}

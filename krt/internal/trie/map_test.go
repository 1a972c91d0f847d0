// SPDX-License-Identifier: Apache-2.0

package trie_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt/internal/trie"
)

type pair struct {
	key   string
	value int
	hash  uint64
}

func newPair(key string, value int) *pair { return &pair{key, value, trie.Hash(key)} }

func (p *pair) Key() string { return p.key }

func (p *pair) Hash() uint64 { return p.hash }

func content(m trie.Map[*pair]) map[string]int {
	out := map[string]int{}
	for p := range m.All() {
		out[p.key] = p.value
	}
	return out
}

// TestMap_matchesBuiltinMap drives a Map and a Go map with the same random
// steps, freezing copies on the way: neither the Map nor a frozen copy may ever
// differ from its model. Also not with hashes that are the same at either end, or
// altogether.
func TestMap_matchesBuiltinMap(t *testing.T) {
	hashes := map[string]func(h uint64) uint64{
		"good":           func(h uint64) uint64 { return h },
		"same beginning": func(h uint64) uint64 { return h >> 50 },
		"same end":       func(h uint64) uint64 { return h &^ (1<<58 - 1) },
		"same":           func(uint64) uint64 { return 1 << 63 },
	}
	for name, hash := range hashes {
		for seed := range uint64(10) {
			t.Run(fmt.Sprintf("%s/seed=%d", name, seed), func(t *testing.T) { matchesBuiltin(t, seed, hash) })
		}
	}
}

func matchesBuiltin(t *testing.T, seed uint64, hash func(uint64) uint64) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 1))
	var m trie.Map[*pair]
	model := map[string]int{}
	owner := uint64(1)
	type frozen struct {
		m     trie.Map[*pair]
		model map[string]int
	}
	var copies []frozen
	for step := range 4000 {
		p := newPair(fmt.Sprint(rnd.IntN(600)), step)
		p.hash = hash(p.hash)
		deletes := 4 // of ten
		if step/1000%2 == 1 {
			deletes = 8 // so that it becomes small again
		}
		switch op := rnd.IntN(10); {
		case rnd.IntN(400) == 0:
			copies = append(copies, frozen{m, maps.Clone(model)})
			owner++
		case op < deletes:
			m.Delete(owner, p)
			delete(model, p.key)
		default:
			m.Put(owner, p)
			model[p.key] = step
		}
		got, ok := m.Find(p.hash, p.key)
		want, present := model[p.key]
		if ok != present || ok && got.value != want {
			t.Fatalf("step %d: Find(%q) = %v, %v, want %v, %v", step, p.key, got, ok, want, present)
		}
	}
	for i, c := range append(copies, frozen{m, model}) {
		if diff := cmp.Diff(c.model, content(c.m)); diff != "" {
			t.Fatalf("copy %d mismatch (-want +got):\n%s", i, diff)
		}
		if c.m.Len() != len(c.model) {
			t.Fatalf("copy %d: Len() = %d, want %d", i, c.m.Len(), len(c.model))
		}
	}
}

// TestMap_isMadeOfFewNodes grows a Map and shrinks it: however many elements it
// has, it is made of no more nodes than they need.
func TestMap_isMadeOfFewNodes(t *testing.T) {
	const most = 20000
	pairs := make([]*pair, most)
	for i := range pairs {
		pairs[i] = newPair(fmt.Sprint(i), i)
	}
	var m trie.Map[*pair]
	check := func(perNode int) {
		t.Helper()
		if n, limit := m.Nodes(), 1+m.Len()/perNode; n > limit {
			t.Errorf("%d elements are in %d nodes, want at most %d", m.Len(), n, limit)
		}
	}
	for i, p := range pairs {
		m.Put(1, p)
		if i%100 == 0 {
			check(7)
		}
	}
	for i, p := range pairs {
		m.Delete(1, p)
		if i%100 == 0 {
			check(3)
		}
		if left := most - i - 1; left <= 8 && m.Nodes() > 1 || left <= 1 && m.Nodes() > 0 {
			t.Errorf("%d elements are in %d nodes", left, m.Nodes())
		}
	}
}

// TestPlaces_areThoseInMaps puts elements into a Map in the order of their places: it
// yields them with few steps back.
func TestPlaces_areThoseInMaps(t *testing.T) {
	for _, n := range []int{0, 1, 2, 100, 30000} {
		hashes, pairs := make([]uint64, n), make([]*pair, n)
		for i := range hashes {
			hashes[i] = trie.Hash(fmt.Sprint(i))
		}
		for i, place := range trie.Places(hashes) {
			if pairs[place] != nil {
				t.Fatalf("two of %d have place %d", n, place)
			}
			pairs[place] = newPair(fmt.Sprint(i), place)
		}
		var m trie.Map[*pair]
		for _, p := range pairs {
			m.Put(1, p)
		}
		last, farthest := 0, 0
		for p := range m.All() {
			farthest = max(farthest, last-p.value)
			last = p.value
		}
		if limit := 32 + n/1000; farthest > limit {
			t.Errorf("with %d elements a Map yields one that is %d places before the last one, want at most %d", n, farthest, limit)
		}
	}
	if diff := cmp.Diff([]int{3, 0, 4, 1, 2}, trie.Places([]uint64{1 << 63, 5, 1 << 63, 5, 6})); diff != "" {
		t.Errorf("equal hashes change places (-want +got):\n%s", diff)
	}
}

func TestMap_getKnowsTheHashOfAKey(t *testing.T) {
	var m trie.Map[*pair]
	for i := range 1000 {
		key := fmt.Sprint(i)
		if _, ok := m.Get(key); ok {
			t.Errorf("Get(%q) finds what is not there", key)
		}
		m.Put(1, newPair(key, i))
		if got, ok := m.Get(key); !ok || got.value != i {
			t.Errorf("Get(%q) = %v, %v", key, got, ok)
		}
	}
}

func TestMap_allStopsWhenAsked(t *testing.T) {
	var m trie.Map[*pair]
	for i := range 100 {
		m.Put(1, newPair(fmt.Sprint(i), i))
	}
	n := 0
	for range m.All() {
		if n++; n == 7 {
			break
		}
	}
	if n != 7 {
		t.Errorf("loop saw %d elements, want 7", n)
	}
}

func TestMap_unfrozenPutReplacesWithoutAllocating(t *testing.T) {
	var m trie.Map[*pair]
	for i := range 20000 {
		m.Put(1, newPair(fmt.Sprint(i), i))
	}
	p := newPair("777", 1)
	if got := testing.AllocsPerRun(100, func() { m.Put(1, p) }); got != 0 {
		t.Errorf("Put in place allocates %v times, want 0", got)
	}
}

func BenchmarkMap(b *testing.B) {
	for _, n := range []int{1000, 100000} {
		var m trie.Map[*pair]
		keys := make([]string, n)
		for i := range n {
			keys[i] = fmt.Sprintf("namespace-%d/name-%d", i%50, i)
			m.Put(1, newPair(keys[i], i))
		}
		b.Run(fmt.Sprintf("Get/n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.Get(keys[i%n])
			}
		})
		b.Run(fmt.Sprintf("Put/n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			p := newPair(keys[n/2], 1)
			for b.Loop() {
				m.Put(1, p)
			}
		})
		b.Run(fmt.Sprintf("PutFrozen/n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			p := newPair(keys[n/2], 1)
			for owner := uint64(2); b.Loop(); owner++ {
				m.Put(owner, p)
			}
		})
		b.Run(fmt.Sprintf("All/n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for range m.All() {
				}
			}
		})
	}
}

// BenchmarkBuiltin is what a Go map does, for comparison: Copy is what freezing
// costs there.
func BenchmarkBuiltin(b *testing.B) {
	for _, n := range []int{1000, 100000} {
		m := map[string]*pair{}
		keys := make([]string, n)
		for i := range n {
			keys[i] = fmt.Sprintf("namespace-%d/name-%d", i%50, i)
			m[keys[i]] = newPair(keys[i], i)
		}
		b.Run(fmt.Sprintf("Get/n=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				_ = m[keys[i%n]]
			}
		})
		b.Run(fmt.Sprintf("Put/n=%d", n), func(b *testing.B) {
			p := newPair(keys[n/2], 1)
			for b.Loop() {
				m[p.key] = p
			}
		})
		b.Run(fmt.Sprintf("All/n=%d", n), func(b *testing.B) {
			for b.Loop() {
				for range m {
				}
			}
		})
		b.Run(fmt.Sprintf("Copy/n=%d", n), func(b *testing.B) {
			for b.Loop() {
				_ = maps.Clone(m)
			}
		})
	}
}

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
}

func (p *pair) Key() string { return p.key }

func content(m trie.Map[*pair]) map[string]int {
	out := map[string]int{}
	for p := range m.All() {
		out[p.key] = p.value
	}
	return out
}

// TestMap_matchesBuiltinMap drives a Map and a Go map with the same random
// steps, freezing copies on the way: neither the Map nor a frozen copy may ever
// differ from its model.
func TestMap_matchesBuiltinMap(t *testing.T) {
	for seed := range uint64(20) {
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
			key := fmt.Sprint(rnd.IntN(600))
			switch rnd.IntN(10) {
			case 0, 1, 2, 3:
				m.Delete(owner, key)
				delete(model, key)
			case 4:
				if rnd.IntN(40) == 0 {
					copies = append(copies, frozen{m, maps.Clone(model)})
					owner++
				}
			default:
				m.Put(owner, &pair{key, step})
				model[key] = step
			}
			got, ok := m.Get(key)
			want, present := model[key]
			if ok != present || ok && got.value != want {
				t.Fatalf("seed %d step %d: Get(%q) = %v, %v, want %v, %v", seed, step, key, got, ok, want, present)
			}
		}
		for i, c := range append(copies, frozen{m, model}) {
			if diff := cmp.Diff(c.model, content(c.m)); diff != "" {
				t.Fatalf("seed %d copy %d mismatch (-want +got):\n%s", seed, i, diff)
			}
			if c.m.Len() != len(c.model) {
				t.Fatalf("seed %d copy %d: Len() = %d, want %d", seed, i, c.m.Len(), len(c.model))
			}
		}
	}
}

func TestMap_allStopsWhenAsked(t *testing.T) {
	var m trie.Map[*pair]
	for i := range 100 {
		m.Put(1, &pair{fmt.Sprint(i), i})
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
		m.Put(1, &pair{fmt.Sprint(i), i})
	}
	p := &pair{"777", 1}
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
			m.Put(1, &pair{keys[i], i})
		}
		b.Run(fmt.Sprintf("Get/n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.Get(keys[i%n])
			}
		})
		b.Run(fmt.Sprintf("Put/n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			p := &pair{keys[n/2], 1}
			for b.Loop() {
				m.Put(1, p)
			}
		})
		b.Run(fmt.Sprintf("PutFrozen/n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			p := &pair{keys[n/2], 1}
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
			m[keys[i]] = &pair{keys[i], i}
		}
		b.Run(fmt.Sprintf("Get/n=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				_ = m[keys[i%n]]
			}
		})
		b.Run(fmt.Sprintf("Put/n=%d", n), func(b *testing.B) {
			p := &pair{keys[n/2], 1}
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

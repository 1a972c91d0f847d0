// SPDX-License-Identifier: Apache-2.0

package sets_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/sets"
)

func TestSet_readsNilAsEmpty(t *testing.T) {
	var s sets.String
	if s.Contains("a") || s.Len() != 0 || !s.IsEmpty() || !s.ContainsAll(nil) || !s.Equals(sets.New[string]()) {
		t.Errorf("nil set does not read as empty: %v", s)
	}
	for name, got := range map[string]sets.String{
		"Copy":         s.Copy(),
		"Union":        s.Union(nil),
		"Difference":   s.Difference(nil),
		"Intersection": s.Intersection(nil),
		"Delete":       s.Delete("a"),
		"DeleteAll":    s.DeleteAll("a", "b"),
	} {
		if got.Len() != 0 {
			t.Errorf("%s of a nil set = %v, want no elements", name, got)
		}
	}
	if got := s.UnsortedList(); got == nil || len(got) != 0 {
		t.Errorf("UnsortedList() = %#v, want an empty slice", got)
	}
	if s.DeleteContains("a") {
		t.Error("DeleteContains on a nil set reports that it held the item")
	}
}

func TestSet_changesReturnTheReceiver(t *testing.T) {
	s := sets.New(1)
	s.Insert(2).InsertAll(3, 4).Merge(sets.New(5, 6)).Delete(1).DeleteAll(2, 9).DeleteAllSet(sets.New(3)).
		DifferenceInPlace(sets.New(4)).IntersectInPlace(sets.New(5, 7))
	if diff := cmp.Diff([]int{5}, sets.SortedList(s)); diff != "" {
		t.Errorf("after the chain (-want +got):\n%s", diff)
	}
}

func TestSet_reportsWhatItHeld(t *testing.T) {
	s := sets.New("a")
	for _, step := range []struct {
		name string
		got  bool
		want bool
	}{
		{"insert present", s.InsertContains("a"), true},
		{"insert new", s.InsertContains("b"), false},
		{"delete present", s.DeleteContains("b"), true},
		{"delete absent", s.DeleteContains("b"), false},
	} {
		if step.got != step.want {
			t.Errorf("%s = %v, want %v", step.name, step.got, step.want)
		}
	}
}

func TestSet_newSetsShareNothing(t *testing.T) {
	a, b := sets.New(1, 2), sets.New(2, 3)
	a.Copy().Insert(9)
	a.Union(b).Insert(9)
	a.Difference(b).Insert(9)
	a.Intersection(b).Insert(9)
	if !a.Equals(sets.New(1, 2)) || !b.Equals(sets.New(2, 3)) {
		t.Errorf("arguments were changed: %v %v", a, b)
	}
}

func TestSet_isPrintedInOrder(t *testing.T) {
	if got, want := sets.New("b", "a", "c").String(), "{a, b, c}"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}

func TestDiff_nilWhereNothingDiffers(t *testing.T) {
	left, right := sets.New(1, 2).Diff(sets.New(2, 1))
	if left != nil || right != nil {
		t.Errorf("Diff of equal sets = %v, %v, want nil, nil", left, right)
	}
}

func TestMapHelpers_addAndRemoveKeys(t *testing.T) {
	m := map[string]sets.Set[int]{}
	sets.InsertOrNew(m, "a", 1)
	sets.InsertOrNew(m, "a", 2)
	sets.InsertOrNew(m, "b", 3)
	sets.DeleteCleanupLast(m, "a", 1)
	sets.DeleteCleanupLast(m, "b", 3)
	sets.DeleteCleanupLast(m, "none", 3)
	if diff := cmp.Diff(map[string]sets.Set[int]{"a": sets.New(2)}, m); diff != "" {
		t.Errorf("map (-want +got):\n%s", diff)
	}
}

// TestAlgebra_matchesBooleans compares each operation on random sets with what
// it means for one element.
func TestAlgebra_matchesBooleans(t *testing.T) {
	const elements = 8
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		random := func() sets.Set[int] {
			s := sets.New[int]()
			for i := range elements {
				if r.IntN(2) == 0 {
					s.Insert(i)
				}
			}
			return s
		}
		a, b := random(), random()
		left, right := a.Diff(b)
		for name, tt := range map[string]struct {
			got  sets.Set[int]
			want func(inA, inB bool) bool
		}{
			"union":              {a.Union(b), func(inA, inB bool) bool { return inA || inB }},
			"merge":              {a.Copy().Merge(b), func(inA, inB bool) bool { return inA || inB }},
			"difference":         {a.Difference(b), func(inA, inB bool) bool { return inA && !inB }},
			"differenceInPlace":  {a.Copy().DifferenceInPlace(b), func(inA, inB bool) bool { return inA && !inB }},
			"left":               {sets.New(left...), func(inA, inB bool) bool { return inA && !inB }},
			"right":              {sets.New(right...), func(inA, inB bool) bool { return inB && !inA }},
			"intersection":       {a.Intersection(b), func(inA, inB bool) bool { return inA && inB }},
			"intersectInPlace":   {a.Copy().IntersectInPlace(b), func(inA, inB bool) bool { return inA && inB }},
			"intersectionWithin": {b.Intersection(a), func(inA, inB bool) bool { return inA && inB }},
		} {
			want := sets.New[int]()
			for i := range elements {
				if tt.want(a.Contains(i), b.Contains(i)) {
					want.Insert(i)
				}
			}
			if !maps.Equal(tt.got, want) {
				t.Errorf("seed %d: %s of %v and %v = %v, want %v", seed, name, a, b, tt.got, want)
			}
		}
		if got, want := a.ContainsAll(b), b.Difference(a).IsEmpty(); got != want || a.SupersetOf(b) != want {
			t.Errorf("seed %d: %v.ContainsAll(%v) = %v, want %v", seed, a, b, got, want)
		}
		if got, want := a.Equals(b), slices.Equal(sets.SortedList(a), sets.SortedList(b)); got != want {
			t.Errorf("seed %d: %v.Equals(%v) = %v, want %v", seed, a, b, got, want)
		}
	}
}

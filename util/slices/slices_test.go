// SPDX-License-Identifier: Apache-2.0

package slices_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/slices"
)

func even(n int) bool { return n%2 == 0 }

func TestTransform_returnsWhatItSays(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"Map", slices.Map([]int{1, 2}, strconv.Itoa), []string{"1", "2"}},
		{"Map of nil", slices.Map(nil, strconv.Itoa), []string{}},
		{"MapFilter", slices.MapFilter([]int{1, 2, 3}, func(n int) *string {
			if even(n) {
				return nil
			}
			return new(strconv.Itoa(n))
		}), []string{"1", "3"}},
		{"Filter", slices.Filter([]int{1, 2, 3, 4}, even), []int{2, 4}},
		{"Filter of nothing", slices.Filter([]int{1}, even), []int{}},
		{"FilterDuplicates", slices.FilterDuplicates([]int{3, 1, 3, 2, 1}), []int{3, 1, 2}},
		{"Dereference", slices.Dereference([]*int{new(1), nil, new(2)}), []int{1, 2}},
		{"Group", slices.Group([]int{1, 2, 3, 4}, even), map[bool][]int{true: {2, 4}, false: {1, 3}}},
		{"GroupUnique", slices.GroupUnique([]int{1, 2, 3, 4}, even), map[bool]int{true: 4, false: 3}},
		{"SortBy", slices.SortBy([]string{"bb", "a", "ab"}, func(s string) int { return len(s) }), []string{"a", "bb", "ab"}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestMapErr_stopsAtTheFirstError(t *testing.T) {
	bad := errors.New("bad")
	var seen []int
	got, err := slices.MapErr([]int{1, 2, 3}, func(n int) (int, error) {
		seen = append(seen, n)
		if n == 2 {
			return 0, bad
		}
		return n * 10, nil
	})
	if got != nil || !errors.Is(err, bad) {
		t.Errorf("MapErr = %v, %v, want nil, %v", got, err, bad)
	}
	if diff := cmp.Diff([]int{1, 2}, seen); diff != "" {
		t.Errorf("elements that f saw (-want +got):\n%s", diff)
	}
	if got, err := slices.MapErr([]string{"1", "2"}, strconv.Atoi); err != nil || !cmp.Equal(got, []int{1, 2}) {
		t.Errorf("MapErr = %v, %v, want [1 2], nil", got, err)
	}
}

func TestFilterInPlace_freesTheRest(t *testing.T) {
	s := []*int{new(1), new(2), new(3), new(4)}
	got := slices.FilterInPlace(s, func(n *int) bool { return even(*n) })
	if diff := cmp.Diff([]*int{new(2), new(4)}, got); diff != "" {
		t.Errorf("FilterInPlace mismatch (-want +got):\n%s", diff)
	}
	if &s[0] != &got[0] || s[2] != nil || s[3] != nil {
		t.Errorf("array after FilterInPlace = %v, want the kept elements and zeros", s)
	}
}

func TestFind_pointsIntoTheSlice(t *testing.T) {
	s := []int{1, 2, 4}
	if got := slices.FindFunc(s, even); got != &s[1] {
		t.Errorf("FindFunc = %v, want a pointer to the second element", got)
	}
	if got := slices.FindFunc(s, func(n int) bool { return n > 9 }); got != nil {
		t.Errorf("FindFunc of nothing = %v, want nil", got)
	}
	if slices.First(s) != &s[0] || slices.First(s[:0]) != nil {
		t.Error("First is not a pointer to the first element, or not nil for none")
	}
	if got := slices.Reference(s); len(got) != 3 || got[2] != &s[2] {
		t.Errorf("Reference = %v, want pointers to the elements", got)
	}
}

func TestEqualUnordered_countsElements(t *testing.T) {
	for _, tt := range []struct {
		a, b []string
		want bool
	}{
		{nil, []string{}, true},
		{[]string{"a", "b", "a"}, []string{"a", "a", "b"}, true},
		{[]string{"a", "b"}, []string{"a", "a"}, false},
		{[]string{"a", "a"}, []string{"a", "b"}, false},
		{[]string{"a"}, []string{"a", "a"}, false},
	} {
		if got := slices.EqualUnordered(tt.a, tt.b); got != tt.want {
			t.Errorf("EqualUnordered(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func Example() {
	type pod struct{ name, node string }
	pods := []pod{{"web-1", "a"}, {"web-2", "b"}, {"db-1", "a"}}

	byNode := slices.Group(pods, func(p pod) string { return p.node })
	fmt.Println(slices.Map(byNode["a"], func(p pod) string { return p.name }))
	// Output: [web-1 db-1]
}

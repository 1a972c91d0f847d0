// SPDX-License-Identifier: Apache-2.0

package maps_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/maps"
)

type labels map[string]string

func TestKeysAndValues_belongToTheCaller(t *testing.T) {
	m := labels{"a": "1", "b": "2"}
	keys, values := maps.Keys(m), maps.Values(m)
	slices.Sort(keys)
	slices.Sort(values)
	if diff := cmp.Diff([][]string{{"a", "b"}, {"1", "2"}}, [][]string{keys, values}); diff != "" {
		t.Errorf("keys and values (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{}, maps.Keys(labels(nil))); diff != "" {
		t.Errorf("keys of nil (-want +got):\n%s", diff)
	}
}

func TestMergeCopy_leavesArgumentsAlone(t *testing.T) {
	base, override := labels{"a": "1", "b": "1"}, labels{"b": "2"}
	if diff := cmp.Diff(labels{"a": "1", "b": "2"}, maps.MergeCopy(base, override)); diff != "" {
		t.Errorf("MergeCopy mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]labels{{"a": "1", "b": "1"}, {"b": "2"}}, []labels{base, override}); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	if maps.MergeCopy[labels, labels](nil, nil) == nil {
		t.Error("MergeCopy(nil, nil) is nil, want a map")
	}
}

func TestContains_needsEqualValues(t *testing.T) {
	for _, tt := range []struct {
		name             string
		superset, subset labels
		want             bool
	}{
		{"empty", labels{"a": "1"}, nil, true},
		{"same", labels{"a": "1"}, labels{"a": "1"}, true},
		{"other value", labels{"a": "1"}, labels{"a": "2"}, false},
		{"no such key, zero value", labels{"a": "1"}, labels{"b": ""}, false},
		{"nil", nil, labels{"a": "1"}, false},
	} {
		if got := maps.Contains(tt.superset, tt.subset); got != tt.want {
			t.Errorf("%s: Contains(%v, %v) = %v, want %v", tt.name, tt.superset, tt.subset, got, tt.want)
		}
	}
}

func TestSeqStable_canStopEarly(t *testing.T) {
	var keys []string
	for k := range maps.SeqStable(labels{"c": "", "a": "", "b": ""}) {
		keys = append(keys, k)
		if k == "b" {
			break
		}
	}
	if diff := cmp.Diff([]string{"a", "b"}, keys); diff != "" {
		t.Errorf("keys seen (-want +got):\n%s", diff)
	}
}

func ExampleSeqStable() {
	for name, n := range maps.SeqStable(map[string]int{"b": 2, "a": 1}) {
		fmt.Println(name, n)
	}
	// Output:
	// a 1
	// b 2
}

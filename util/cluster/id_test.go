// SPDX-License-Identifier: Apache-2.0

package cluster_test

import (
	"fmt"
	"testing"

	"github.com/krtkit/krtkit/util/cluster"
)

func TestMatches_emptyMatchesEverything(t *testing.T) {
	for _, tt := range []struct {
		a, b cluster.ID
		want bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"a", "", true},
		{"", "", true},
	} {
		if got, reverse := tt.a.Matches(tt.b), tt.b.Matches(tt.a); got != tt.want || reverse != tt.want {
			t.Errorf("%q.Matches(%q) = %v, the other way round %v, want %v", tt.a, tt.b, got, reverse, tt.want)
		}
	}
}

func ExampleID_Matches() {
	local := cluster.ID("eu-1")
	fmt.Println(local.Matches("eu-2"), local.Matches(""))
	// Output: false true
}

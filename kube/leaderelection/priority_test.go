// SPDX-License-Identifier: Apache-2.0

package leaderelection_test

import (
	"testing"

	"github.com/krtkit/krtkit/kube/leaderelection"
)

func TestKey_isTheRevisionAndWhereItRuns(t *testing.T) {
	for _, tt := range []struct {
		revision string
		remote   bool
		want     string
	}{{"", false, "default"}, {"", true, "^default"}, {"canary", false, "canary"}, {"canary", true, "^canary"}} {
		if got := leaderelection.Key(tt.revision, tt.remote); got != tt.want {
			t.Errorf("Key(%q, %v) = %q, want %q", tt.revision, tt.remote, got, tt.want)
		}
	}
}

func TestOutranks_prefersTheRevisionAndThenTheCluster(t *testing.T) {
	for _, tt := range []struct {
		candidate, holder, preferred string
		want                         bool
	}{
		{"a", "b", "a", true},
		{"^a", "b", "a", true},
		{"a", "^b", "a", true},
		{"b", "a", "a", false},
		{"b", "c", "a", false},
		{"b", "^c", "a", false},
		{"b", "^b", "a", true},
		{"a", "^a", "a", true},
		{"^a", "a", "a", false},
		{"a", "a", "a", false},
		{"^a", "^a", "a", false},
		{"a", "", "a", true},
		{"b", "", "a", false},
	} {
		if got := leaderelection.Outranks(tt.candidate, tt.holder, tt.preferred); got != tt.want {
			t.Errorf("Outranks(%q, %q, %q) = %v", tt.candidate, tt.holder, tt.preferred, got)
		}
	}
}

// Every candidate against every holder, for every revision that can be preferred: from
// no candidate can one come back to it by going to one that outranks it. A Lease that
// is taken over and over comes to rest.
func TestOutranks_hasNoCircles(t *testing.T) {
	keys := []string{""}
	for _, revision := range []string{"", "a", "b", "c", "d"} {
		keys = append(keys, leaderelection.Key(revision, false), leaderelection.Key(revision, true))
	}
	for _, preferred := range []string{"", "default", "a", "b", "c", "d", "none of them"} {
		const underWay, done = 1, 2
		state := map[string]int{}
		var visit func(key string, path []string)
		visit = func(key string, path []string) {
			path = append(path, key)
			if state[key] == underWay {
				t.Fatalf("with %q preferred, each of these outranks the one before: %q", preferred, path)
			}
			if state[key] == done {
				return
			}
			state[key] = underWay
			for _, next := range keys {
				if leaderelection.Outranks(next, key, preferred) {
					visit(next, path)
				}
			}
			state[key] = done
		}
		for _, key := range keys {
			visit(key, nil)
		}
	}
}

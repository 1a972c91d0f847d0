// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"testing"

	"github.com/krtkit/krtkit/krt/krttest/graphtest"
)

// FuzzEvents has the fuzzer choose a small graph and the sequence of events that
// changes it, and compares the graph with plain loops.
func FuzzEvents(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) { graphtest.Replay(t, data) })
}

// FuzzReverseIndex has the fuzzer choose what the inputs of a collection fetch and
// what changes, and compares the inputs that are transformed again with a scan of all
// that was fetched.
func FuzzReverseIndex(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) { graphtest.Dependencies(t, data) })
}

// addSeeds adds bytes that do not repeat themselves soon, for tests to have something
// to go through without a fuzzer.
func addSeeds(f *testing.F) {
	f.Helper()
	for seed := range byte(20) {
		data := make([]byte, 40*int(seed))
		state := uint32(seed) + 1
		for i := range data {
			state ^= state << 13
			state ^= state >> 17
			state ^= state << 5
			data[i] = byte(state >> 8)
		}
		f.Add(data)
	}
}

// SPDX-License-Identifier: Apache-2.0

package graphtest_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/krtkit/krtkit/krt/krttest/graphtest"
)

// The tests of krt run these with more seeds, and under a fuzzer.

func TestRun_passes(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { graphtest.Run(t, seed) })
	}
}

func TestReplay_passes(t *testing.T) {
	for seed := range byte(20) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { graphtest.Replay(t, bytes(seed)) })
	}
	t.Run("nothing", func(t *testing.T) { graphtest.Replay(t, nil) })
}

func TestDependencies_passes(t *testing.T) {
	for seed := range byte(20) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { graphtest.Dependencies(t, bytes(seed)) })
	}
	t.Run("nothing", func(t *testing.T) { graphtest.Dependencies(t, nil) })
}

func bytes(seed byte) []byte {
	data := make([]byte, 500)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(data) // which does not fail
	return data
}

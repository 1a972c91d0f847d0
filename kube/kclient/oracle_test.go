// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// The oracle compares what handlers are told, and what reads find, with what the server
// has, while as much as possible happens at once. Every handler is a ledger, which folds
// its events and complains about those that cannot be; an observer is a client with
// handlers and an index, a watcher opens and closes those at random, and a stage is the
// server and everybody who looks at it.
//
// Each TestOracle runs a number of seeds, each on a stage of its own. A seed repeats all
// choices, but not how goroutines take turns. A stage is a bubble of testing/synctest:
// what is waited for is an event or that nothing happens any more, and a goroutine that
// is left behind fails the test.
var (
	oracleIterations = flag.Int("kclient.iterations", 0,
		"how many iterations each TestOracle makes, from a seed that nobody has tried; 0 for a few, from seed 1")
	oracleSeed = flag.Uint64("kclient.seed", 0, "the first seed of each TestOracle")
)

// trials runs seeds of some iterations each, one after the other, until there were few
// iterations, or as many as the flag says. The first seed that fails is the last.
func trials(t *testing.T, few, each int, try func(t *testing.T, random *rand.Rand, iterations int)) {
	t.Helper()
	left, seed := few, uint64(1)
	if *oracleIterations > 0 {
		left, seed = *oracleIterations, uint64(time.Now().UnixNano())
	}
	if *oracleSeed > 0 {
		seed = *oracleSeed
	}
	t.Logf("%d iterations, the first seed is %d", left, seed)
	began := time.Now()
	for ; left > 0; left -= each {
		if !t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { try(t, rand.New(rand.NewPCG(seed, 0)), min(each, left)) })
		}) {
			t.Logf("-kclient.seed=%d repeats it", seed)
			return
		}
		seed++
	}
	t.Logf("done after %v", time.Since(began).Round(time.Millisecond))
}

// branch returns a source of choices for another goroutine.
func branch(random *rand.Rand) *rand.Rand { return rand.New(rand.NewPCG(random.Uint64(), 0)) }

func pick[E any](random *rand.Rand, from ...E) E { return from[random.IntN(len(from))] }

// tolerate reports errors other than those of writers that come across each other, or
// write where nothing can be written.
func tolerate(t *testing.T, err error) {
	t.Helper()
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsAlreadyExists(err) && !apierrors.IsConflict(err) {
		t.Error(err)
	}
}

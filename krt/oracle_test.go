// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"flag"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/graphtest"
)

var soak = flag.Duration("krt.soak", 0, "how long TestOracle goes on with new random graphs")

// TestOracle compares random graphs, which several goroutines change in every way
// that there is, with the same graphs evaluated by plain loops: see package graphtest.
// A soak begins with a seed that nobody has tried.
func TestOracle(t *testing.T) {
	seeds := 25
	if testing.Short() {
		seeds = 5
	}
	deadline := time.Now().Add(*soak)
	base := uint64(1)
	if *soak > 0 {
		base = uint64(time.Now().UnixNano())
		t.Logf("the first seed is %d", base)
	}
	i := 0
	for ; i < seeds || time.Now().Before(deadline); i++ {
		if seed := base + uint64(i); !t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { graphtest.Run(t, seed) }) {
			return
		}
	}
	t.Logf("%d graphs", i)
}

// TestGlitchFree_oneVersionInEveryRun updates a source as fast as it can, while a
// graph of stacked diamonds hangs from it: no run may see two versions of the
// source, along whatever paths.
func TestGlitchFree_oneVersionInEveryRun(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	opts := func(name string) []krt.CollectionOption {
		return []krt.CollectionOption{krt.WithStop(stop), krt.WithName(name)}
	}
	source := krt.NewStaticCollection(nil, []thing{{Name: "x"}, {Name: "y"}}, opts("source")...)
	var mixed atomic.Int64
	top := krt.Collection[thing](source)
	for depth := range 4 {
		below := top
		left := krt.NewCollection(below, func(_ krt.HandlerContext, i thing) *thing { return &i }, opts(fmt.Sprint("left", depth))...)
		right := krt.NewCollection(below, func(ctx krt.HandlerContext, i thing) *thing {
			if got := krt.FetchOne(ctx, source, krt.FilterKey(i.Name)); got == nil || got.Value != i.Value {
				mixed.Add(1)
			}
			return &i
		}, opts(fmt.Sprint("right", depth))...)
		top = krt.NewCollection(left, func(ctx krt.HandlerContext, i thing) *thing {
			for _, o := range append(krt.Fetch(ctx, right), krt.Fetch(ctx, source, krt.FilterGeneric(func(any) bool { return true }))...) {
				if o.Value != i.Value {
					mixed.Add(1)
				}
			}
			return &i
		}, opts(fmt.Sprint("top", depth))...)
	}
	var events atomic.Int64
	top.RegisterBatch(func(es []krt.Event[thing]) {
		events.Add(1)
		for _, e := range es {
			if e.New.Value != es[0].New.Value {
				mixed.Add(1)
			}
		}
	}, false)
	const updates = 2000
	for i := range updates {
		source.Reset([]thing{{Name: "x", Value: uint64(i + 1)}, {Name: "y", Value: uint64(i + 1)}})
	}
	if err := krt.WaitIdle(t.Context(), top); err != nil {
		t.Fatal(err)
	}
	if got := top.GetKey("x").Value; got != updates {
		t.Errorf("top has version %d, want %d", got, updates)
	}
	if n := mixed.Load(); n > 0 {
		t.Errorf("%d reads mixed versions", n)
	}
	if n := events.Load(); n > updates+1 {
		t.Errorf("%d batches of events for %d updates", n, updates)
	}
}

// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// TestBatch_anySizeMatchesModel makes commits of one change to hundreds, in a
// source and in what derives from it, where inputs make objects with the same
// keys: collections, indexes and handlers must all agree with plain maps.
func TestBatch_anySizeMatchesModel(t *testing.T) {
	if krt.EnableAssertions {
		t.Skip("with the build tag assert, inputs that make objects with the same key are a panic")
	}
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { batchesMatchModel(t, seed) })
	}
}

func batchesMatchModel(t *testing.T, seed uint64) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 3))
	random := func(n int) []thing {
		out := make([]thing, n)
		for i := range out {
			name, v := rnd.IntN(400), rnd.Uint64N(100)
			out[i] = thing{Name: fmt.Sprint(name), Group: fmt.Sprint(v % 20), Value: v}
		}
		return out
	}
	outputs := func(in thing) []thing {
		shared := thing{Name: "group " + in.Group, Group: in.Group} // the same of all inputs of the group
		switch in.Value % 5 {
		case 0:
			return nil
		case 1:
			return []thing{in}
		case 2:
			return []thing{shared}
		default:
			return []thing{shared, in, {Name: in.Name + " more"}, in}
		}
	}
	byGroup := func(t thing) []string { return []string{t.Group, "all", t.Group} }

	first := random(rnd.IntN(200))
	model := index(first)
	stop := make(chan struct{})
	defer close(stop)
	source := krt.NewStaticCollection(nil, first, krt.WithStop(stop))
	early := krt.NewIndex(source, "early", byGroup)
	derived := krt.NewManyCollection(source, func(_ krt.HandlerContext, in thing) []thing { return outputs(in) }, krt.WithStop(stop))
	indexed := krt.NewIndex(derived, "derived", byGroup)
	sourceHandler, derivedHandler := follow(source, 0, "source"), follow(derived, 1, "derived")
	derived.RegisterBatch(func(events []krt.Event[thing]) {
		last := map[string]krt.EventType{}
		for _, e := range events {
			name := e.Latest().Name
			if before, again := last[name]; again && (before != krt.EventDelete || e.Event != krt.EventAdd) {
				t.Errorf("one commit has both %v and %v of %q", before, e.Event, name)
			}
			last[name] = e.Event
		}
	}, false)
	for step := range 60 {
		switch state := random(rnd.IntN(300)); rnd.IntN(6) {
		case 0, 1:
			source.Reset(state)
			model = index(state)
		case 2:
			some := fmt.Sprint(rnd.IntN(20))
			source.DeleteObjects(func(t thing) bool { return t.Group <= some })
			maps.DeleteFunc(model, func(_ string, t thing) bool { return t.Group <= some })
		default:
			for _, o := range state[:len(state)/20] {
				source.UpdateObject(o)
				model[o.Name] = o
			}
		}
		if rnd.IntN(2) == 0 && step < 59 {
			continue // let changes come together
		}
		if err := krt.WaitIdle(t.Context(), derived); err != nil {
			t.Fatal(err)
		}
		want := map[string]thing{}
		for _, in := range model {
			maps.Copy(want, index(outputs(in)))
		}
		for name, c := range map[string]struct {
			krt.Collection[thing]
			krt.Index[string, thing]
			*follower
			want map[string]thing
		}{
			"source":  {source, early, sourceHandler, model},
			"derived": {derived, indexed, derivedHandler, want},
		} {
			if diff := cmp.Diff(c.want, index(c.List())); diff != "" {
				t.Fatalf("step %d: %s mismatch (-want +got):\n%s", step, name, diff)
			}
			if diff := cmp.Diff(c.want, index(c.Lookup("all"))); diff != "" {
				t.Fatalf("step %d: index of %s mismatch (-want +got):\n%s", step, name, diff)
			}
			group := fmt.Sprint(rnd.IntN(20))
			inGroup := maps.Clone(c.want)
			maps.DeleteFunc(inGroup, func(_ string, t thing) bool { return t.Group != group })
			if diff := cmp.Diff(inGroup, index(c.Lookup(group))); diff != "" {
				t.Fatalf("step %d: group %s of %s mismatch (-want +got):\n%s", step, group, name, diff)
			}
			c.mu.Lock()
			if diff := cmp.Diff(c.want, c.content); diff != "" || len(c.wrong) > 0 {
				t.Fatalf("step %d: handler of %s was told %v, mismatch (-want +got):\n%s", step, name, c.wrong, diff)
			}
			c.mu.Unlock()
		}
	}
}

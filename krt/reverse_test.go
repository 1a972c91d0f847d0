// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// TestFetch_runsExactlyWhatAChangeConcerns gives inputs random fetches of every kind,
// alone and together, often the same for several, and changes what they fetch, and
// them: those that run again must be those that a look at each of them finds.
func TestFetch_runsExactlyWhatAChangeConcerns(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { runsWhatChangesConcern(t, seed) })
	}
}

// questions are what an input fetches.
func questions(in thing) []question {
	rnd := rand.New(rand.NewPCG(in.Value, mix(in.Name)))
	var out []question
	for range rnd.IntN(4) {
		var q question
		switch v := rnd.Uint64N(1 << 30); rnd.IntN(10) {
		case 0, 1:
			q.key = fmt.Sprint(v % 20)
		case 2:
			q.keys = []string{fmt.Sprint(v % 20), fmt.Sprint(v / 20 % 20)}
		case 3, 4:
			q.byGroup, q.group = true, fmt.Sprint(v%5)
		case 5:
			q.byGroup, q.group, q.labels = true, fmt.Sprint(v%5), tags(v/5)
		case 6:
			q.labels = tags(v)
		case 7:
			q.selects, q.nonEmpty = tags(v/2), v%2 == 0
		case 8:
			q.key, q.odd = fmt.Sprint(v%20), true
		}
		out = append(out, q) // the empty one asks for everything
		if rnd.IntN(5) == 0 {
			out = append(out, q)
		}
	}
	return out
}

func runsWhatChangesConcern(t *testing.T, seed uint64) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 7))
	random := func(names int) thing {
		v := rnd.Uint64N(1000)
		return thing{Name: fmt.Sprint(rnd.IntN(names)), Group: fmt.Sprint(v % 5), Value: v, Labels: tags(v / 3), Selector: tags(v / 11)}
	}
	fetched, inputs := map[string]thing{}, map[string]thing{}
	for range 15 {
		o := random(20)
		fetched[o.Name] = o
	}
	for range 150 {
		o := random(200)
		inputs[o.Name] = o
	}
	stop := make(chan struct{})
	defer close(stop)
	source := krt.NewStaticCollection(nil, slices.Collect(maps.Values(fetched)), krt.WithStop(stop))
	byGroup := krt.NewIndex(source, "group", func(t thing) []string { return []string{t.Group} })
	primary := krt.NewStaticCollection(nil, slices.Collect(maps.Values(inputs)), krt.WithStop(stop))
	var mu sync.Mutex
	ran := map[string]int{}
	derived := krt.NewManyCollection(primary, func(ctx krt.HandlerContext, in thing) []thing {
		var out []thing
		for i, q := range questions(in) {
			for range krt.Fetch(ctx, source, q.options(byGroup)...) {
				out = append(out, thing{Name: fmt.Sprint(in.Name, " ", i)})
			}
		}
		mu.Lock()
		defer mu.Unlock()
		ran[in.Name]++
		if in.Value%3 == 0 {
			return append(out, in)
		}
		return out
	}, krt.WithStop(stop))

	for step := range 150 {
		if err := krt.WaitIdle(t.Context(), derived); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		clear(ran)
		mu.Unlock()
		want := map[string]int{}
		concerned := func(o thing) {
			for name, in := range inputs {
				for _, q := range questions(in) {
					if len(q.answer(map[string]thing{o.Name: o})) > 0 {
						want[name] = 1
					}
				}
			}
		}
		switch o := random(20); rnd.IntN(6) {
		case 0:
			if old, ok := fetched[o.Name]; ok {
				concerned(old)
				delete(fetched, o.Name)
			}
			source.DeleteObject(o.Name)
		case 1: // several at once
			next := map[string]thing{o.Name: o}
			for name, old := range fetched {
				if rnd.IntN(4) > 0 && name != o.Name {
					next[name] = old
				}
			}
			for name := range maps.All(fetched) {
				if now, ok := next[name]; !ok || !cmp.Equal(now, fetched[name]) {
					concerned(fetched[name])
				}
			}
			if !cmp.Equal(o, fetched[o.Name]) {
				concerned(o)
			}
			fetched = next
			source.Reset(slices.Collect(maps.Values(next)))
		case 2: // an input asks for something else from now on
			in := random(200)
			inputs[in.Name] = in
			want[in.Name] = 1
			primary.UpdateObject(in)
		case 3:
			in := random(200)
			delete(inputs, in.Name)
			primary.DeleteObject(in.Name)
		default:
			if old, ok := fetched[o.Name]; ok {
				concerned(old)
			}
			concerned(o)
			fetched[o.Name] = o
			source.UpdateObject(o)
		}
		if err := krt.WaitIdle(t.Context(), derived); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		if diff := cmp.Diff(want, ran); diff != "" {
			t.Fatalf("step %d: runs mismatch (-want +got):\n%s", step, diff)
		}
		mu.Unlock()
	}
	// Who asks for nothing any more leaves nothing behind.
	primary.Reset(nil)
	if err := krt.WaitIdle(t.Context(), derived); err != nil {
		t.Fatal(err)
	}
	if n := krt.Children(source); n != 0 {
		t.Errorf("%d collections read what nobody asks for", n)
	}
}

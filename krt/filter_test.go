// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// names returns the names of things, sorted and joined.
func names(all []thing) string {
	var out []string
	for _, o := range all {
		out = append(out, o.Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestFilterIndexes_findsEachObjectOfAnyOfTheKeysOnce(t *testing.T) {
	web := map[string]string{"app": "web"}
	objects := []thing{
		{Name: "x", Group: "x"},
		{Name: "xy", Group: "xy", Labels: web},
		{Name: "yz", Group: "yz", Value: 1, Labels: web},
		{Name: "z", Group: "z"},
		{Name: "none"},
	}
	for i := range 20 { // enough for krt to keep an index by label
		objects = append(objects, thing{Name: fmt.Sprint("more", i), Group: "m", Labels: map[string]string{"app": "db"}})
	}
	c := krt.NewStaticCollection(nil, objects)
	idx := krt.NewIndex(c, "letters", letters)
	odd := krt.FilterGeneric(func(o any) bool { return o.(thing).Value%2 == 1 })
	for _, tt := range []struct {
		name string
		opts []krt.FetchOption
		want string
	}{
		{"one key", []krt.FetchOption{krt.FilterIndexes(idx, "x")}, "x xy"},
		{"several", []krt.FetchOption{krt.FilterIndexes(idx, "x", "y")}, "x xy yz"},
		{"a key twice", []krt.FetchOption{krt.FilterIndexes(idx, "z", "z")}, "yz z"},
		{"none", []krt.FetchOption{krt.FilterIndexes(idx)}, ""},
		{"keys that no object has", []krt.FetchOption{krt.FilterIndexes(idx, "q", "")}, ""},
		{"with labels", []krt.FetchOption{krt.FilterIndexes(idx, "x", "y", "z"), krt.FilterLabel(web)}, "xy yz"},
		{"with labels and a function", []krt.FetchOption{krt.FilterIndexes(idx, "x", "y", "z"), krt.FilterLabel(web), odd}, "yz"},
		{"the later filter counts", []krt.FetchOption{krt.FilterIndexes(idx, "x", "y"), krt.FilterIndex(idx, "z")}, "yz z"},
		{"also the other way round", []krt.FetchOption{krt.FilterIndex(idx, "z"), krt.FilterIndexes(idx, "x")}, "x xy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := names(krt.Fetch(krt.TestingDummyContext{}, c, tt.opts...)); got != tt.want {
				t.Errorf("Fetch() = %q, want %q", got, tt.want)
			}
			if got := names(krt.Fetch(newView(t, c), c, tt.opts...)); got != tt.want {
				t.Errorf("Fetch() of a view = %q, want %q", got, tt.want)
			}
			stop := make(chan struct{})
			defer close(stop)
			s := krt.NewSingleton(func(ctx krt.HandlerContext) *string {
				got := names(krt.Fetch(ctx, c, tt.opts...))
				return &got
			}, krt.WithStop(stop))
			mustBeIdle(t, s.AsCollection())
			if got := *s.Get(); got != tt.want {
				t.Errorf("Fetch() of a transformation = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFilterIndexes_cannotBeCombinedWithAKey(t *testing.T) {
	c := krt.NewStaticCollection[thing](nil, nil)
	idx := krt.NewIndex(c, "letters", letters)
	defer func() {
		if diff := cmp.Diff(any("cannot filter by index and key"), recover()); diff != "" {
			t.Errorf("panic mismatch (-want +got):\n%s", diff)
		}
	}()
	krt.Fetch(krt.TestingDummyContext{}, c, krt.FilterIndexes(idx, "x"), krt.FilterKeys("a"))
}

func TestFilterIndexes_runsExactlyTheInputsOfAKeyThatChanges(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "1", Group: "x"}, {Name: "2", Group: "z"}}, stop)
		idx := krt.NewIndex(c, "letters", letters)
		// Each input asks for the letters that it is called by.
		inputs := krt.NewStaticCollection(nil, []thing{{Name: "xy"}, {Name: "yz"}, {Name: "w"}}, stop)
		var ran []string
		found := krt.NewCollection(inputs, func(ctx krt.HandlerContext, i thing) *thing {
			ran = append(ran, i.Name)
			keys := strings.Split(i.Name, "")
			return &thing{Name: i.Name, Group: names(krt.Fetch(ctx, c, krt.FilterIndexes(idx, keys...)))}
		}, stop)
		empty := 0
		krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
			empty++
			krt.Fetch(ctx, c, krt.FilterIndexes(idx))
			return nil
		}, stop)
		synctest.Wait()
		for _, step := range []struct {
			name string
			do   func()
			want string
		}{
			{"nothing", func() {}, ""},
			{"an object comes", func() { c.UpdateObject(thing{Name: "3", Group: "y"}) }, "xy yz"},
			{"it gets another key", func() { c.UpdateObject(thing{Name: "3", Group: "yw"}) }, "w xy yz"},
			{"it loses one", func() { c.UpdateObject(thing{Name: "3", Group: "w"}) }, "w xy yz"},
			{"it changes", func() { c.UpdateObject(thing{Name: "3", Group: "w", Value: 1}) }, "w"},
			{"one goes", func() { c.DeleteObject("2") }, "yz"},
			{"one that concerns nobody", func() { c.UpdateObject(thing{Name: "4", Group: "q"}) }, ""},
		} {
			if ran = nil; step.name != "nothing" {
				step.do()
				synctest.Wait()
			}
			slices.Sort(ran)
			if got := strings.Join(ran, " "); got != step.want {
				t.Errorf("%s: ran %q, want %q", step.name, got, step.want)
			}
		}
		want := map[string]string{"xy": "1", "yz": "", "w": "3"}
		got := map[string]string{}
		for _, o := range found.List() {
			got[o.Name] = o.Group
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("objects mismatch (-want +got):\n%s", diff)
		}
		if empty != 1 {
			t.Errorf("what asks for no keys ran %d times, want once", empty)
		}
	})
}

// TestFilterIndexes_isWhatAScanFinds changes objects, and what is asked for, at
// random, and compares what transformations found with a scan.
func TestFilterIndexes_isWhatAScanFinds(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		stop := make(chan struct{})
		c := krt.NewStaticCollection[thing](nil, nil, krt.WithStop(stop))
		idx := krt.NewIndex(c, "letters", letters)
		inputs := krt.NewStaticCollection[thing](nil, nil, krt.WithStop(stop))
		admitted := func(i, o thing) bool {
			return strings.ContainsAny(o.Group, i.Group) && (i.Labels == nil || o.Labels["a"] == i.Labels["a"]) && (i.Value%2 == 0 || o.Value%2 == 1)
		}
		found := krt.NewCollection(inputs, func(ctx krt.HandlerContext, i thing) *thing {
			opts := []krt.FetchOption{krt.FilterIndexes(idx, letters(i)...), krt.FilterLabel(i.Labels)}
			if i.Value%2 == 1 {
				opts = append(opts, krt.FilterGeneric(func(o any) bool { return o.(thing).Value%2 == 1 }))
			}
			return &thing{Name: i.Name, Group: names(krt.Fetch(ctx, c, opts...))}
		}, krt.WithStop(stop))
		random := func(n int) thing {
			o := thing{Name: fmt.Sprint(rnd.IntN(n)), Value: rnd.Uint64N(4)}
			for _, l := range "uvwxyz" {
				if rnd.IntN(4) == 0 {
					o.Group += string(l)
				}
			}
			return o
		}
		for step := range 100 {
			switch rnd.IntN(8) {
			case 0:
				c.DeleteObject(fmt.Sprint(rnd.IntN(30)))
			case 1:
				i := random(5)
				if rnd.IntN(2) == 0 {
					i.Labels = map[string]string{"a": fmt.Sprint(rnd.IntN(3))}
				}
				inputs.UpdateObject(i)
			default:
				o := random(30)
				o.Labels = map[string]string{"a": fmt.Sprint(rnd.IntN(3))}
				c.UpdateObject(o)
			}
			if rnd.IntN(3) > 0 {
				continue
			}
			mustBeIdle(t, found)
			want, got := map[string]string{}, map[string]string{}
			for _, i := range inputs.List() {
				want[i.Name] = names(slices.DeleteFunc(c.List(), func(o thing) bool { return !admitted(i, o) }))
			}
			for name, o := range maps.All(index(found.List())) {
				got[name] = o.Group
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, step %d: found mismatch (-want +got):\n%s", seed, step, diff)
			}
		}
		close(stop)
	}
}

// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"maps"
	"slices"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/internal/fold"
)

// CheckCollection waits until a collection is idle and fails the test if it does
// not hold exactly these objects. Objects are compared by [krt.Equal].
func CheckCollection[T any](t Failer, c krt.Collection[T], want ...T) {
	t.Helper()
	waitIdle(t, defaultTimeout, c)
	if diff := diffObjects(keyed(want), keyed(c.List())); diff != "" {
		errorf(t, "krttest: content mismatch (-want +got):\n%s", diff)
	}
}

// CheckDerived compares a collection with what it must hold: it waits until the
// collection is idle, calls the transformation for every object of the input, and
// fails the test if the collection does not hold exactly what that makes.
//
//	endpoints := krt.NewCollection(services, toEndpoints)
//	…
//	krttest.CheckDerived(t, endpoints, services, toEndpoints)
//
// A difference means that the transformation is not a pure function of its input
// and of what it fetches: that it reads something whose changes krt cannot see, such
// as a List or Lookup of a collection, or that it keeps state. Called after each step of a
// test, CheckDerived finds that out where the test itself looks at something else.
//
// Nothing that the transformation reads may change meanwhile. What a call discards
// may be in the collection in any state.
func CheckDerived[I, O any](t Failer, c krt.Collection[O], input krt.Collection[I], hf krt.TransformationSingle[I, O]) {
	t.Helper()
	CheckManyDerived(t, c, input, func(ctx krt.HandlerContext, i I) []O {
		if o := hf(ctx, i); o != nil {
			return []O{*o}
		}
		return nil
	})
}

// CheckManyDerived is [CheckDerived] for a [krt.NewManyCollection].
func CheckManyDerived[I, O any](t Failer, c krt.Collection[O], input krt.Collection[I], hf krt.TransformationMulti[I, O]) {
	t.Helper()
	waitIdle(t, defaultTimeout, c, input)
	want := map[string]O{}
	discarded := false
	for _, i := range input.List() {
		var ctx, again Context
		out := keyed(hf(&ctx, i))
		if diff := diffObjects(out, keyed(hf(&again, i))); diff != "" {
			errorf(t, "krttest: two calls for the same input %s differ (-first +second):\n%s", fold.Key(i), diff)
		}
		if ctx.Discarded() {
			discarded = true
			continue
		}
		for key, o := range out {
			if _, twice := want[key]; twice {
				errorf(t, "krttest: two inputs make an object with the key %s", key)
			}
			want[key] = o
		}
	}
	got := keyed(c.List())
	if discarded {
		// What no call accounts for may be from before.
		maps.DeleteFunc(got, func(key string, _ O) bool { _, ok := want[key]; return !ok })
	}
	if diff := diffObjects(want, got); diff != "" {
		errorf(t, "krttest: the collection is not what the transformation makes of its inputs (-want +got):\n%s", diff)
	}
}

// CheckIndex compares an index with the collection that it is of: it waits until
// the collection is idle, calls extract for every object, and fails the test if
// looking up a key does not return exactly the objects that have it. Keys that no object
// has any more can be given, to be looked up as well.
func CheckIndex[K comparable, O any](t Failer, idx krt.Index[K, O], c krt.Collection[O], extract func(o O) []K, others ...K) {
	t.Helper()
	waitIdle(t, defaultTimeout, c)
	want := map[K]map[string]O{}
	for _, k := range others {
		want[k] = map[string]O{}
	}
	for key, o := range keyed(c.List()) {
		for _, k := range extract(o) {
			if want[k] == nil {
				want[k] = map[string]O{}
			}
			want[k][key] = o
		}
	}
	for k, objects := range want {
		found := idx.Lookup(k)
		if diff := diffObjects(objects, keyed(found)); diff != "" {
			errorf(t, "krttest: Lookup(%v) mismatch (-want +got):\n%s", k, diff)
		} else if len(found) != len(objects) {
			keys := make([]string, 0, len(found))
			for _, o := range found {
				keys = append(keys, fold.Key(o))
			}
			slices.Sort(keys)
			errorf(t, "krttest: Lookup(%v) returns objects more than once: %v", k, keys)
		}
	}
}

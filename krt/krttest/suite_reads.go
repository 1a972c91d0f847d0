// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/internal/fold"
)

func (s suite[T]) readsAgreeWithEvents() {
	t := s.t
	r := s.begin(1, 0)
	key := r.keys[0]
	idx := krt.NewIndex(r.Collection, "all", func(T) []string { return []string{"all"} })
	// Versions only grow, so what is shown must be at least what is told.
	var behind, gone atomic.Int64
	r.Collection.Register(func(e krt.Event[T]) {
		if e.New == nil {
			gone.Add(1)
			return
		}
		version := r.Version(*e.New)
		if o := r.Collection.GetKey(key); o == nil || r.Version(*o) < version {
			behind.Add(1)
		}
		for _, objects := range [][]T{r.Collection.List(), idx.Lookup("all")} {
			if len(objects) != 1 || r.Version(objects[0]) < version {
				behind.Add(1)
			}
		}
	})
	rec := r.record()
	const changes = 100
	for v := range changes {
		r.Put(key, v+1)
		if v < changes/5 {
			r.shows(rec, key, v+1) // so that nothing else than this can be shown
		}
	}
	r.shows(rec, key, changes)
	rec.WaitIdle() // which says what the recorder did not find
	if n := gone.Load(); n > 0 {
		t.Errorf("%d deletions were told, though nothing was removed", n)
	}
	if n := behind.Load(); n > 0 {
		t.Errorf("%d reads in a handler did not show what the handler was told", n)
	}
	if diff := cmp.Diff(r.content(r.Collection.List()), r.content(values(rec.Content()))); diff != "" {
		t.Errorf("content (-listed +told):\n%s", diff)
	}
}

func values[T any](m map[string]T) []T {
	out := make([]T, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

func (s suite[T]) readsReturnCopies() {
	t := s.t
	r := s.begin(1, 1)
	key := r.keys[0]
	r.synced()
	want := map[string]int{key: 0}
	r.shows(r.record(), key, 0)
	idx := krt.NewIndex(r.Collection, "all", func(T) []string { return []string{"all"} })
	yes := func(T) bool { return true }
	for name, read := range map[string]func() []T{
		"List":           r.Collection.List,
		"ListFiltered":   func() []T { return r.Collection.ListFiltered(yes) },
		"Lookup":         func() []T { return idx.Lookup("all") },
		"LookupFiltered": func() []T { return idx.LookupFiltered("all", yes) },
	} {
		if diff := cmp.Diff(want, r.content(read())); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", name, diff)
		}
		clear(read())
		if diff := cmp.Diff(want, r.content(read())); diff != "" {
			t.Errorf("%s mismatch after the slice that it returned was changed (-want +got):\n%s", name, diff)
		}
	}
	var zero T
	*r.Collection.GetKey(key) = zero
	if diff := cmp.Diff(want, r.content(r.Collection.List())); diff != "" {
		t.Errorf("content mismatch after assigning to what GetKey returned (-want +got):\n%s", diff)
	}
	if o := r.Collection.GetKey("no such key"); o != nil && !s.traits.AtMostOne {
		t.Errorf("GetKey of a key that is not there = %+v", *o)
	}
	if got := r.Collection.ListFiltered(func(T) bool { return false }); len(got) != 0 {
		t.Errorf("ListFiltered of nothing = %v", got)
	}
}

// bucketsOf is how the checks index objects.
func (r *rig[T]) bucketsOf(o T) []string {
	v := r.Version(o)
	if v%7 == 0 {
		return nil
	}
	return []string{strconv.Itoa(v % 3), "of " + fold.Key(o)}
}

// churn makes changes at random and ends in a state that it returns, once a
// recorder was told of that.
func (r *rig[T]) churn(rec *Recorder[T], changes int) map[string]int {
	r.t.Helper()
	for i := range changes {
		if key := r.keys[rand.IntN(len(r.keys))]; rand.IntN(4) == 0 {
			r.Remove(key)
		} else {
			r.Put(key, i+1)
		}
	}
	want := map[string]int{}
	for i, key := range r.keys {
		if i%3 == 2 {
			r.Remove(key)
			r.lacks(rec, key)
		} else {
			want[key] = changes + i + 1
			r.Put(key, changes+i+1)
			r.shows(rec, key, changes+i+1)
		}
	}
	return want
}

func (s suite[T]) size() int {
	if s.traits.AtMostOne {
		return 1
	}
	return 8
}

func (s suite[T]) indexes() {
	t := s.t
	n := s.size()
	r := s.begin(n, n)
	early := krt.NewIndex(r.Collection, "early", r.bucketsOf)
	rec := r.record()
	want := r.churn(rec, 50)
	if diff := cmp.Diff(want, r.content(r.Collection.List())); diff != "" {
		t.Errorf("List mismatch (-want +got):\n%s", diff)
	}
	late := krt.NewIndex(r.Collection, "late", r.bucketsOf)
	for _, idx := range []krt.Index[string, T]{early, late} {
		CheckIndex(t, idx, r.Collection, r.bucketsOf, "0", "1", "2")
	}
}

func (s suite[T]) indexWhileChanging() {
	t := s.t
	n := s.size()
	r := s.begin(n, n)
	rec := r.record()
	indexes := make([]krt.Index[string, T], 10)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range indexes {
			indexes[i] = krt.NewIndex(r.Collection, fmt.Sprint("number ", i), r.bucketsOf)
		}
	})
	want := r.churn(rec, 200)
	wg.Wait()
	if diff := cmp.Diff(want, r.content(r.Collection.List())); diff != "" {
		t.Errorf("List mismatch (-want +got):\n%s", diff)
	}
	for _, idx := range indexes {
		CheckIndex(t, idx, r.Collection, r.bucketsOf, "0", "1", "2")
	}
}

func (s suite[T]) metadata() {
	t := s.t
	meta := krt.Metadata{"of": t.Name()}
	r := s.with(1, Setup{Options: []krt.CollectionOption{krt.WithMetadata(meta)}})
	got := r.Collection.Metadata()
	if diff := cmp.Diff(meta, got); diff != "" {
		t.Errorf("Metadata mismatch (-want +got):\n%s", diff)
	}
	if meta["later"] = true; got["later"] == nil {
		t.Error("Metadata is a copy of what was given, and not that")
	}
}

func (s suite[T]) derived() {
	t := s.t
	n := s.size()
	r := s.begin(n, n)
	idx := krt.NewIndex(r.Collection, "buckets", r.bucketsOf)
	same := func(_ krt.HandlerContext, o T) *T { return &o }
	primary := krt.NewCollection(r.Collection, same, r.below)
	odd := func(o any) bool { return r.Version(o.(T))%2 == 1 }
	fetched := krt.NewManyFromNothing(func(ctx krt.HandlerContext) []T { return krt.Fetch(ctx, r.Collection, krt.FilterGeneric(odd)) }, r.below)
	looked := krt.NewManyFromNothing(func(ctx krt.HandlerContext) []T { return idx.Fetch(ctx, "1") }, r.below)
	awaitSync(t, "a collection that derives from it", primary)
	want := r.churn(r.record(), 50)
	CheckDerived(t, primary, r.Collection, same)
	wantOdd, wantLooked := map[string]int{}, map[string]int{}
	for key, v := range want {
		if v%2 == 1 {
			wantOdd[key] = v
		}
		if v%3 == 1 && v%7 != 0 {
			wantLooked[key] = v
		}
	}
	waitIdle(t, defaultTimeout, fetched, looked)
	if diff := cmp.Diff(wantOdd, r.content(fetched.List())); diff != "" {
		t.Errorf("what fetches odd versions has (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantLooked, r.content(looked.List())); diff != "" {
		t.Errorf("what fetches by an index has (-want +got):\n%s", diff)
	}
}

func (s suite[T]) diamond() {
	t := s.t
	r := s.begin(1, 1)
	key := r.keys[0]
	same := func(_ krt.HandlerContext, o T) *T { return &o }
	left, right := krt.NewCollection(r.Collection, same, r.below), krt.NewCollection(r.Collection, same, r.below)
	var mixed atomic.Int64
	top := krt.NewCollection(left, func(ctx krt.HandlerContext, o T) *T {
		for _, other := range append(krt.Fetch(ctx, right), krt.Fetch(ctx, r.Collection, krt.FilterKey(key))...) {
			if r.Version(other) != r.Version(o) {
				mixed.Add(1)
			}
		}
		return &o
	}, r.below)
	rec := NewRecorder(t, top)
	for v := range 200 {
		r.Put(key, v+1)
	}
	r.shows(rec, key, 200)
	if n := mixed.Load(); n > 0 {
		t.Errorf("%d runs of a transformation saw different versions along different paths", n)
	}
}

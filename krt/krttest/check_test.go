// SPDX-License-Identifier: Apache-2.0

package krttest_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest"
)

func TestCheckCollection_showsTheDifference(t *testing.T) {
	c := krt.NewStaticCollection(nil, []object{{"a", 1}, {"b", 1}}, krttest.Options(t).WithName("c")...)
	wantPass(t, func(f *failures) { krttest.CheckCollection(f, c, object{"b", 1}, object{"a", 1}) })
	wantFailure(t, func(f *failures) { krttest.CheckCollection(f, c, object{"a", 2}) }, `"b"`, "Version")
}

func TestCheckDerived_findsWhatIsNotAFunctionOfItsInputs(t *testing.T) {
	opts := krttest.Options(t)
	in := krt.NewStaticCollection(nil, []object{{"a", 1}, {"b", 2}}, opts.WithName("in")...)
	other := krt.NewStaticCollection(nil, []object{{"x", 1}}, opts.WithName("other")...)
	fetches := func(ctx krt.HandlerContext, o object) *object {
		return &object{o.Key, o.Version * len(krt.Fetch(ctx, other))}
	}
	lists := func(_ krt.HandlerContext, o object) *object {
		return &object{o.Key, o.Version * len(other.List())} //krtvet:ignore the test is about this mistake
	}
	good, bad := krt.NewCollection(in, fetches, opts.WithName("good")...), krt.NewCollection(in, lists, opts.WithName("bad")...)
	wantPass(t, func(f *failures) { krttest.CheckDerived(f, good, in, fetches) })
	wantPass(t, func(f *failures) { krttest.CheckDerived(f, bad, in, lists) })
	other.UpdateObject(object{"y", 1})
	wantPass(t, func(f *failures) { krttest.CheckDerived(f, good, in, fetches) })
	wantFailure(t, func(f *failures) { krttest.CheckDerived(f, bad, in, lists) }, "not what the transformation makes of its inputs", `"a"`)

	var n atomic.Int64
	counts := func(_ krt.HandlerContext, o object) *object { return &object{o.Key, int(n.Add(1))} }
	counted := krt.NewCollection(in, counts, opts.WithName("counted")...)
	wantFailure(t, func(f *failures) { krttest.CheckDerived(f, counted, in, counts) }, "two calls for the same input")
}

func TestCheckManyDerived_findsKeysThatAreMadeTwice(t *testing.T) {
	opts := krttest.Options(t)
	in := krt.NewStaticCollection(nil, []object{{"a", 1}, {"b", 2}}, opts.WithName("in")...)
	same := func(_ krt.HandlerContext, o object) []object { return []object{{"same", o.Version}} }
	c := krt.NewManyCollection(in, same, opts.WithName("same")...)
	if krt.EnableAssertions {
		t.Skip("krt panics by itself")
	}
	wantFailure(t, func(f *failures) { krttest.CheckManyDerived(f, c, in, same) }, "two inputs make an object with the key same")
}

func TestCheckDerived_allowsWhatWasDiscarded(t *testing.T) {
	opts := krttest.Options(t)
	in := krt.NewStaticCollection(nil, []object{{"a", 1}, {"b", 1}}, opts.WithName("in")...)
	keeps := func(ctx krt.HandlerContext, o object) *object {
		if o.Version > 1 {
			ctx.DiscardResult()
		}
		return &o
	}
	c := krt.NewCollection(in, keeps, opts.WithName("keeps")...)
	c.WaitUntilSynced(nil)
	in.UpdateObject(object{"a", 2})
	wantPass(t, func(f *failures) { krttest.CheckDerived(f, c, in, keeps) })
	krttest.CheckCollection(t, c, object{"a", 1}, object{"b", 1})
}

func TestContext_readsAndDiscards(t *testing.T) {
	c := krt.NewStaticCollection(nil, []object{{"a", 1}}, krttest.Options(t).WithName("c")...)
	var ctx krttest.Context
	if got := krt.FetchOne(&ctx, c, krt.FilterKey("a")); got == nil || got.Version != 1 {
		t.Errorf("FetchOne = %v", got)
	}
	if ctx.Discarded() {
		t.Error("discarded from the start")
	}
	if ctx.DiscardResult(); !ctx.Discarded() {
		t.Error("not discarded")
	}
}

func TestCheckIndex_showsTheDifference(t *testing.T) {
	c := krt.NewStaticCollection(nil, []object{{"a", 1}, {"b", 2}}, krttest.Options(t).WithName("c")...)
	byKey := func(o object) []string { return []string{o.Key} }
	idx := krt.NewIndex(c, "key", byKey)
	wantPass(t, func(f *failures) { krttest.CheckIndex(f, idx, c, byKey, "none") })
	odd := func(o object) []string {
		if o.Version%2 == 1 {
			return []string{o.Key}
		}
		return nil
	}
	wantFailure(t, func(f *failures) { krttest.CheckIndex(f, idx, c, odd, "b") }, "Lookup(b)")
}

func TestCheckGoroutines_findsWhatIsLeft(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	go func() { <-stop }() // of somebody else
	wantPass(t, func(f *failures) {
		krttest.CheckGoroutines(f)
		done := make(chan struct{})
		f.Cleanup(func() { close(done) })
		go func() {
			go func() { <-done }()
			<-done
		}()
	})
	synctest.Test(t, func(t *testing.T) { // in which no time passes
		left := make(chan struct{})
		defer close(left)
		wantFailure(t, func(f *failures) {
			krttest.CheckGoroutines(f)
			began := make(chan struct{})
			go func() {
				go func() { close(began); <-left }()
			}()
			<-began
		}, "goroutines are left", "TestCheckGoroutines_findsWhatIsLeft")
	})
}

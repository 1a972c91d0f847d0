// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// caught keeps the panics that a collection contained, as "key: value".
type caught struct {
	mu   sync.Mutex
	list []*krt.PanicError
}

func (c *caught) option() krt.CollectionOption {
	return krt.WithPanicHandler(func(p *krt.PanicError) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.list = append(c.list, p)
	})
}

func (c *caught) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	var got []string
	for _, p := range c.list {
		got = append(got, fmt.Sprintf("%s: %v", p.Key, p.Value))
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("contained panics mismatch (-want +got):\n%s", diff)
	}
	c.list = nil
}

// known returns the panics that Describe shows of a collection, as "key: value".
func known(t *testing.T, c krt.Syncer) []string {
	t.Helper()
	var out []string
	for _, p := range describe(t, c).Panics {
		out = append(out, fmt.Sprintf("%s: %v", p.Key, p.Value))
	}
	return out
}

// poisonous panics for things of value 13.
func poisonous(i thing) {
	if i.Value == 13 {
		panic("poison")
	}
}

func TestWithPanicHandler_keepsTheLastGoodResultAndTriesAgain(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		var panics caught
		dep := krt.NewStaticCollection(nil, []thing{{Name: "dep", Value: 1}}, stop)
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}, {Name: "b", Value: 13}}, stop)
		c := krt.NewCollection(in, func(ctx krt.HandlerContext, i thing) *thing {
			poisonous(*krt.FetchKey(ctx, dep, "dep"))
			poisonous(i)
			return &i
		}, stop, panics.option(), krt.WithName("things"))
		r := tell(c, valueOf)
		r.want(t, "+a=1")
		panics.want(t, "b: poison")
		if diff := cmp.Diff([]string{"b: poison"}, known(t, c)); diff != "" || !c.HasSynced() {
			t.Errorf("synced %v; described panics mismatch (-want +got):\n%s", c.HasSynced(), diff)
		}
		// Its change, or one of what it fetched, makes another try.
		in.UpdateObject(thing{Name: "a", Value: 13})
		r.want(t)
		panics.want(t, "a: poison")
		in.UpdateObject(thing{Name: "b", Value: 2})
		r.want(t, "+b=2")
		panics.want(t)
		in.UpdateObject(thing{Name: "a", Value: 3})
		r.want(t, "~a=3")
		dep.UpdateObject(thing{Name: "dep", Value: 13})
		r.want(t)
		panics.want(t, "a: poison", "b: poison")
		in.UpdateObject(thing{Name: "c", Value: 1})
		panics.want(t, "c: poison")
		if n := len(known(t, c)); n != 3 || describe(t, c).Counters.Panics != 5 {
			t.Errorf("%d panics are described, of %d", n, describe(t, c).Counters.Panics)
		}
		dep.UpdateObject(thing{Name: "dep", Value: 1})
		r.want(t, "+c=1")
		if left := known(t, c); len(left) > 0 {
			t.Errorf("after a call without a panic there are %v", left)
		}
	})
}

func TestWithPanicHandler_forgetsInputsThatHaveGone(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		var panics caught
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}, {Name: "b", Value: 13}}, stop)
		c := krt.NewCollection(in, func(_ krt.HandlerContext, i thing) *thing { poisonous(i); return &i }, stop, panics.option())
		r := tell(c, valueOf)
		r.want(t, "+a=1")
		in.UpdateObject(thing{Name: "a", Value: 13})
		panics.want(t, "a: poison", "b: poison")
		in.Reset(nil)
		r.want(t, "-a=1") // what was made of it before has gone with it
		if left := known(t, c); len(left) > 0 {
			t.Errorf("there are %v of inputs that have gone", left)
		}
	})
}

func TestWithPanicHandler_oneOfTenThousandAffectsNobodyElse(t *testing.T) {
	var panics caught
	stop := make(chan struct{})
	defer close(stop)
	all := sizedObjectsAsThings(10000)
	all[4711].Value = 13
	in := krt.NewStaticCollection(nil, all, krt.WithStop(stop))
	c := krt.NewCollection(in, func(_ krt.HandlerContext, i thing) *thing { poisonous(i); return &i }, krt.WithStop(stop), panics.option())
	mustBeIdle(t, c)
	if n := len(c.List()); n != 9999 || !c.HasSynced() || len(panics.list) != 1 {
		t.Errorf("%d objects, synced: %v, %d panics", n, c.HasSynced(), len(panics.list))
	}
	p := panics.list[0]
	in.UpdateObject(thing{Name: p.Key, Value: 1})
	mustBeIdle(t, c)
	if c.GetKey(p.Key) == nil {
		t.Error("the input that was mended has no result")
	}
}

func TestWithPanicHandler_tellsEverythingAboutThePanic(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		var panics caught
		in := krt.NewStaticCollection(nil, []thing{{Name: "ns/a"}}, stop)
		krt.NewCollection(in, func(_ krt.HandlerContext, i thing) *thing {
			i.Value = uint64(i.Name[len(i.Name)]) // a panic of the runtime
			return &i
		}, stop, panics.option(), krt.WithName("things"))
		synctest.Wait()
		if len(panics.list) != 1 {
			t.Fatalf("%d panics, want 1", len(panics.list))
		}
		p := panics.list[0]
		if p.Collection != "things" || p.Key != "ns/a" || !p.Time.Equal(time.Now()) || !strings.Contains(p.Stack, "fault_test.go") {
			t.Errorf("panic of %q in %q at %v:\n%s", p.Key, p.Collection, p.Time, p.Stack)
		}
		if want := `krt: collection "things", key "ns/a": panic: runtime error: index out of range [4] with length 4`; p.Error() != want {
			t.Errorf("Error() = %q, want %q", p.Error(), want)
		}
		if _, ok := errors.AsType[runtime.Error](p); !ok {
			t.Error("the error does not lead to what it panicked with")
		}
		if text := (&krt.PanicError{Value: "text"}); errors.Unwrap(text) != nil {
			t.Errorf("Unwrap() of a text = %v", errors.Unwrap(text))
		}
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back krt.PanicError
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		want := *p
		want.Value = "runtime error: index out of range [4] with length 4"
		if diff := cmp.Diff(want, back); diff != "" {
			t.Errorf("JSON mismatch (-want +got):\n%s", diff)
		}
	})
}

// keyed panics when it is asked for its key while its value is 13.
type keyed thing

func (k keyed) ResourceName() string { poisonous(thing(k)); return k.Name }

func TestWithPanicHandler_containsWhateverTheCollectionWasMadeWith(t *testing.T) {
	type setting struct {
		stop, panics krt.CollectionOption
		in           krt.StaticCollection[thing] // of "a"
	}
	// Each of them shows the value of a, and panics while it is 13.
	for name, tt := range map[string]struct {
		make func(s setting) func() (value any)
		key  string
		want []string // panics; once for the key if nil
	}{
		"many": {make: func(s setting) func() any {
			c := krt.NewManyCollection(s.in, func(_ krt.HandlerContext, i thing) []thing { poisonous(i); return []thing{i} }, s.stop, s.panics)
			return func() any { return c.GetKey("a").Value }
		}},
		"status": {make: func(s setting) func() any {
			statuses, objects := krt.NewStatusCollection(s.in, func(ctx krt.HandlerContext, i thing) (*uint64, *thing) { poisonous(i); return both(ctx, i) }, s.stop, s.panics)
			return func() any {
				if statuses.GetKey("a").Status != objects.GetKey("a").Value {
					return "the halves differ"
				}
				return objects.GetKey("a").Value
			}
		}},
		"map": {make: func(s setting) func() any {
			c := krt.MapCollection(s.in, func(i thing) thing { poisonous(i); return i }, s.stop, s.panics)
			return func() any { return c.GetKey("a").Value }
		}},
		"singleton": {key: "", make: func(s setting) func() any {
			c := krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
				i := krt.FetchKey(ctx, s.in, "a")
				poisonous(*i)
				return i
			}, s.stop, s.panics)
			return func() any { return c.Get().Value }
		}, want: []string{": poison"}},
		"many from nothing": {make: func(s setting) func() any {
			c := krt.NewManyFromNothing(func(ctx krt.HandlerContext) []thing {
				all := krt.Fetch(ctx, s.in)
				poisonous(all[0])
				return all
			}, s.stop, s.panics)
			return func() any { return c.GetKey("a").Value }
		}, want: []string{": poison"}},
		"merge": {make: func(s setting) func() any {
			c := krt.JoinWithMergeCollection([]things{s.in}, func(ts []thing) *thing { poisonous(ts[0]); return &ts[0] }, s.stop, s.panics)
			return func() any { return c.GetKey("a").Value }
		}},
		"merge of a nested join": {make: func(s setting) func() any {
			members := krt.NewStaticCollection(nil, []things{s.in}, s.stop)
			c := krt.NestedJoinWithMergeCollection(members, func(ts []thing) *thing { poisonous(ts[0]); return &ts[0] }, s.stop, s.panics)
			return func() any { return c.GetKey("a").Value }
		}},
		"key": {make: func(s setting) func() any {
			c := krt.NewCollection(s.in, func(_ krt.HandlerContext, i thing) *keyed { return new(keyed(i)) }, s.stop, s.panics)
			return func() any { return c.GetKey("a").Value }
		}},
		"key of a merge": {make: func(s setting) func() any {
			all := krt.MapCollection(s.in, func(i thing) thing { return i }, s.stop)
			c := krt.JoinWithMergeCollection([]things{all}, func(ts []thing) *thing {
				if ts[0].Value == 13 {
					return &thing{Name: "another"}
				}
				return &ts[0]
			}, s.stop, s.panics, krt.WithName("join"))
			return func() any { return c.GetKey("a").Value }
		}, want: []string{`a: krt: join "join": the merge of objects with key "a" has key "another": it must keep the key`}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, stop krt.CollectionOption) {
				var panics caught
				in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}}, stop)
				value := tt.make(setting{stop, panics.option(), in})
				synctest.Wait()
				for _, step := range []struct {
					put, want uint64
				}{{2, 2}, {13, 2}, {3, 3}} {
					in.UpdateObject(thing{Name: "a", Value: step.put})
					synctest.Wait()
					if diff := cmp.Diff(any(step.want), value()); diff != "" {
						t.Errorf("value after %d mismatch (-want +got):\n%s", step.put, diff)
					}
				}
				if tt.want == nil {
					tt.want = []string{"a: poison"}
				}
				panics.want(t, tt.want...)
			})
		})
	}
}

func TestWithPanicHandler_aFilterThatPanicsAtAChangeRunsAllThatItMayConcern(t *testing.T) {
	for name, fetch := range map[string]func(ctx krt.HandlerContext, c things, value uint64){
		"generic": func(ctx krt.HandlerContext, c things, _ uint64) {
			krt.Fetch(ctx, c, krt.FilterGeneric(func(o any) bool { poisonous(o.(thing)); return false }))
		},
		"partial": func(ctx krt.HandlerContext, c things, _ uint64) {
			krt.PartialFetch(ctx, c, func(i thing) uint64 { return i.Value }, func(_, b uint64) bool { poisonous(thing{Value: b}); return true })
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, stop krt.CollectionOption) {
				var panics caught
				dep := krt.NewStaticCollection(nil, []thing{{Name: "dep"}}, stop)
				in := krt.NewStaticCollection(nil, []thing{{Name: "a"}, {Name: "b"}, {Name: "none"}}, stop)
				runs := map[string]int{}
				c := krt.NewCollection(in, func(ctx krt.HandlerContext, i thing) *thing {
					if runs[i.Name]++; i.Name != "none" && runs[i.Name] == 1 { // later it has become harmless
						fetch(ctx, dep, i.Value)
					}
					return &i
				}, stop, panics.option())
				synctest.Wait()
				dep.UpdateObject(thing{Name: "dep", Value: 13})
				panics.want(t, ": poison")
				if diff := cmp.Diff(map[string]int{"a": 2, "b": 2, "none": 1}, runs); diff != "" || len(c.List()) != 3 {
					t.Errorf("objects: %v; runs mismatch (-want +got):\n%s", c.List(), diff)
				}
			})
		})
	}
}

func TestWithPanicHandler_takesAPanicOfEqualsForADifference(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		var panics caught
		in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}}, stop)
		c := krt.NewCollection(in, func(_ krt.HandlerContext, i thing) *touchy { return &touchy{i.Name, int(i.Value)} }, stop, panics.option())
		r := tell(c, func(s touchy) any { return s.Value })
		r.want(t, "+a=1")
		in.UpdateObject(thing{Name: "a", Value: 13})
		r.want(t, "~a=13")
		panics.want(t, "a: 13 is not compared")
	})
}

func TestWithPanicHandler_doesNotHideACycle(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		var panics caught
		in := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		var other things
		one := krt.NewCollection(in, func(ctx krt.HandlerContext, i thing) *thing {
			if i.Value > 0 {
				krt.Fetch(ctx, other)
			}
			return &i
		}, stop, panics.option(), krt.WithName("one"))
		other = krt.NewCollection(one, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop, krt.WithName("other"))
		synctest.Wait()
		in.UpdateObject(thing{Name: "a", Value: 1})
		panics.want(t, `a: krt: dependency cycle: "one" reads "other", which reads "one"`)
		if len(other.List()) != 1 {
			t.Errorf("there is %v", other.List())
		}
	})
}

// crashing is the environment variable that tells a process that it is the one which
// is to end.
const crashing = "KRT_TEST_CRASHES"

// crashes runs f in a process of its own, and fails the test if that does not end
// with the text. f returns if it does not crash.
func crashes(t *testing.T, want string, f func(t *testing.T)) {
	t.Helper()
	if os.Getenv(crashing) == t.Name() {
		f(t)
		return
	}
	pattern := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+pattern, "-test.timeout=1m")
	cmd.Env = append(os.Environ(), crashing+"="+t.Name())
	out, err := cmd.CombinedOutput()
	if first, _, _ := strings.Cut(string(out), "\n\n"); err == nil || !strings.Contains(first, "panic: "+want) {
		t.Errorf("%v, with:\n%s\nwant panic: %s", err, first, want)
	}
}

func TestPanics_endTheProcess(t *testing.T) {
	var ignored caught
	in := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}})
	same := func(_ krt.HandlerContext, i thing) *thing { return &i }
	for _, tt := range []struct {
		name, want string
		make       func() krt.Syncer
	}{
		{"of a transformation", "poison", func() krt.Syncer {
			return krt.NewCollection(in, func(_ krt.HandlerContext, i thing) *thing { poisonous(i); return &i })
		}},
		{"of a merge", "poison", func() krt.Syncer {
			return krt.JoinWithMergeCollection([]things{in}, func(ts []thing) *thing { poisonous(ts[0]); return &ts[0] })
		}},
		{"of a key", "poison", func() krt.Syncer {
			return krt.NewCollection(in, func(_ krt.HandlerContext, i thing) *keyed { return new(keyed(i)) })
		}},
		{"of a type without a key", "Cannot get Key, got int: give it a method ResourceName() string", func() krt.Syncer {
			return krt.NewCollection(in, func(krt.HandlerContext, thing) *int { return new(int) })
		}},
		{"of a filter", "poison", func() krt.Syncer {
			return krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
				krt.Fetch(ctx, in, krt.FilterGeneric(func(o any) bool { poisonous(o.(thing)); return true }))
				return nil
			}).AsCollection()
		}},
		{"of a handler, also of a collection that contains others", "poison", func() krt.Syncer {
			c := krt.NewCollection(in, same, ignored.option())
			c.Register(func(e krt.Event[thing]) { poisonous(*e.New) })
			return c
		}},
		{"of an index, also of a collection that contains others", "poison", func() krt.Syncer {
			c := krt.NewCollection(in, same, ignored.option())
			krt.NewIndex(c, "poisonous", func(i thing) []string { poisonous(i); return nil })
			return c
		}},
		{
			"a transformation that ends its goroutine",
			`krt: collection "Collection[krt_test.thing,krt_test.thing]": a transformation ended its goroutine`,
			func() krt.Syncer {
				return krt.NewCollection(in, func(_ krt.HandlerContext, i thing) *thing {
					if i.Value == 13 {
						runtime.Goexit()
					}
					return &i
				}, ignored.option())
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			crashes(t, tt.want, func(t *testing.T) {
				c := tt.make()
				mustBeIdle(t, c)
				in.UpdateObject(thing{Name: "a", Value: 13})
				mustBeIdle(t, c)
			})
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// thingGroup is a group of things by a string.
type thingGroup = krt.IndexObject[string, thing]

// letters indexes a thing by the letters of its group.
func letters(i thing) []string {
	if i.Group == "" {
		return nil
	}
	return strings.Split(i.Group, "")
}

// groupOf shows a group as the names and values of its objects, in their order.
func groupOf[K comparable](g krt.IndexObject[K, thing]) any {
	var out []string
	for _, o := range g.Objects {
		out = append(out, fmt.Sprint(o.Name, o.Value))
	}
	return strings.Join(out, ",")
}

func TestAsCollection_tellsWhatGroupsBecome(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "b", Group: "x"}, {Name: "a", Group: "xy"}, {Name: "none"}}, stop)
		r := tell(krt.NewIndex(c, "letters", letters).AsCollection(stop), groupOf[string])
		r.want(t, "+x=a0,b0", "+y=a0")
		c.UpdateObject(thing{Name: "c", Group: "y"})
		r.want(t, "~y=a0,c0")
		c.UpdateObject(thing{Name: "a", Value: 1, Group: "xy"})
		r.want(t, "~x=a1,b0", "~y=a1,c0")
		c.UpdateObject(thing{Name: "a", Value: 1, Group: "z"}) // from two groups to a new one
		r.want(t, "~x=b0", "~y=c0", "+z=a1")
		c.UpdateObject(thing{Name: "none", Value: 1}) // in no group
		r.want(t)
		c.DeleteObject("b")
		r.want(t, "-x=b0")
		c.UpdateObject(thing{Name: "d", Group: "xxx"}) // a key that is there more than once
		r.want(t, "+x=d0")
		c.Reset(nil)
		r.want(t, "-x=d0", "-y=c0", "-z=a1")
	})
}

func TestAsCollection_movesAnObjectInOneCommit(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "x"}, {Name: "b", Group: "y"}}, stop)
		groups := krt.NewIndex(c, "letters", letters).AsCollection(stop)
		var batches []int
		groups.RegisterBatch(func(es []krt.Event[thingGroup]) { batches = append(batches, len(es)) }, true)
		synctest.Wait()
		c.UpdateObject(thing{Name: "a", Group: "y"})
		synctest.Wait()
		if diff := cmp.Diff([]int{2, 2}, batches); diff != "" {
			t.Errorf("events in each batch mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestAsCollection_ofKeysThatAreNotStrings(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "ns/one"}, {Name: "b", Group: "ns/one"}}, stop)
		named := func(s string) krt.Named {
			namespace, name, _ := strings.Cut(s, "/")
			return krt.Named{Namespace: namespace, Name: name}
		}
		idx := krt.NewIndex(c, "named", func(i thing) []krt.Named { return []krt.Named{named(i.Group)} })
		groups := idx.AsCollection(stop, krt.WithIndexCollectionFromString(named))
		tell(groups, groupOf[krt.Named]).want(t, "+ns/one=a0,b0")
		one := krt.Named{Namespace: "ns", Name: "one"}
		if got := groups.GetKey("ns/one"); got == nil || got.Key != one {
			t.Errorf("GetKey() = %v, want the group of %v", got, one)
		}
		if got := krt.FetchIndexObjects(krt.TestingDummyContext{}, groups, one); len(got) != 2 {
			t.Errorf("FetchIndexObjects() = %v, want two objects", got)
		}
	})
}

func TestAsCollection_panicsWithTheRemedy(t *testing.T) {
	c := krt.NewStaticCollection[thing](nil, nil)
	byName := krt.NewIndex(c, "name", func(i thing) []krt.Named { return nil })
	for _, tt := range []struct {
		name, want string
		call       func()
	}{
		{
			"no way back from the string",
			"index.AsCollection requires a string key or WithIndexCollectionFromString to be set",
			func() { byName.AsCollection() },
		},
		{
			"a way to something else",
			`krt: index "name": WithIndexCollectionFromString with a func(string) string: it must return the index's key type, which is krt.Named`,
			func() { byName.AsCollection(krt.WithIndexCollectionFromString(strings.Clone)) },
		},
		{
			"a key without a string",
			`krt: index "size": the key type int is neither string nor a fmt.Stringer: give it a method String() string`,
			func() { krt.NewIndex(c, "size", func(thing) []int { return nil }) },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if diff := cmp.Diff(any(tt.want), recover()); diff != "" {
					t.Errorf("panic mismatch (-want +got):\n%s", diff)
				}
			}()
			tt.call()
		})
	}
}

func TestAsCollection_canBeDerivedFromFetchedAndIndexed(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "x"}, {Name: "b", Group: "y"}}, stop)
		groups := krt.NewIndex(c, "letters", letters).AsCollection(stop)
		sizes := krt.NewCollection(groups, func(_ krt.HandlerContext, g thingGroup) *thing {
			return &thing{Name: g.Key, Value: uint64(len(g.Objects))}
		}, stop)
		runs := map[string]int{}
		asked := krt.NewStaticCollection(nil, []thing{{Name: "x"}, {Name: "y"}, {Name: "z"}}, stop)
		fetching := krt.NewCollection(asked, func(ctx krt.HandlerContext, i thing) *thing {
			runs[i.Name]++
			return &thing{Name: i.Name, Value: uint64(len(krt.FetchIndexObjects(ctx, groups, i.Name)))}
		}, stop)
		bySize := krt.NewIndex(groups, "size", func(g thingGroup) []string { return []string{fmt.Sprint(len(g.Objects))} })
		fetched, derived := tell(fetching, valueOf), tell(sizes, valueOf)
		fetched.want(t, "+x=1", "+y=1", "+z=0")
		derived.want(t, "+x=1", "+y=1")
		c.UpdateObject(thing{Name: "c", Group: "xz"})
		fetched.want(t, "~x=2", "~z=1")
		derived.want(t, "~x=2", "+z=1")
		if got := bySize.Lookup("1"); len(got) != 2 {
			t.Errorf("Lookup() = %v, want the groups of one", got)
		}
		c.DeleteObject("c")
		fetched.want(t, "~x=1", "~z=0")
		derived.want(t, "~x=1", "-z=1")
		if diff := cmp.Diff(map[string]int{"x": 3, "y": 1, "z": 3}, runs); diff != "" {
			t.Errorf("runs mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestAsCollection_isNamedAndSyncedAsItsCollection(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		late := krt.NewStatic(&thing{Name: "a", Group: "x"}, false, stop)
		groups := krt.NewIndex(late.AsCollection(), "letters", letters).
			AsCollection(stop, krt.WithName("mine"), krt.WithMetadata(krt.Metadata{"k": "v"}))
		synctest.Wait()
		if groups.HasSynced() {
			t.Error("synced before the collection is")
		}
		late.MarkSynced()
		synctest.Wait()
		if !groups.HasSynced() || len(groups.List()) != 1 || groups.Metadata()["k"] != "v" {
			t.Errorf("synced %v with %v and %v", groups.HasSynced(), groups.List(), groups.Metadata())
		}
		g, err := krt.Describe(groups)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Collections[len(g.Collections)-1]; got.Name != "index/letters" || got.Kind != "index" {
			t.Errorf("described as %s %q", got.Kind, got.Name)
		}
	})
}

func TestAsCollection_stopLeavesNothingBehind(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		own := make(chan struct{})
		c := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "x"}}, stop)
		groups := krt.NewIndex(c, "letters", letters).AsCollection(krt.WithStop(own))
		r := tell(groups, groupOf[string])
		r.want(t, "+x=a0")
		close(own)
		synctest.Wait()
		c.UpdateObject(thing{Name: "b", Group: "x"})
		r.want(t)
		if krt.Children(c) != 0 || len(groups.GetKey("x").Objects) != 1 {
			t.Errorf("%d readers are left, and the group is %v", krt.Children(c), groups.GetKey("x"))
		}
	})
}

func TestAsCollection_whoAppendsToAGroupChangesNobodysGroup(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		c := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "x"}, {Name: "b", Group: "x"}, {Name: "c", Group: "x"}}, stop)
		groups := krt.NewIndex(c, "letters", letters).AsCollection(stop)
		for i, step := range []func(){
			func() {},
			func() { c.DeleteObject("b") }, // makes the group anew
			func() { c.UpdateObject(thing{Name: "a", Value: 1, Group: "x"}) }, // copies it
		} {
			step()
			synctest.Wait()
			one := append(krt.FetchIndexObjects(krt.TestingDummyContext{}, groups, "x"), thing{Name: "one"})
			other := append(krt.FetchIndexObjects(krt.TestingDummyContext{}, groups, "x"), thing{Name: "other"})
			if got := one[len(one)-1].Name; got != "one" || len(one) != len(other) {
				t.Errorf("step %d: %q was appended by another reader", i, got)
			}
		}
	})
}

func TestAsCollection_keepsBigGroupsInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		const n = 20000
		var all []thing
		for i := range n {
			all = append(all, thing{Name: fmt.Sprintf("%05d", i), Group: "x"})
		}
		c := krt.NewStaticCollection(nil, all, stop)
		groups := krt.NewIndex(c, "letters", letters).AsCollection(stop)
		synctest.Wait()
		before := groups.GetKey("x").Objects
		c.UpdateObject(thing{Name: "00007", Value: 7, Group: "x"})
		c.DeleteObject("19999")
		c.UpdateObject(thing{Name: "00000a", Group: "x"})
		synctest.Wait()
		after := groups.GetKey("x").Objects
		if len(before) != n || before[7].Value != 0 || before[n-1].Name != "19999" {
			t.Error("a group has changed that was read before")
		}
		byName := func(a, b thing) int { return strings.Compare(a.Name, b.Name) }
		if len(after) != n || after[8].Value != 7 || after[1].Name != "00000a" || !slices.IsSortedFunc(after, byName) {
			t.Errorf("the group has %d objects that begin with %v", len(after), after[:10])
		}
	})
}

func TestDefect28_groupsMayBeEmptiedWhileTheyAreRead(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	debug := new(krt.DebugHandler)
	c := krt.NewStaticCollection[thing](nil, nil, krt.WithStop(stop))
	groups := krt.NewIndex(c, "letters", letters).AsCollection(krt.WithStop(stop), krt.WithDebugging(debug))
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for !isClosed(done) {
				for _, g := range groups.List() {
					if len(g.Objects) == 0 {
						t.Error("a group of nothing")
					}
				}
				if g := groups.GetKey("x"); g != nil && len(g.Objects) == 0 {
					t.Error("a group of nothing")
				}
				if _, err := debug.MarshalJSON(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range uint64(2000) {
		c.UpdateObject(thing{Name: fmt.Sprint(i % 3), Group: "xyz"[i%3 : i%3+1]})
		c.DeleteObject(fmt.Sprint((i + 1) % 3))
	}
	close(done)
	readers.Wait()
}

// TestAsCollection_isWhatTheIndexSays makes random changes and compares the groups,
// and what a handler was told of them, with a map.
func TestAsCollection_isWhatTheIndexSays(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			stop := make(chan struct{})
			defer close(stop)
			c := krt.NewStaticCollection[thing](nil, nil, krt.WithStop(stop))
			idx := krt.NewIndex(c, "letters", letters)
			groups := idx.AsCollection(krt.WithStop(stop))
			var mu sync.Mutex
			folded := map[string][]thing{}
			groups.Register(func(e krt.Event[thingGroup]) {
				mu.Lock()
				defer mu.Unlock()
				had, ok := folded[e.Latest().Key]
				if ok != (e.Old != nil) || ok && !cmp.Equal(had, e.Old.Objects) {
					t.Errorf("%v of %v, and there was %v", e.Event, e.Latest(), had)
				}
				if e.New == nil {
					delete(folded, e.Old.Key)
				} else {
					folded[e.New.Key] = e.New.Objects
				}
			})
			random := func() thing {
				group := ""
				for _, l := range "wxyz" {
					if rnd.IntN(3) == 0 {
						group += string(l)
					}
				}
				return thing{Name: fmt.Sprint(rnd.IntN(12)), Value: rnd.Uint64N(10), Group: group}
			}
			for range 40 {
				for range rnd.IntN(8) {
					switch o := random(); rnd.IntN(6) {
					case 0, 1:
						c.DeleteObject(o.Name)
					case 2:
						c.DeleteObject(o.Name)
						c.UpdateObject(o)
					case 3:
						c.Reset([]thing{random(), random(), o})
					default:
						c.UpdateObject(o)
					}
				}
				mustBeIdle(t, groups)
				want := map[string][]thing{}
				for _, o := range slices.SortedFunc(maps.Values(index(c.List())), func(a, b thing) int { return strings.Compare(a.Name, b.Name) }) {
					for _, k := range letters(o) {
						want[k] = append(want[k], o)
					}
				}
				got := map[string][]thing{}
				for _, g := range groups.List() {
					got[g.Key] = g.Objects
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("groups mismatch (-want +got):\n%s", diff)
				}
				mu.Lock()
				diff := cmp.Diff(want, folded)
				mu.Unlock()
				if diff != "" {
					t.Fatalf("what the handler was told mismatch (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// member is a collection with a name by which its container knows it.
type member struct {
	krt.Collection[thing]
	name string
}

func (m member) ResourceName() string { return m.name }

type things = krt.Collection[thing]

// firstThing is a merge to which order matters.
func firstThing(ts []thing) *thing { return &ts[0] }

// sumOfThings is a merge to which every object matters.
func sumOfThings(ts []thing) *thing {
	out := thing{Name: ts[0].Name}
	for _, t := range ts {
		out.Value += t.Value
	}
	return &out
}

func TestNestedJoin_tellsWhatMembershipMakesDifferent(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		static := func(ts ...thing) krt.StaticCollection[thing] { return krt.NewStaticCollection(nil, ts, stop) }
		a := static(thing{Name: "a", Value: 1}, thing{Name: "both", Value: 1})
		b := static(thing{Name: "b", Value: 2}, thing{Name: "both", Value: 2})
		members := krt.NewStaticCollection(nil, []things{a}, stop)
		j := krt.NestedJoinWithMergeCollection(members, sumOfThings, stop)
		r := tell(j, valueOf)
		r.want(t, "+a=1", "+both=1")
		members.UpdateObject(b)
		r.want(t, "+b=2", "~both=3")
		b.UpdateObject(thing{Name: "both", Value: 5})
		r.want(t, "~both=6")
		members.DeleteObject(krt.GetKey(a))
		r.want(t, "-a=1", "~both=5")
		a.UpdateObject(thing{Name: "a", Value: 7}) // is no member any more
		r.want(t)
		members.Reset([]things{static(thing{Name: "b", Value: 2}, thing{Name: "both", Value: 5})}) // of equal content
		r.want(t)
		members.Reset([]things{static(thing{Name: "b", Value: 3}, thing{Name: "new", Value: 4})})
		r.want(t, "~b=3", "-both=5", "+new=4")
		members.Reset(nil)
		r.want(t, "-b=3", "-new=4")
		if !j.HasSynced() || krt.Children(a)+krt.Children(b) > 0 {
			t.Errorf("synced: %v; %d and %d readers are left", j.HasSynced(), krt.Children(a), krt.Children(b))
		}
	})
}

func TestNestedJoin_aNameIsGivenToAnotherCollectionInOneCommit(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		old := krt.NewStaticCollection(nil, []thing{{Name: "kept", Value: 1}, {Name: "gone", Value: 1}, {Name: "changed", Value: 1}}, stop)
		next := krt.NewStaticCollection(nil, []thing{{Name: "kept", Value: 1}, {Name: "come", Value: 1}, {Name: "changed", Value: 2}}, stop)
		members := krt.NewStaticCollection(nil, []things{member{old, "east"}}, stop)
		j := krt.NestedJoinWithMergeCollection(members, sumOfThings, stop)
		r := tell(j, valueOf)
		r.want(t, "+kept=1", "+gone=1", "+changed=1")
		members.UpdateObject(member{next, "east"})
		r.want(t, "-gone=1", "~changed=2", "+come=1")
		old.UpdateObject(thing{Name: "gone", Value: 3})
		next.UpdateObject(thing{Name: "kept", Value: 9})
		r.want(t, "~kept=9")
		if krt.Children(old) != 0 {
			t.Errorf("%d readers are left of the collection that was replaced", krt.Children(old))
		}
	})
}

func TestNestedJoin_mergesInTheOrderOfTheMembersKeys(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		x := krt.NewStaticCollection(nil, []thing{{Name: "k", Value: 1}}, stop)
		y := krt.NewStaticCollection(nil, []thing{{Name: "k", Value: 2}}, stop)
		members := krt.NewStaticCollection(nil, []things{member{y, "b"}, member{x, "a"}}, stop)
		r := tell(krt.NestedJoinWithMergeCollection(members, firstThing, stop), valueOf)
		r.want(t, "+k=1")
		members.Reset([]things{member{x, "b"}, member{y, "a"}}) // they change places
		r.want(t, "~k=2")
		members.Reset([]things{member{x, "b"}, member{y, "c"}})
		r.want(t, "~k=1")
		members.UpdateObject(member{krt.NewStaticCollection(nil, []thing{{Name: "k", Value: 3}}, stop), "a"})
		r.want(t, "~k=3")
	})
}

func TestNestedJoin_aCollectionWithTwoNamesCountsTwice(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		x := krt.NewStaticCollection(nil, []thing{{Name: "k", Value: 1}}, stop)
		members := krt.NewStaticCollection(nil, []things{member{x, "a"}, member{x, "b"}}, stop)
		r := tell(krt.NestedJoinWithMergeCollection(members, sumOfThings, stop), valueOf)
		r.want(t, "+k=2")
		x.UpdateObject(thing{Name: "k", Value: 2})
		r.want(t, "~k=4")
		members.DeleteObject("a")
		r.want(t, "~k=2")
		members.UpdateObject(member{x, "c"})
		r.want(t, "~k=4")
		members.Reset(nil)
		r.want(t, "-k=4")
		if krt.Children(x) != 0 {
			t.Errorf("%d readers are left", krt.Children(x))
		}
	})
}

func TestNestedJoin_aMemberThatIsAddedHoldsUpNobodyUntilItIsSynced(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		a := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		late := krt.NewStatic(&thing{Name: "late"}, false, stop, krt.WithName("late"))
		members := krt.NewStaticCollection(nil, []things{a}, stop)
		j := krt.NestedJoinWithMergeCollection(members, firstThing, stop)
		r := tell(j, valueOf)
		r.want(t, "+a=0")
		members.UpdateObject(late.AsCollection())
		a.UpdateObject(thing{Name: "a", Value: 1})
		mustBeIdle(t, j)
		r.want(t, "~a=1")
		g, err := krt.Describe(j)
		if err != nil {
			t.Fatal(err)
		}
		info := g.Collections[len(g.Collections)-1]
		if diff := cmp.Diff([]string{`"late", which is not synced`}, info.Waits); diff != "" || !info.Synced {
			t.Errorf("what it waits for mismatch (-want +got):\n%s", diff)
		}
		late.Set(&thing{Name: "late", Value: 2})
		r.want(t)
		late.MarkSynced()
		r.want(t, "+late=2")
	})
}

func TestNestedJoin_isSyncedWithAllMembersThatWereThereAndAreStill(t *testing.T) {
	for name, settle := range map[string]func(members krt.StaticCollection[things], late krt.StaticSingleton[thing]){
		"when the last is synced": func(_ krt.StaticCollection[things], late krt.StaticSingleton[thing]) { late.MarkSynced() },
		"when it is taken away": func(members krt.StaticCollection[things], late krt.StaticSingleton[thing]) {
			members.DeleteObject(krt.GetKey(late))
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, stop krt.CollectionOption) {
				a := krt.NewStaticCollection(nil, []thing{{Name: "a"}, {Name: "b"}}, stop)
				late := krt.NewStatic[thing](nil, false, stop)
				members := krt.NewStaticCollection(nil, []things{a, late.AsCollection()}, stop)
				j := krt.NestedJoinWithMergeCollection(members, firstThing, stop)
				var batches [][]krt.Event[thing]
				reg := j.RegisterBatch(func(es []krt.Event[thing]) { batches = append(batches, es) }, true)
				synctest.Wait()
				a.DeleteObject("b")
				a.UpdateObject(thing{Name: "a", Value: 1})
				synctest.Wait()
				if j.HasSynced() || reg.HasSynced() || len(j.List()) > 0 || len(batches) > 0 {
					t.Errorf("shown before the first state was complete: %v, %v", j.List(), batches)
				}
				settle(members, late)
				synctest.Wait()
				if !j.HasSynced() || !reg.HasSynced() || len(batches) != 1 || len(batches[0]) != 1 || batches[0][0].New.Value != 1 {
					t.Errorf("synced: %v, with %v, told in %v", j.HasSynced(), j.List(), batches)
				}
			})
		})
	}
}

func TestNestedJoin_waitsForItsContainer(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		a := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		members := krt.NewStatic(new(things(a)), false, stop)
		j := krt.NestedJoinWithMergeCollection(members.AsCollection(), firstThing, stop)
		synctest.Wait()
		if j.HasSynced() {
			t.Error("synced before the container is")
		}
		members.MarkSynced()
		tell(j, valueOf).want(t, "+a=0")
	})
}

func TestNestedJoin_keepsTheObjectsOfAMemberThatWasStopped(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		own := make(chan struct{})
		a := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, krt.WithStop(own))
		never := krt.NewStaticCollection[thing](neverSynced{}, nil, krt.WithStop(own))
		members := krt.NewStaticCollection(nil, []things{a}, stop)
		j := krt.NestedJoinWithMergeCollection(members, firstThing, stop)
		r := tell(j, valueOf)
		r.want(t, "+a=0")
		members.UpdateObject(never)
		close(own)
		r.want(t)
		members.DeleteObject(krt.GetKey(never))
		members.DeleteObject(krt.GetKey(a))
		r.want(t, "-a=0")
		members.UpdateObject(a) // as it was left
		r.want(t, "+a=0")
		members.Reset(nil)
		r.want(t, "-a=0")
	})
}

func TestNestedJoin_stopLeavesNothingInItsMembers(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		own := make(chan struct{})
		a := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		late := krt.NewStatic(&thing{Name: "late"}, false, stop)
		members := krt.NewStaticCollection(nil, []things{a}, stop)
		j := krt.NestedJoinWithMergeCollection(members, firstThing, krt.WithStop(own))
		r := tell(j, valueOf)
		r.want(t, "+a=0")
		members.UpdateObject(late.AsCollection())
		synctest.Wait()
		close(own)
		synctest.Wait()
		late.MarkSynced()
		a.UpdateObject(thing{Name: "a", Value: 1})
		members.Reset(nil)
		r.want(t)
		if n := krt.Children(a) + krt.Children(late.AsCollection()) + krt.Children(members); n > 0 {
			t.Errorf("%d readers are left", n)
		}
	})
}

func TestNestedJoin_aMergeMayMakeNothing(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		a := krt.NewStaticCollection(nil, []thing{{Name: "k", Value: 1}}, stop)
		b := krt.NewStaticCollection(nil, []thing{{Name: "k", Value: 2}}, stop)
		members := krt.NewStaticCollection(nil, []things{a}, stop)
		alone := func(ts []thing) *thing {
			if len(ts) > 1 {
				return nil
			}
			return &ts[0]
		}
		r := tell(krt.NestedJoinWithMergeCollection(members, alone, stop), valueOf)
		r.want(t, "+k=1")
		members.UpdateObject(b)
		r.want(t, "-k=1")
		b.UpdateObject(thing{Name: "k", Value: 3})
		r.want(t)
		members.DeleteObject(krt.GetKey(a))
		r.want(t, "+k=3")
		members.Reset(nil)
		r.want(t, "-k=3")
	})
}

func TestNestedJoin_aThousandRotationsOfMembersLeaveNothingBehind(t *testing.T) {
	members := krt.NewStaticCollection[things](nil, nil)
	j := krt.NestedJoinWithMergeCollection(members, sumOfThings)
	mustBeIdle(t, j)
	lasting := krt.NewStaticCollection(nil, sizedObjectsAsThings(5))
	rotate := func(i int) {
		stop := make(chan struct{})
		short := krt.NewStaticCollection(nil, sizedObjectsAsThings(20), krt.WithStop(stop))
		unsynced := krt.NewStaticCollection[thing](neverSynced{}, nil, krt.WithStop(stop))
		members.Reset([]things{member{lasting, "lasting"}, member{short, "short"}, member{unsynced, fmt.Sprint("unsynced", i)}})
		if i%2 == 0 {
			mustBeIdle(t, j)
			if n := len(j.List()); n != 20 {
				t.Fatalf("%d objects, want 20", n)
			}
		}
		members.Reset([]things{member{lasting, "lasting"}})
		close(stop)
	}
	measure := func() int64 {
		mustBeIdle(t, j)
		for krt.GraphSize(j) > 3 { // stopping takes a moment
			runtime.Gosched()
		}
		for range 3 {
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	for i := range 50 {
		rotate(i)
	}
	before := measure()
	for i := range 1000 {
		rotate(i)
	}
	if grown := measure() - before; grown > 1<<19 {
		t.Errorf("heap grew by %d bytes in 1000 rotations", grown)
	}
	if n := krt.Children(lasting); n != 1 {
		t.Errorf("the member that lasts has %d readers, want 1", n)
	}
}

// TestNestedJoin_isTheMergeOfItsMembers makes random changes to members and
// membership from several goroutines, and compares with plain loops.
func TestNestedJoin_isTheMergeOfItsMembers(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			stop := make(chan struct{})
			defer close(stop)
			var pool []krt.StaticCollection[thing]
			for range 4 {
				pool = append(pool, krt.NewStaticCollection[thing](nil, nil, krt.WithStop(stop)))
			}
			names := []string{"a", "b", "c"}
			members := krt.NewStaticCollection[things](nil, nil, krt.WithStop(stop))
			j := krt.NestedJoinWithMergeCollection(members, mergeThings, krt.WithStop(stop)) // what that makes depends on the order
			f := follow(j, 0, "nested")
			for round := range 10 {
				var wg sync.WaitGroup
				for worker := range 3 {
					rnd := rand.New(rand.NewPCG(seed, uint64(round*3+worker)))
					wg.Go(func() {
						for range 20 {
							switch of := pool[rnd.IntN(len(pool))]; rnd.IntN(8) {
							case 0:
								members.DeleteObject(names[rnd.IntN(3)])
							case 1, 2:
								members.UpdateObject(member{of, names[rnd.IntN(3)]})
							case 3:
								a, b := pool[rnd.IntN(4)], pool[rnd.IntN(4)]
								members.Reset([]things{member{a, "a"}, member{of, "b"}, member{b, "c"}})
							case 4:
								of.DeleteObject(fmt.Sprint(rnd.IntN(5)))
							default:
								of.UpdateObject(thing{Name: fmt.Sprint(rnd.IntN(5)), Value: rnd.Uint64N(30)})
							}
						}
					})
				}
				wg.Wait()
				mustBeIdle(t, j)
				held := map[string][]thing{}
				for _, m := range slices.SortedFunc(slices.Values(members.List()), func(a, b things) int { return strings.Compare(krt.GetKey(a), krt.GetKey(b)) }) {
					for _, o := range m.List() {
						held[o.Name] = append(held[o.Name], o)
					}
				}
				want := map[string]thing{}
				for name, ts := range held {
					if o := mergeThings(ts); o != nil {
						want[name] = *o
					}
				}
				if diff := cmp.Diff(want, index(j.List())); diff != "" {
					t.Fatalf("round %d: objects mismatch (-want +got):\n%s", round, diff)
				}
				f.mu.Lock()
				diff, wrong := cmp.Diff(want, f.content), f.wrong
				f.mu.Unlock()
				if diff != "" || len(wrong) > 0 {
					t.Fatalf("round %d: what the handler was told mismatch (-want +got):\n%s%v", round, diff, wrong)
				}
			}
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// nameOf returns the name of a collection.
func nameOf(t *testing.T, c krt.Syncer) string {
	t.Helper()
	return describe(t, c).Name
}

// describe returns what krt says of the collection.
func describe(t *testing.T, c krt.Syncer) krt.CollectionInfo {
	t.Helper()
	g, err := krt.Describe(c)
	if err != nil {
		t.Fatal(err)
	}
	e, err := krt.Explain(c, "")
	if err != nil {
		t.Fatal(err)
	}
	info, ok := g.Find(e.Object.ID)
	if !ok {
		t.Fatalf("there is no %d in\n%v", e.Object.ID, g)
	}
	return info
}

func TestWithName_theDefaultSaysWhatItIs(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		s := krt.NewStaticCollection[thing](nil, nil, stop)
		members := krt.NewStaticCollection[things](nil, nil, stop)
		one := func(_ krt.HandlerContext, i thing) *string { return &i.Name }
		many := func(krt.HandlerContext, thing) []string { return nil }
		statuses, objects := krt.NewStatusCollection(s, both, stop)
		manyStatuses, manyObjects := krt.NewStatusManyCollection(s, func(krt.HandlerContext, thing) (*int, []thing) { return nil, nil }, stop)
		for want, c := range map[string]krt.Syncer{
			"Static[krt_test.thing]":                s,
			"Static[<nil>]":                         members,
			"Static[int32]":                         krt.NewStatic(new(int32), true, stop).AsCollection(),
			"FromChannel[krt_test.thing]":           krt.FromChannel(make(chan update), stop),
			"Informer[*krt_test.thing]":             krt.WrapClient[object](&fakeInformer[object]{}, stop),
			"Collection[krt_test.thing,string]":     krt.NewCollection(s, one, stop),
			"ManyCollection[krt_test.thing,string]": krt.NewManyCollection(s, many, stop),
			"ManyFromNothing[string]":               krt.NewManyFromNothing(func(krt.HandlerContext) []string { return nil }, stop),
			"Singleton[string]":                     krt.NewSingleton(func(krt.HandlerContext) *string { return nil }, stop).AsCollection(),

			"NewStatusCollection[krt_test.thing,uint64,krt_test.thing]":         objects,
			"NewStatusCollection[krt_test.thing,uint64,krt_test.thing]/status":  statuses,
			"NewStatusManyCollection[krt_test.thing,int,krt_test.thing]":        manyObjects,
			"NewStatusManyCollection[krt_test.thing,int,krt_test.thing]/status": manyStatuses,

			"Join[krt_test.thing]":                krt.JoinCollection([]things{s}, stop),
			"JoinWithMerge[krt_test.thing]":       krt.JoinWithMergeCollection([]things{s}, firstThing, stop),
			"NestedJoinWithMerge[krt_test.thing]": krt.NestedJoinWithMergeCollection(members, firstThing, stop),
			"Map[krt_test.thing]":                 krt.MapCollection(s, func(i thing) string { return i.Name }, stop),
			"index/letters":                       krt.NewIndex(s, "letters", letters).AsCollection(stop),
		} {
			if got := nameOf(t, c); got != want {
				t.Errorf("name is %q, want %q", got, want)
			}
		}
	})
}

func TestOptions_theLaterOneCounts(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		closed := make(chan struct{})
		close(closed)
		builder := krt.NewOptionsBuilder(closed, "prefix", krt.GlobalDebugHandler)
		opts := append(builder.WithName("first"), stop, krt.WithName("second"), krt.WithDebugging(nil), krt.WithMetadata(krt.Metadata{"a": 1}), krt.WithMetadata(nil))
		c := krt.NewStaticCollection[thing](nil, nil, opts...)
		info := describe(t, c)
		if info.Name != "second" || info.Stopped || c.Metadata() != nil {
			t.Errorf("described as %+v", info)
		}
		if _, shown := krt.GlobalDebugHandler.Describe().Find(info.ID); shown {
			t.Error("shown in the handler, though the later option is for none")
		}
		if empty := krt.NewStaticCollection[thing](nil, nil, stop, krt.WithMetadata(krt.Metadata{})).Metadata(); empty == nil {
			t.Error("Metadata() of an empty map is nil")
		}
	})
}

func TestOptionsBuilder_givesNamesBelowItsPrefixAStopAndAHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		debug := new(krt.DebugHandler)
		b := krt.NewOptionsBuilder(stop, "ambient", debug)
		if b.Stop() != (<-chan struct{})(stop) || b.Debugger() != debug {
			t.Error("the builder does not return what it was made with")
		}
		var got []string
		for _, opts := range [][]krt.CollectionOption{
			b.WithName("services"),
			b.With(krt.WithName("as it is")),
			b.With(),
			krt.NewOptionsBuilder(stop, "", debug).WithName("no prefix"),
		} {
			krt.NewStaticCollection[thing](nil, nil, opts...)
		}
		for _, c := range debug.Describe().Collections {
			got = append(got, c.Name)
		}
		want := []string{"ambient/services", "as it is", "Static[krt_test.thing]", "no prefix"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("names mismatch (-want +got):\n%s", diff)
		}
		close(stop)
		synctest.Wait()
		if left := debug.Describe().Collections; len(left) > 0 {
			t.Errorf("after the stop there are %v", left)
		}
	})
}

func TestOptionsBuilder_zeroGivesNames(t *testing.T) {
	var b krt.OptionsBuilder
	c := krt.NewStaticCollection[thing](nil, nil, b.WithName("x")...)
	if got := nameOf(t, c); got != "x" || b.Stop() != nil || b.Debugger() != nil {
		t.Errorf("name %q, stop %v, handler %v", got, b.Stop(), b.Debugger())
	}
}

func TestOptionsBuilder_doesNotShareWhatIsAppended(t *testing.T) {
	b := krt.NewOptionsBuilder(nil, "p", nil)
	one, other := append(b.WithName("x"), krt.WithName("one")), append(b.WithName("x"), krt.WithName("other"))
	for want, opts := range map[string][]krt.CollectionOption{"one": one, "other": other} {
		if got := nameOf(t, krt.NewStaticCollection[thing](nil, nil, opts...)); got != want {
			t.Errorf("name is %q, want %q", got, want)
		}
	}
}

func TestGetStop_isTheOneOfTheOptionsOrNeverCloses(t *testing.T) {
	stop, other := make(chan struct{}), make(chan struct{})
	if krt.GetStop(krt.WithStop(other), krt.WithName("x"), krt.WithStop(stop)) != (<-chan struct{})(stop) {
		t.Error("not the last one")
	}
	one, two := krt.GetStop(), krt.GetStop(krt.WithStop(nil))
	if one == nil || two == nil || one == two || isClosed(one) {
		t.Error("without an option it is not a new channel")
	}
}

func TestWithContext_endsTheCollectionWithTheContext(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		ctx, cancel := context.WithCancel(t.Context())
		source := krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop)
		c := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { return &i }, krt.WithContext(ctx))
		r := tell(c, valueOf)
		r.want(t, "+a=0")
		cancel()
		synctest.Wait()
		source.UpdateObject(thing{Name: "a", Value: 1})
		r.want(t)
		if krt.Children(source) != 0 {
			t.Errorf("%d readers are left", krt.Children(source))
		}
		forever := krt.NewStaticCollection[thing](nil, nil, krt.WithContext(context.Background()))
		if describe(t, forever).Stopped {
			t.Error("stopped by a context that does not end")
		}
	})
}

func TestWithEqual_saysWhatIsAChange(t *testing.T) {
	// Values are the same if they have the same tens.
	tens := krt.WithEqual(func(a, b thing) bool { return a.Value/10 == b.Value/10 })
	same := func(_ krt.HandlerContext, i thing) *thing { return &i }
	for name, derive := range map[string]func(c things, stop krt.CollectionOption) things{
		"NewCollection": func(c things, stop krt.CollectionOption) things { return krt.NewCollection(c, same, stop, tens) },
		"NewSingleton": func(c things, stop krt.CollectionOption) things {
			return krt.NewSingleton(func(ctx krt.HandlerContext) *thing { return krt.FetchKey(ctx, c, "a") }, stop, tens).AsCollection()
		},
		"NewStatusCollection": func(c things, stop krt.CollectionOption) things {
			_, objects := krt.NewStatusCollection(c, both, stop, tens)
			return objects
		},
		"JoinWithMergeCollection": func(c things, stop krt.CollectionOption) things {
			return krt.JoinWithMergeCollection([]things{c}, firstThing, stop, tens)
		},
		"MapCollection": func(c things, stop krt.CollectionOption) things {
			return krt.MapCollection(c, func(i thing) thing { return i }, stop, tens)
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, stop krt.CollectionOption) {
				source := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 11}}, stop)
				r := tell(derive(source, stop), valueOf)
				r.want(t, "+a=11")
				source.UpdateObject(thing{Name: "a", Value: 19})
				r.want(t)
				source.UpdateObject(thing{Name: "a", Value: 20})
				r.want(t, "~a=20")
			})
		})
	}
	t.Run("sources that compare", func(t *testing.T) {
		bubble(t, func(t *testing.T, stop krt.CollectionOption) {
			c := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 11}}, stop, tens)
			r := tell(c, valueOf)
			r.want(t, "+a=11")
			c.ConditionalUpdateObject(thing{Name: "a", Value: 12})
			c.Reset([]thing{{Name: "a", Value: 13}})
			r.want(t)
			c.UpdateObject(thing{Name: "a", Value: 14}) // which tells in any case
			r.want(t, "~a=14")
			updates := make(chan update)
			r = tell(krt.FromChannel(updates, stop, tens), valueOf)
			updates <- update{Put: []thing{{Name: "a", Value: 11}}}
			updates <- update{Put: []thing{{Name: "a", Value: 12}}}
			updates <- update{Replace: true, Put: []thing{{Name: "a", Value: 22}}}
			r.want(t, "+a=11", "~a=22")
		})
	})
}

func TestWithEqual_ofAnotherTypePanicsAtConstruction(t *testing.T) {
	defer func() {
		want := `krt: collection "mine": WithEqual with a func(string, string) bool: it must compare objects of the collection, which are krt_test.thing`
		if diff := cmp.Diff(any(want), recover()); diff != "" {
			t.Errorf("panic mismatch (-want +got):\n%s", diff)
		}
	}()
	krt.NewStaticCollection[thing](nil, nil, krt.WithName("mine"), krt.WithEqual(func(a, b string) bool { return a == b }))
}

// augmented is what a thing is taken for by filters in the tests below: its group is
// a label, and what it selects by.
type augmented struct{ thing }

func (a augmented) GetLabels() map[string]string { return map[string]string{"group": a.Group} }

func (a augmented) GetLabelSelector() map[string]string { return map[string]string{"group": a.Group} }

func TestDefect26_theAugmentationIsWhatFiltersSeeInReadsAndInChanges(t *testing.T) {
	group := func(g string) map[string]string { return map[string]string{"group": g} }
	for name, filter := range map[string]krt.FetchOption{
		"label":    krt.FilterLabel(group("x")),
		"selects":  krt.FilterSelects(group("x")),
		"nonempty": krt.FilterSelectsNonEmpty(group("x")),
		"generic":  krt.FilterGeneric(func(o any) bool { return o.(augmented).Group == "x" }),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, stop krt.CollectionOption) {
				source := krt.NewStaticCollection(nil, sizedObjectsAsThings(20), stop)
				c := krt.NewCollection(source, func(_ krt.HandlerContext, i thing) *thing { return &i }, stop,
					krt.WithObjectAugmentation(func(o any) any { return augmented{o.(thing)} }))
				byName := krt.NewIndex(c, "name", func(i thing) []string { return []string{i.Name[:1]} })
				runs := 0
				found := krt.NewSingleton(func(ctx krt.HandlerContext) *string {
					runs++
					all := names(krt.Fetch(ctx, c, filter)) + "/" + names(byName.Fetch(ctx, "1", filter)) + "/" + names(krt.Fetch(ctx, c, filter, krt.FilterKeys("1", "2")))
					return &all
				}, stop)
				for _, step := range []struct {
					change thing
					want   string
					runs   int
				}{
					{thing{Name: "1", Group: "x"}, "1/1/1", 2},
					{thing{Name: "2", Group: "y"}, "1/1/1", 2}, // concerns nobody
					{thing{Name: "2", Group: "x"}, "1 2/1/1 2", 3},
					{thing{Name: "1", Group: "y"}, "2//2", 4},
					{thing{Name: "1", Group: "z", Labels: group("x"), Selector: group("x")}, "2//2", 4}, // its own are not looked at
				} {
					synctest.Wait()
					source.UpdateObject(step.change)
					synctest.Wait()
					if *found.Get() != step.want || runs != step.runs {
						t.Errorf("after %v: found %q in %d runs, want %q in %d", step.change, *found.Get(), runs, step.want, step.runs)
					}
				}
				// What is returned, keys and equality are not touched.
				if got := krt.Fetch(krt.TestingDummyContext{}, c, filter); len(got) != 1 || got[0].Name != "2" {
					t.Errorf("Fetch() = %v", got)
				}
			})
		})
	}
}

func TestWithDebugging_manyAtTheSameTime(t *testing.T) {
	debug := new(krt.DebugHandler)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				stop := make(chan struct{})
				c := krt.NewStaticCollection[thing](nil, nil, krt.WithDebugging(debug), krt.WithStop(stop))
				found := slices.ContainsFunc(debug.Describe().Collections, func(i krt.CollectionInfo) bool { return strings.HasPrefix(i.Name, "Static") })
				if !found {
					t.Error("a collection is not shown")
				}
				close(stop)
				c.WaitUntilSynced(nil)
			}
		})
	}
	wg.Wait()
}

// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

func TestRecomputeTrigger_runsWhatIsMarkedAndNothingElse(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		trigger := krt.NewRecomputeTrigger(false, stop)
		value := "first" // guarded by the order of the calls below
		inputs := krt.NewStaticCollection(nil, []thing{{Name: "marked"}, {Name: "other"}}, stop)
		runs := map[string]int{}
		c := krt.NewCollection(inputs, func(ctx krt.HandlerContext, i thing) *thing {
			runs[i.Name]++
			if i.Name == "marked" {
				trigger.MarkDependant(ctx)
				i.Group = value
			}
			return &i
		}, stop)
		synctest.Wait()
		if c.HasSynced() {
			t.Error("synced before the trigger is")
		}
		trigger.MarkSynced()
		trigger.MarkSynced()
		synctest.Wait()
		if got := c.GetKey("marked"); got == nil || got.Group != "first" {
			t.Errorf("marked is %v", got)
		}
		value = "second"
		trigger.TriggerRecomputation()
		synctest.Wait()
		if got := c.GetKey("marked").Group; got != "second" {
			t.Errorf("after the trigger it is %q", got)
		}
		if diff := cmp.Diff(map[string]int{"marked": 2, "other": 1}, runs); diff != "" {
			t.Errorf("runs mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestDefect33_modifyKeepsChangesOfValues(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		data := krt.NewRecomputeProtected(1, true, stop)
		c := krt.NewSingleton(func(ctx krt.HandlerContext) *thing {
			return &thing{Name: "n", Value: uint64(data.Get(ctx))}
		}, stop)
		for range 5 {
			go data.Modify(func(n *int) { *n++ })
		}
		synctest.Wait()
		if got := c.Get().Value; got != 6 || data.AccessUnprotected() != 6 {
			t.Errorf("value is %d, data %d; want 6", got, data.AccessUnprotected())
		}
		data.TriggerRecomputation()
		data.MarkSynced()
	})
}

// namespacedName has the shape of apimachinery's.
type namespacedName struct{ Namespace, Name string }

func TestFilterObjectName_isTheKeyOfAKubernetesObject(t *testing.T) {
	c := krt.NewStaticCollection(nil, []*meta{{"n", "ns"}, {"wide", ""}})
	for _, name := range []namespacedName{{"ns", "n"}, {"", "wide"}} {
		if got := krt.FetchOne(krt.TestingDummyContext{}, c, krt.FilterObjectName(name)); got == nil || (*got).name != name.Name {
			t.Errorf("found %v for %v", got, name)
		}
	}
}

func TestListFiltered_mayCallTheCollection(t *testing.T) {
	c := krt.NewStaticCollection(nil, []thing{{Name: "a", Group: "g"}, {Name: "b", Group: "g"}})
	idx := krt.UnnamedIndex(c, func(t thing) []string { return []string{t.Group} })
	pick := func(t thing) bool {
		c.UpdateObject(thing{Name: "other"})
		return t.Name == "a"
	}
	if got := c.ListFiltered(pick); len(got) != 1 || got[0].Name != "a" {
		t.Errorf("ListFiltered() = %v", got)
	}
	if got := idx.LookupFiltered("g", pick); len(got) != 1 || got[0].Name != "a" {
		t.Errorf("LookupFiltered() = %v", got)
	}
}

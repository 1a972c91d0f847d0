// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"testing"
	"testing/synctest"

	"github.com/krtkit/krtkit/krt"
)

func TestDefect20_aMergedJoinTellsEachChangeOnce(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		a, b := krt.NewStaticCollection[thing](nil, nil, stop), krt.NewStaticCollection[thing](nil, nil, stop)
		sum := func(ts []thing) *thing {
			out := thing{Name: ts[0].Name}
			for _, t := range ts {
				out.Value += t.Value
			}
			if out.Value == 0 {
				return nil
			}
			return &out
		}
		j := krt.JoinWithMergeCollection([]krt.Collection[thing]{a, b}, sum, stop, krt.WithJoinUnchecked())
		idx := krt.NewIndex(j, "value", func(t thing) []string {
			if t.Value > 2 {
				return []string{"large"}
			}
			return nil
		})
		r := record(j)
		put := func(c krt.StaticCollection[thing], v uint64) { c.UpdateObject(thing{Name: "k", Value: v}) }
		for i, step := range []struct {
			do   func()
			want []string
		}{
			{func() { put(a, 1) }, []string{"+k=1"}},
			{func() { put(b, 2) }, []string{"~k=3"}},
			{func() { put(b, 2) }, nil},
			{func() { a.UpdateObject(thing{Name: "k", Value: 1, Group: "not in the sum"}) }, nil},
			{func() { a.DeleteObject("k") }, []string{"~k=2"}},
			{func() { put(b, 0) }, []string{"-k"}},
			{func() { put(b, 4) }, []string{"+k=4"}},
			{func() { b.DeleteObject("k") }, []string{"-k"}},
		} {
			step.do()
			wantLog(t, r, step.want...)
			if got, want := len(idx.Lookup("large")) == 1, j.GetKey("k") != nil && j.GetKey("k").Value > 2; got != want {
				t.Errorf("step %d: in the index: %v, want %v", i, got, want)
			}
		}
	})
}

func TestJoinCollection_ofNothingIsEmptyAndSynced(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		j := krt.JoinCollection[thing](nil, stop)
		synctest.Wait()
		if !j.HasSynced() || len(j.List()) != 0 {
			t.Errorf("synced %v with %v", j.HasSynced(), j.List())
		}
	})
}

func TestJoinCollection_isSyncedWhenAllAre(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		late := krt.NewStatic(&thing{Name: "late"}, false, stop)
		j := krt.JoinCollection([]krt.Collection[thing]{krt.NewStaticCollection(nil, []thing{{Name: "a"}}, stop), late.AsCollection()}, stop)
		r := record(j)
		wantLog(t, r)
		if j.HasSynced() {
			t.Error("synced before one of its collections")
		}
		late.MarkSynced()
		wantLog(t, r, "+a=0", "+late=0")
	})
}

// TestJoinCollection_putAgainIsOneUpdateWhereAnotherMemberHasTheKey deletes an object of
// the first member and puts it again, before the join looks: what it showed was there all
// the time if another member has it, and was not if none has.
func TestJoinCollection_putAgainIsOneUpdateWhereAnotherMemberHasTheKey(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		first := krt.NewStaticCollection(nil, []thing{{Name: "both"}, {Name: "one"}}, stop)
		second := krt.NewStaticCollection(nil, []thing{{Name: "both", Value: 7}}, stop)
		j := krt.JoinCollection([]krt.Collection[thing]{first, second}, stop)
		busy, goOn := make(chan struct{}), make(chan struct{})
		krt.NewIndex(j, "gate", func(i thing) []string {
			if i.Name == "gate" {
				busy <- struct{}{}
				<-goOn
			}
			return nil
		})
		r := record(j)
		wantLog(t, r, "+both=0", "+one=0")
		first.UpdateObject(thing{Name: "gate"})
		<-busy
		for _, name := range []string{"both", "one"} {
			first.DeleteObject(name)
			first.UpdateObject(thing{Name: name, Value: 1})
		}
		close(goOn)
		wantLog(t, r, "+gate=0", "~both=1", "-one", "+one=1")
	})
}

func TestMapCollection_followsAndKeepsMetadata(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		source := krt.NewStaticCollection(nil, []thing{{Name: "a", Value: 1}}, stop, krt.WithMetadata(krt.Metadata{"k": "v"}))
		m := krt.MapCollection(source, func(t thing) thing { t.Value *= 10; return t }, stop)
		named := krt.NewStaticCollection(nil, []thing{{Name: "ns/a"}}, stop)
		idx := krt.NewNamespaceIndex(krt.MapCollection(named, func(thing) *meta { return &meta{"a", "ns"} }, stop))
		r := record(m)
		wantLog(t, r, "+a=10")
		source.UpdateObject(thing{Name: "a", Value: 2})
		wantLog(t, r, "~a=20")
		if m.Metadata()["k"] != "v" {
			t.Errorf("Metadata() = %v, want the source's", m.Metadata())
		}
		if got := idx.Lookup("ns"); len(got) != 1 {
			t.Errorf("Lookup() = %v", got)
		}
		source.DeleteObject("a")
		wantLog(t, r, "-a")
	})
}

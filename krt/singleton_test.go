// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/krtkit/krtkit/krt"
)

func TestNewStatic_tellsWhatSetChanges(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		s := krt.NewStatic[thing](nil, true, stop)
		r := record(s.AsCollection())
		wantLog(t, r)
		first := &thing{Name: "a", Value: 1}
		for _, step := range []struct {
			set  *thing
			want []string
		}{
			{first, []string{"+a=1"}},
			{first, nil}, // the same pointer
			{&thing{Name: "a", Value: 1}, []string{"~a=1"}},
			{&thing{Name: "b", Value: 2}, []string{"+b=2", "-a"}},
			{nil, []string{"-b"}},
			{nil, nil},
		} {
			s.Set(step.set)
			if got := s.Get(); (got == nil) != (step.set == nil) || got != nil && got.Name != step.set.Name {
				t.Errorf("Get() = %v after Set(%v)", got, step.set)
			}
			wantLog(t, r, step.want...)
		}
	})
}

func TestNewStatic_isSyncedWhenMarked(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		s := krt.NewStatic(&thing{Name: "a"}, false, stop, krt.WithMetadata(krt.Metadata{"k": "v"}))
		c := krt.NewCollection(s.AsCollection(), func(_ krt.HandlerContext, i thing) *thing { return &i }, stop)
		synctest.Wait()
		if c.HasSynced() || s.AsCollection().HasSynced() {
			t.Error("synced before it was marked")
		}
		s.MarkSynced()
		s.MarkSynced()
		synctest.Wait()
		if !c.HasSynced() || len(c.List()) != 1 || s.Metadata()["k"] != "v" {
			t.Errorf("synced %v with %v and %v", c.HasSynced(), c.List(), s.Metadata())
		}
	})
}

func TestNewStatic_holdsTypesWithoutAKey(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		one := int32(1)
		s := krt.NewStatic(&one, true, stop)
		double := krt.NewSingleton(func(ctx krt.HandlerContext) *string {
			n := krt.FetchOne(ctx, s.AsCollection())
			if n == nil {
				return nil
			}
			out := fmt.Sprint(*n * 2)
			return &out
		}, stop)
		synctest.Wait()
		two := int32(2)
		s.Set(&two)
		synctest.Wait()
		if got := double.Get(); got == nil || *got != "4" {
			t.Errorf("derived %v, want 4", got)
		}
		if got := s.AsCollection().GetKey("whatever"); got == nil || *got != 2 {
			t.Errorf("GetKey() = %v, want 2", got)
		}
	})
}

// TestDefect24 has two collections with one singleton as primary, which raced.
func TestDefect24_twoCollectionsOfOneSingleton(t *testing.T) {
	bubble(t, func(t *testing.T, stop krt.CollectionOption) {
		s := krt.NewStatic(&thing{Name: "a"}, true, stop)
		pass := func(_ krt.HandlerContext, i thing) *thing { return &i }
		left, right := krt.NewCollection(s.AsCollection(), pass, stop), krt.NewCollection(s.AsCollection(), pass, stop)
		for i := range uint64(100) {
			s.Set(&thing{Name: "a", Value: i})
		}
		synctest.Wait()
		if l, r := left.GetKey("a").Value, right.GetKey("a").Value; l != 99 || r != 99 {
			t.Errorf("values are %d and %d, want 99", l, r)
		}
	})
}

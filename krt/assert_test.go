// SPDX-License-Identifier: Apache-2.0

//go:build assert

package krt_test

import (
	"testing"

	"github.com/krtkit/krtkit/krt"
)

func TestAssertions_aBrokenPromiseEndsTheProcess(t *testing.T) {
	a := krt.NewStaticCollection(nil, []thing{{Name: "1"}})
	b := krt.NewStaticCollection(nil, []thing{{Name: "2"}})
	for _, tt := range []struct {
		name, want string
		make       func() krt.Syncer
		do         func()
	}{
		{
			"two inputs become objects with one key",
			`duplicate mapping: collection "all": inputs "1" and "2" both became "same"`,
			func() krt.Syncer {
				return krt.NewCollection(a, func(krt.HandlerContext, thing) *thing { return &thing{Name: "same"} }, krt.WithName("all"))
			},
			func() { a.UpdateObject(thing{Name: "2"}) },
		},
		{
			"a mapping changes the key",
			`MapCollection invariant violation in mapped: the object with key "2" became "other"`,
			func() krt.Syncer {
				return krt.MapCollection(a, func(i thing) thing {
					if i.Name == "2" {
						i.Name = "other"
					}
					return i
				}, krt.WithName("mapped"))
			},
			func() { a.UpdateObject(thing{Name: "2"}) },
		},
		{
			"the members of an unchecked join have a key in common",
			"Join collection has overlapping keys in unchecked mode: 1",
			func() krt.Syncer { return krt.JoinCollection([]things{a, b}, krt.WithJoinUnchecked()) },
			func() { b.UpdateObject(thing{Name: "1"}) },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			crashes(t, tt.want, func(t *testing.T) {
				c := tt.make()
				mustBeIdle(t, c)
				tt.do()
				mustBeIdle(t, c)
			})
		})
	}
}

func TestAssertions_whatIsAllowedIsNoBrokenPromise(t *testing.T) {
	if !krt.EnableAssertions {
		t.Fatal("the build tag does not turn the assertions on")
	}
	stop := make(chan struct{})
	defer close(stop)
	opt := krt.WithStop(stop)
	a := krt.NewStaticCollection(nil, []thing{{Name: "1", Group: "x"}, {Name: "2", Group: "y"}}, opt)
	byGroup := krt.NewCollection(a, func(_ krt.HandlerContext, i thing) *thing { return &thing{Name: i.Group} }, opt)
	b := krt.NewStaticCollection(nil, []thing{{Name: "x"}}, opt)
	unchecked := krt.JoinCollection([]things{a, b}, opt, krt.WithJoinUnchecked())
	checked := krt.JoinCollection([]things{byGroup, b}, opt)
	mustBeIdle(t, byGroup, unchecked, checked)
	// A key goes from one input to another, and a member to another, in one commit.
	a.Reset([]thing{{Name: "1", Group: "y"}, {Name: "2", Group: "x"}})
	mustBeIdle(t, byGroup, unchecked, checked)
	b.DeleteObject("x")
	mustBeIdle(t, unchecked)
	a.UpdateObject(thing{Name: "x", Group: "z"})
	mustBeIdle(t, byGroup, unchecked, checked)
	if len(byGroup.List()) != 3 || len(unchecked.List()) != 3 || len(checked.List()) != 3 {
		t.Errorf("there are %v, %v and %v", byGroup.List(), unchecked.List(), checked.List())
	}
}

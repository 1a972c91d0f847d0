// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/krtkit/krtkit/krt"
)

type obj struct {
	Name string
	V    int
	L    map[string]string
}

func (o obj) ResourceName() string         { return o.Name }
func (o obj) GetLabels() map[string]string { return o.L }

func TestSmoke(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	a := krt.NewStaticCollection[obj](nil, nil, krt.WithStop(stop), krt.WithName("a"))
	for i := range 100 {
		a.UpdateObject(obj{Name: fmt.Sprint(i), V: i})
	}
	b := krt.NewCollection(a, func(ctx krt.HandlerContext, o obj) *obj { o.V *= 2; return &o }, krt.WithStop(stop), krt.WithName("b"))
	c := krt.NewCollection(a, func(ctx krt.HandlerContext, o obj) *obj { o.V *= 3; return &o }, krt.WithStop(stop), krt.WithName("c"))
	runs := 0
	d := krt.NewCollection(b, func(ctx krt.HandlerContext, o obj) *obj {
		runs++
		x := krt.FetchOne(ctx, c, krt.FilterKey(o.Name))
		o.V += x.V
		return &o
	}, krt.WithStop(stop), krt.WithName("d"))
	events := 0
	d.Register(func(e krt.Event[obj]) { events++ })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := krt.WaitIdle(ctx, d); err != nil {
		t.Fatal(err)
	}
	if len(d.List()) != 100 {
		t.Fatal(len(d.List()))
	}
	t.Log(runs, events)
	for i := range 500 {
		a.UpdateObject(obj{Name: "7", V: i})
		if err := krt.WaitIdle(ctx, d); err != nil {
			t.Fatal(err)
		}
		if got := d.GetKey("7").V; got != 5*i {
			t.Fatal(got, i)
		}
	}
	t.Log(runs, events)
}

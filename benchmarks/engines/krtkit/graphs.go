// SPDX-License-Identifier: Apache-2.0

package krtkit

import (
	"sync/atomic"
	"time"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/krt"
)

func newDiamonds(depth int) scenario.Case {
	p := &pipeline{objects: scenario.Objects(1), stop: make(chan struct{})}
	p.source = krt.NewStaticCollection(nil, p.objects, krt.WithStop(p.stop))
	var runs, events atomic.Int64
	copied := func(_ krt.HandlerContext, o scenario.Object) *scenario.Object {
		runs.Add(1)
		return &o
	}
	p.derived = p.source
	for range depth {
		left := krt.NewCollection(p.derived, copied, krt.WithStop(p.stop))
		right := krt.NewCollection(p.derived, copied, krt.WithStop(p.stop))
		p.derived = krt.NewCollection(left, func(ctx krt.HandlerContext, o scenario.Object) *scenario.Object {
			runs.Add(1)
			if other := krt.FetchOne(ctx, right, krt.FilterKey(o.Name)); other != nil {
				o.Payload[1] += other.Payload[0]
			}
			return &o
		}, krt.WithStop(p.stop))
	}
	p.derived.RegisterBatch(func(e []krt.Event[scenario.Object]) { events.Add(int64(len(e))) }, false)
	p.derived.WaitUntilSynced(nil)
	count := func() int64 { return runs.Load() + events.Load() }
	pause(p.derived, count)
	events.Store(0)
	return scenario.Case{
		Do: func(n int) time.Duration {
			start := time.Now()
			for range n {
				p.version++
				p.source.UpdateObject(p.objects[0].At(p.version))
				pause(p.derived, count)
			}
			return quiet(p.derived, count).Sub(start) / time.Duration(n)
		},
		Content:  p.derived.List,
		Counters: counters(p.derived),
		Runs:     runs.Load,
		Events:   events.Load,
		Close:    p.close,
	}
}

func newChain(length int) scenario.Case {
	p := &pipeline{objects: scenario.Objects(100), stop: make(chan struct{})}
	p.source = krt.NewStaticCollection(nil, p.objects, krt.WithStop(p.stop))
	p.derived = p.source
	for range length {
		p.derived = krt.NewCollection(p.derived, func(_ krt.HandlerContext, o scenario.Object) *scenario.Object {
			o = o.Derived()
			return &o
		}, krt.WithStop(p.stop))
	}
	p.derived.WaitUntilSynced(nil)
	return p.untilTold(p.derived)
}

func newFan(collections int) scenario.Case {
	p := &pipeline{objects: scenario.Objects(1), stop: make(chan struct{})}
	p.source = krt.NewStaticCollection(nil, p.objects, krt.WithStop(p.stop))
	var left atomic.Int64
	told := make(chan struct{}, 1)
	for range collections {
		p.derived = krt.NewCollection(p.source, func(_ krt.HandlerContext, o scenario.Object) *scenario.Object {
			o = o.Derived()
			return &o
		}, krt.WithStop(p.stop))
		p.derived.WaitUntilSynced(nil)
		p.derived.RegisterBatch(func([]krt.Event[scenario.Object]) {
			if left.Add(-1) == 0 {
				told <- struct{}{}
			}
		}, false)
	}
	return scenario.Case{
		Do: func(n int) time.Duration {
			start := time.Now()
			for range n {
				left.Store(int64(collections))
				p.version++
				p.source.UpdateObject(p.objects[0].At(p.version))
				<-told
			}
			return time.Since(start) / time.Duration(n)
		},
		Content:  p.derived.List,
		Counters: counters(p.derived),
		Close:    p.close,
	}
}

func newHandlers(handlers int) scenario.Case {
	p := &pipeline{objects: scenario.Objects(100), stop: make(chan struct{})}
	p.source = krt.NewStaticCollection(nil, p.objects, krt.WithStop(p.stop))
	p.derived = p.source
	var left atomic.Int64
	told := make(chan struct{}, 1)
	for range handlers {
		p.source.RegisterBatch(func([]krt.Event[scenario.Object]) {
			if left.Add(-1) == 0 {
				told <- struct{}{}
			}
		}, false)
	}
	return scenario.Case{
		Do: func(n int) time.Duration {
			var took time.Duration
			for range n {
				left.Store(int64(handlers))
				p.version++
				o := p.objects[7].At(p.version)
				start := time.Now()
				p.source.UpdateObject(o)
				took += time.Since(start)
				<-told
			}
			return took / time.Duration(n)
		},
		Content:  p.source.List,
		Counters: counters(p.source),
		Close:    p.close,
	}
}

// SPDX-License-Identifier: Apache-2.0

package krtkit

import (
	"sync/atomic"
	"time"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/krt"
)

// pipeline is static → derived → index.
type pipeline struct {
	objects []scenario.Object
	version int
	stop    chan struct{}
	source  krt.StaticCollection[scenario.Object]
	derived krt.Collection[scenario.Object]
	index   krt.Index[string, scenario.Object]
}

func newPipeline(objects []scenario.Object) *pipeline {
	p := &pipeline{objects: objects, stop: make(chan struct{})}
	p.source = krt.NewStaticCollection(nil, objects, krt.WithStop(p.stop))
	p.derived = krt.NewCollection(p.source, func(_ krt.HandlerContext, o scenario.Object) *scenario.Object {
		o = o.Derived()
		return &o
	}, krt.WithStop(p.stop))
	p.index = krt.NewIndex(p.derived, "namespace", func(o scenario.Object) []string { return []string{o.Namespace()} })
	p.derived.WaitUntilSynced(nil)
	return p
}

func (p *pipeline) close() { close(p.stop) }

// newPipelines is a case whose operation is to begin a pipeline from nothing. The one
// before is closed first, which does not count.
func newPipelines(begin func() *pipeline) scenario.Case {
	var last *pipeline
	end := func() {
		if last != nil {
			last.close()
			last = nil
		}
	}
	return scenario.Case{
		Do: func(n int) time.Duration {
			var took time.Duration
			for range n {
				end()
				start := time.Now()
				last = begin()
				took += time.Since(start)
			}
			return took / time.Duration(n)
		},
		Content: func() []scenario.Object { return last.derived.List() },
		Close:   end,
	}
}

func newSync(objects []scenario.Object) scenario.Case {
	return newPipelines(func() *pipeline { return newPipeline(objects) })
}

func newUpdate(objects []scenario.Object) scenario.Case {
	p := newPipeline(objects)
	return p.untilTold(p.derived)
}

// untilTold is a case that changes an object of the source until a handler of c is
// told.
func (p *pipeline) untilTold(c krt.Collection[scenario.Object]) scenario.Case {
	told := make(chan struct{}, 1)
	c.RegisterBatch(func([]krt.Event[scenario.Object]) { told <- struct{}{} }, false)
	return scenario.Case{
		Do: func(n int) time.Duration {
			start := time.Now()
			for range n {
				p.version++
				p.source.UpdateObject(p.objects[p.version%len(p.objects)].At(p.version))
				<-told
			}
			return time.Since(start) / time.Duration(n)
		},
		Content:  c.List,
		Counters: counters(c),
		Close:    p.close,
	}
}

func newBurst(objects []scenario.Object, updates int) scenario.Case {
	p := newPipeline(objects)
	var events atomic.Int64
	p.derived.RegisterBatch(func(e []krt.Event[scenario.Object]) { events.Add(int64(len(e))) }, false)
	return scenario.Case{
		Do: func(n int) time.Duration {
			var took time.Duration
			for range n {
				p.version++
				start := time.Now()
				for _, o := range objects[:updates] {
					p.source.UpdateObject(o.At(p.version))
				}
				took += quiet(p.derived, events.Load).Sub(start)
			}
			return took / time.Duration(n)
		},
		Content:  p.derived.List,
		Counters: counters(p.derived),
		Events:   events.Load,
		Close:    p.close,
	}
}

func newWork(objects []scenario.Object, units int) scenario.Case {
	return newPipelines(func() *pipeline {
		p := &pipeline{objects: objects, stop: make(chan struct{})}
		p.source = krt.NewStaticCollection(nil, objects, krt.WithStop(p.stop))
		p.derived = krt.NewCollection(p.source, func(_ krt.HandlerContext, o scenario.Object) *scenario.Object {
			o.Payload[2] = scenario.Compute(units, len(o.Name))
			return &o
		}, krt.WithStop(p.stop))
		p.derived.WaitUntilSynced(nil)
		return p
	})
}

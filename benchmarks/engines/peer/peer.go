// SPDX-License-Identifier: Apache-2.0

package peer

import (
	"sync/atomic"
	"time"

	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// Deriver holds objects, and keeps what [scenario.Object.Derived] makes of each.
type Deriver interface {
	// Derive makes the derived objects and returns when they are complete. From then on
	// it calls told with the number of derived objects that a change has made different.
	// If indexed is true, the derived ones can be found by namespace.
	Derive(indexed bool, told func(n int))
	// Set changes an object. It need not wait for anything that follows.
	Set(o scenario.Object)
	// Derived returns the derived objects.
	Derived() []scenario.Object
	// Close ends it, whether Derive has been called or not.
	Close()
}

// Replacer is a Deriver that can change many objects at once, without those who read
// the derived ones seeing half of it or waiting for it.
type Replacer interface {
	Deriver
	// Replace changes all objects.
	Replace(objects []scenario.Object)
	// Get looks a derived object up.
	Get(name string) (scenario.Object, bool)
}

// Suite returns the scenarios that a Deriver can express. begin returns one that holds
// the objects, and the result says whether it is a Replacer.
func Suite(name string, begin func(objects []scenario.Object) Deriver) scenario.Suite {
	p := pipelines{begin}
	s := scenario.Suite{
		Name:     name,
		Pipeline: scenario.Pipeline{Sync: p.sync, Update: p.update, Burst: p.burst},
		Memory:   scenario.Memory{Keep: p.keep},
	}
	empty := begin(nil)
	defer empty.Close()
	if _, ok := empty.(Replacer); ok {
		s.DuringCommit = p.duringCommit
	}
	return s
}

type pipelines struct {
	begin func(objects []scenario.Object) Deriver
}

func (p pipelines) sync(objects []scenario.Object) scenario.Case {
	var last Deriver
	end := func() {
		if last != nil {
			last.Close()
			last = nil
		}
	}
	return scenario.Case{
		Do: func(n int) time.Duration {
			var took time.Duration
			for range n {
				end()
				start := time.Now()
				last = p.begin(objects)
				last.Derive(true, func(int) {})
				took += time.Since(start)
			}
			return took / time.Duration(n)
		},
		Content: func() []scenario.Object { return last.Derived() },
		Close:   end,
	}
}

func (p pipelines) update(objects []scenario.Object) scenario.Case {
	d := p.begin(objects)
	told := make(chan struct{}, 1)
	d.Derive(true, func(int) { told <- struct{}{} })
	version := 0
	return scenario.Case{
		Do: func(n int) time.Duration {
			start := time.Now()
			for range n {
				version++
				d.Set(objects[version%len(objects)].At(version))
				<-told
			}
			return time.Since(start) / time.Duration(n)
		},
		Content: d.Derived,
		Close:   d.Close,
	}
}

func (p pipelines) burst(objects []scenario.Object, updates int) scenario.Case {
	d := p.begin(objects)
	var events, left atomic.Int64
	done := make(chan struct{}, 1)
	d.Derive(true, func(n int) {
		events.Add(int64(n))
		if left.Add(int64(-n)) == 0 {
			done <- struct{}{}
		}
	})
	version := 0
	return scenario.Case{
		Do: func(n int) time.Duration {
			var took time.Duration
			for range n {
				version++
				left.Store(int64(updates))
				start := time.Now()
				for _, o := range objects[:updates] {
					d.Set(o.At(version))
				}
				<-done
				took += time.Since(start)
			}
			return took / time.Duration(n)
		},
		Content: d.Derived,
		Events:  events.Load,
		Close:   d.Close,
	}
}

// keep can fetch nothing, so it has nothing to offer for the other filters.
func (p pipelines) keep(objects []scenario.Object, by scenario.Filter) scenario.Case {
	d := p.begin(objects)
	return scenario.Case{
		Do: func(int) time.Duration {
			start := time.Now()
			d.Derive(false, func(int) {})
			return time.Since(start)
		},
		Content: d.Derived,
		Close:   d.Close,
	}
}

func (p pipelines) duringCommit(objects []scenario.Object) scenario.Case {
	d := p.begin(objects).(Replacer) // Suite has looked
	told := make(chan int, len(objects))
	d.Derive(true, func(n int) { told <- n })
	changed := make([]scenario.Object, len(objects))
	version := 0
	return scenario.Case{
		Do: func(n int) time.Duration {
			reads := measure.Latencies{Pace: measure.ReaderPace}
			for range n {
				version++
				for i, o := range objects {
					changed[i] = o.At(version)
				}
				end := reads.Watch(func(i int) { d.Get(objects[i%len(objects)].Name) })
				d.Replace(changed)
				for left := len(objects); left > 0; {
					left -= <-told
				}
				end()
			}
			return reads.Percentile(0.99)
		},
		Content: d.Derived,
		Close:   d.Close,
	}
}

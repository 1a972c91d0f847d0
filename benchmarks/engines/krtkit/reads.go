// SPDX-License-Identifier: Apache-2.0

package krtkit

import (
	"fmt"
	"time"

	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/krt"
)

// newJoin joins members that have no key in common. It returns the keys of the last
// one, too.
func newJoin(members, objects int) (joined krt.Collection[scenario.Object], keys []string, end func()) {
	stop := make(chan struct{})
	var cs []krt.Collection[scenario.Object]
	for i := range members {
		all := scenario.Objects(objects)
		for j := range all {
			all[j].Name = fmt.Sprintf("%s-of-%d", all[j].Name, i)
		}
		cs = append(cs, krt.NewStaticCollection(nil, all, krt.WithStop(stop)))
		if i == members-1 {
			for _, o := range all {
				keys = append(keys, o.Name)
			}
		}
	}
	joined = krt.JoinCollection(cs, krt.WithStop(stop))
	joined.WaitUntilSynced(nil)
	return joined, keys, func() { close(stop) }
}

func newJoinList(members, objects int) scenario.Case {
	joined, _, end := newJoin(members, objects)
	return scenario.Case{
		Do: func(n int) time.Duration {
			found := 0
			start := time.Now()
			for range n {
				found += len(joined.List())
			}
			took := time.Since(start)
			if found != n*members*objects {
				panic(fmt.Sprintf("%d lists of %d objects have %d", n, members*objects, found))
			}
			return took / time.Duration(n)
		},
		Content: joined.List,
		Close:   end,
	}
}

func newJoinGet(members, objects int) scenario.Case {
	joined, keys, end := newJoin(members, objects)
	return scenario.Case{
		Do: func(n int) time.Duration {
			found := 0
			start := time.Now()
			for i := range n {
				if joined.GetKey(keys[i%len(keys)]) != nil {
					found++
				}
			}
			took := time.Since(start)
			if found != n {
				panic(fmt.Sprintf("%d of %d keys were found", found, n))
			}
			return took / time.Duration(n)
		},
		Content: joined.List,
		Close:   end,
	}
}

func newDuringCommit(objects []scenario.Object) scenario.Case {
	p := newPipeline(objects)
	told := make(chan int, len(objects)) // events of each batch
	p.derived.RegisterBatch(func(e []krt.Event[scenario.Object]) { told <- len(e) }, false)
	changed := make([]scenario.Object, len(objects))
	return scenario.Case{
		Do: func(n int) time.Duration {
			reads := measure.Latencies{Pace: measure.ReaderPace}
			for range n {
				p.version++
				for i, o := range objects {
					changed[i] = o.At(p.version)
				}
				end := reads.Watch(func(i int) { p.derived.GetKey(objects[i%len(objects)].Name) })
				p.source.Reset(changed)
				for left := len(objects); left > 0; {
					left -= <-told
				}
				end()
			}
			return reads.Percentile(0.99)
		},
		Content: p.derived.List,
		Close:   p.close,
	}
}

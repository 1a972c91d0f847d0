// SPDX-License-Identifier: Apache-2.0

package krtkit

import (
	"time"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/krt"
)

func newIdle(collections, dependencies int) scenario.Case {
	stop := make(chan struct{})
	source := krt.NewStaticCollection(nil, scenario.Objects(1), krt.WithStop(stop))
	var fetched []krt.Collection[*scenario.Pod]
	for range dependencies {
		fetched = append(fetched, krt.NewStaticCollection(nil, scenario.Pods(1, 1), krt.WithStop(stop)))
	}
	var made []krt.Collection[scenario.Object]
	return scenario.Case{
		Do: func(n int) time.Duration {
			start := time.Now()
			for range n * collections {
				made = append(made, krt.NewCollection(source, func(ctx krt.HandlerContext, o scenario.Object) *scenario.Object {
					for _, c := range fetched {
						o.Payload[0] += len(krt.Fetch(ctx, c))
					}
					return &o
				}, krt.WithStop(stop)))
			}
			for _, c := range made {
				c.WaitUntilSynced(nil)
			}
			return time.Since(start) / time.Duration(n)
		},
		Content: func() []scenario.Object { return made[len(made)-1].List() },
		Close:   func() { close(stop) },
	}
}

func newKeep(objects []scenario.Object, by scenario.Filter) scenario.Case {
	stop := make(chan struct{})
	source := krt.NewStaticCollection(nil, objects, krt.WithStop(stop))
	others := krt.NewStaticCollection(nil, objects, krt.WithStop(stop))
	byName := krt.NewIndex(others, "name", func(o scenario.Object) []string { return []string{o.Name} })
	var derived krt.Collection[scenario.Object]
	return scenario.Case{
		Do: func(int) time.Duration {
			start := time.Now()
			derived = krt.NewCollection(source, func(ctx krt.HandlerContext, o scenario.Object) *scenario.Object {
				o = o.Derived()
				switch by {
				case scenario.NoFetch:
				case scenario.ByKey:
					o.Payload[2] = len(krt.Fetch(ctx, others, krt.FilterKey(o.Name)))
				case scenario.ByIndex:
					o.Payload[2] = len(krt.Fetch(ctx, others, krt.FilterIndex(byName, o.Name)))
				}
				return &o
			}, krt.WithStop(stop))
			derived.WaitUntilSynced(nil)
			return time.Since(start)
		},
		Content: func() []scenario.Object { return derived.List() },
		Close:   func() { close(stop) },
	}
}

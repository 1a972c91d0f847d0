// SPDX-License-Identifier: Apache-2.0

package krtkit

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/krt"
)

// fetching is a collection of inputs that fetch from a collection of pods.
type fetching struct {
	stop    chan struct{}
	all     []*scenario.Pod
	version int
	pods    krt.StaticCollection[*scenario.Pod]
	derived krt.Collection[scenario.Object]
	runs    atomic.Int64
	told    chan struct{} // of each batch of events of derived
}

// newFetching returns what fetch makes of each of so many inputs. More is done with
// the pods first, if there is more to do.
func newFetching(pods []*scenario.Pod, inputs int, more func(f *fetching), fetch func(f *fetching, ctx krt.HandlerContext, number int) int) *fetching {
	f := &fetching{stop: make(chan struct{}), all: pods, told: make(chan struct{}, 1)}
	f.pods = krt.NewStaticCollection(nil, pods, krt.WithStop(f.stop))
	if more != nil {
		more(f)
	}
	objects := scenario.Objects(inputs)
	for i := range objects {
		objects[i].Payload[0] = i
	}
	source := krt.NewStaticCollection(nil, objects, krt.WithStop(f.stop))
	f.derived = krt.NewCollection(source, func(ctx krt.HandlerContext, o scenario.Object) *scenario.Object {
		f.runs.Add(1)
		o.Payload[1] = fetch(f, ctx, o.Payload[0])
		return &o
	}, krt.WithStop(f.stop))
	f.derived.WaitUntilSynced(nil)
	return f
}

// tell makes the handler that fills told.
func (f *fetching) tell() {
	f.derived.RegisterBatch(func([]krt.Event[scenario.Object]) { f.told <- struct{}{} }, false)
}

// change changes one pod.
func (f *fetching) change(i int) {
	f.version++
	f.pods.UpdateObject(f.all[i].At(f.version))
}

// one is a case whose operation, which is done n times, is timed as a whole.
func (f *fetching) one(do func(n int)) scenario.Case {
	return scenario.Case{
		Do: func(n int) time.Duration {
			start := time.Now()
			do(n)
			return time.Since(start) / time.Duration(n)
		},
		Content:  f.derived.List,
		Counters: counters(f.derived),
		Runs:     f.runs.Load,
		Close:    func() { close(f.stop) },
	}
}

// sum returns the sum of the pods' versions.
func sum(pods []*scenario.Pod) int {
	total := 0
	for _, p := range pods {
		total += p.Version
	}
	return total
}

// newMiss has inputs whose filters find nothing, and one more, whose filter finds the
// last pod.
func newMiss(inputs int, nothing, last func(number int) krt.FetchOption) *fetching {
	f := newFetching(scenario.Pods(10, 10), inputs+1, nil, func(f *fetching, ctx krt.HandlerContext, number int) int {
		filter := nothing
		if number == inputs {
			filter = last
		}
		return sum(krt.Fetch(ctx, f.pods, filter(number)))
	})
	f.tell()
	return f
}

func newLabelMiss(inputs int) scenario.Case {
	f := newMiss(inputs,
		func(i int) krt.FetchOption { return krt.FilterLabel(map[string]string{"app": fmt.Sprint("none-", i)}) },
		func(int) krt.FetchOption { return krt.FilterLabel(map[string]string{"app": scenario.App(9)}) })
	return f.one(func(n int) {
		missed(n, f.derived, func() { f.change(7) }, f.hit)
	})
}

func newKeyMiss(inputs int) scenario.Case {
	f := newMiss(inputs,
		func(i int) krt.FetchOption { return krt.FilterKey(fmt.Sprint("none-", i)) },
		func(int) krt.FetchOption { return krt.FilterKey("pod-9") })
	return f.one(func(n int) {
		for i := range n - 1 {
			f.change(i % 9)
		}
		f.hit()
	})
}

// hit changes the last pod and waits until the handler is told.
func (f *fetching) hit() {
	f.change(len(f.all) - 1)
	<-f.told
}

func newReader(keyed int) scenario.Case {
	f := newFetching(scenario.Pods(100, 100), keyed+1, nil, func(f *fetching, ctx krt.HandlerContext, number int) int {
		if number < keyed {
			return sum(krt.Fetch(ctx, f.pods, krt.FilterKey(fmt.Sprint("none-", number))))
		}
		return sum(krt.Fetch(ctx, f.pods))
	})
	f.tell()
	return f.one(func(n int) {
		for range n {
			f.hit()
		}
	})
}

func newSelect(services, pods int) scenario.Case {
	f := newFetching(scenario.Pods(pods, services), services, nil, func(f *fetching, ctx krt.HandlerContext, number int) int {
		return sum(krt.Fetch(ctx, f.pods, krt.FilterLabel(map[string]string{"app": scenario.App(number)})))
	})
	f.tell()
	return f.one(func(n int) {
		for range n {
			f.hit()
		}
	})
}

func newPolicies(policies, pods, updates int) scenario.Case {
	var byNamespace krt.Index[string, *scenario.Pod]
	f := newFetching(scenario.Pods(pods, 500), policies, func(f *fetching) {
		byNamespace = krt.NewIndex(f.pods, "namespace", func(p *scenario.Pod) []string { return []string{p.Namespace} })
	}, func(f *fetching, ctx krt.HandlerContext, _ int) int {
		return len(krt.Fetch(ctx, f.pods, krt.FilterIndex(byNamespace, "default"), krt.FilterLabel(map[string]string{"tier": "web"})))
	})
	c := f.one(nil)
	c.Do = func(n int) time.Duration {
		var took time.Duration
		for range n {
			start := time.Now()
			for i := range updates {
				f.change(i)
			}
			took += quiet(f.derived, f.runs.Load).Sub(start)
		}
		return took / time.Duration(n)
	}
	return c
}

func newSlow(run time.Duration) scenario.Case {
	f := newFetching(scenario.Pods(1, 1), 1, nil, func(f *fetching, ctx krt.HandlerContext, _ int) int {
		total := sum(krt.Fetch(ctx, f.pods, krt.FilterKey("pod-0")))
		scenario.Spin(run)
		return total
	})
	c := f.one(nil)
	c.Do = func(n int) time.Duration {
		start := time.Now()
		for range n {
			f.change(0)
		}
		return quiet(f.derived, f.runs.Load).Sub(start) / time.Duration(n)
	}
	return c
}

// bucket is a collection of pods, and how many there are, by an index that has all of
// them under one key.
type bucket struct {
	stop    chan struct{}
	all     []*scenario.Pod
	version int
	pods    krt.StaticCollection[*scenario.Pod]
	sizes   krt.Collection[scenario.Object]
	runs    atomic.Int64
}

// newBucketOf makes a bucket that calls counted each time that the pods have been counted.
func newBucketOf(pods int, counted func()) *bucket {
	b := &bucket{stop: make(chan struct{}), all: scenario.Pods(pods, 1)}
	b.pods = krt.NewStaticCollection(nil, b.all, krt.WithStop(b.stop))
	byApp := krt.NewIndex(b.pods, "app", func(p *scenario.Pod) []string { return []string{p.Labels["app"]} })
	groups := byApp.AsCollection(krt.WithStop(b.stop))
	b.sizes = krt.NewCollection(groups, func(_ krt.HandlerContext, o krt.IndexObject[string, *scenario.Pod]) *scenario.Object {
		if b.runs.Add(1) > 1 {
			counted()
		}
		return &scenario.Object{Name: o.Key, Payload: [6]int{len(o.Objects)}}
	}, krt.WithStop(b.stop))
	b.sizes.WaitUntilSynced(nil)
	return b
}

func (b *bucket) change() {
	b.version++
	b.pods.UpdateObject(b.all[b.version%len(b.all)].At(b.version))
}

func (b *bucket) one(do func(n int) time.Duration) scenario.Case {
	return scenario.Case{
		Do:       do,
		Content:  b.sizes.List,
		Runs:     b.runs.Load,
		Counters: counters(b.sizes),
		Close:    func() { close(b.stop) },
	}
}

func newBucket(pods int) scenario.Case {
	counted := make(chan struct{}, 1)
	b := newBucketOf(pods, func() { counted <- struct{}{} })
	return b.one(func(n int) time.Duration {
		start := time.Now()
		for range n {
			b.change()
			<-counted
		}
		return time.Since(start) / time.Duration(n)
	})
}

func newBucketBurst(pods, updates int) scenario.Case {
	b := newBucketOf(pods, func() {})
	return b.one(func(n int) time.Duration {
		var took time.Duration
		for range n {
			start := time.Now()
			for range updates {
				b.change()
			}
			took += quiet(b.sizes, b.runs.Load).Sub(start)
		}
		return took / time.Duration(n)
	})
}

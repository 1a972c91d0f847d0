// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/krtkit/krtkit/krt"
)

// sized has a value of about 64 bytes besides its key.
type sized struct {
	Name    string
	Payload [6]int
}

func (s sized) ResourceName() string { return s.Name }

// pod has the labels and the namespace that services and policies go by.
type pod struct {
	Name, Namespace string
	Labels          map[string]string
	Version         int
}

func (p *pod) ResourceName() string         { return p.Name }
func (p *pod) GetLabels() map[string]string { return p.Labels }
func (p *pod) Equals(o *pod) bool           { return p.Version == o.Version && p.Name == o.Name }

func sizedObjects(n int) []sized {
	out := make([]sized, n)
	for i := range out {
		out[i].Name = fmt.Sprintf("namespace-%d/name-%d", i%50, i)
	}
	return out
}

func pods(n int) []*pod {
	out := make([]*pod, n)
	for i := range out {
		out[i] = &pod{
			Name: fmt.Sprint("pod-", i), Namespace: "default",
			Labels: map[string]string{"app": fmt.Sprint("app-", i%500), "version": "v1"},
		}
	}
	return out
}

func stopped(b *testing.B) krt.CollectionOption {
	b.Helper()
	stop := make(chan struct{})
	b.Cleanup(func() { close(stop) })
	return krt.WithStop(stop)
}

func idle(b *testing.B, c krt.Syncer) {
	b.Helper()
	if err := krt.WaitIdle(b.Context(), c); err != nil {
		b.Fatal(err)
	}
}

// number returns the number at the end of a name.
func number(name string) int {
	n, err := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
	if err != nil {
		panic(err)
	}
	return n
}

// updates measures from an update of an object in the source until a handler of
// what derives from it has been told.
func updates(b *testing.B, source krt.StaticCollection[sized], derived krt.Collection[sized], o sized) {
	b.Helper()
	seen := make(chan struct{}, 1)
	derived.RegisterBatch(func([]krt.Event[sized]) { seen <- struct{}{} }, false)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		o.Payload[0] = i + 1
		source.UpdateObject(o)
		<-seen
	}
}

func bump(s sized) sized {
	s.Payload[0]++
	return s
}

// BenchmarkSync is static, derived and an index on it, from nothing to synced.
func BenchmarkSync(b *testing.B) {
	for _, n := range []int{1000, 20000, 200000} {
		objects := sizedObjects(n)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				stop := make(chan struct{})
				static := krt.NewStaticCollection(nil, objects, krt.WithStop(stop))
				derived := krt.NewCollection(static, func(_ krt.HandlerContext, s sized) *sized { s = bump(s); return &s }, krt.WithStop(stop))
				krt.NewIndex(derived, "namespace", func(s sized) []string { return []string{s.Name[:12]} })
				derived.WaitUntilSynced(nil)
				close(stop)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/object")
		})
	}
}

// BenchmarkUpdate is one update of a source until the handler of a collection
// derived from it has it.
func BenchmarkUpdate(b *testing.B) {
	objects := sizedObjects(20000)
	static := krt.NewStaticCollection(nil, objects, stopped(b))
	derived := krt.NewCollection(static, func(_ krt.HandlerContext, s sized) *sized { s = bump(s); return &s }, stopped(b))
	derived.WaitUntilSynced(nil)
	updates(b, static, derived, objects[777])
}

// BenchmarkBurst is 10,000 updates of different objects, until everything is
// quiet.
func BenchmarkBurst(b *testing.B) {
	objects := sizedObjects(20000)
	static := krt.NewStaticCollection(nil, objects, stopped(b))
	derived := krt.NewCollection(static, func(_ krt.HandlerContext, s sized) *sized { s = bump(s); return &s }, stopped(b))
	var n atomic.Int64
	derived.RegisterBatch(func(e []krt.Event[sized]) { n.Add(int64(len(e))) }, false)
	idle(b, derived)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		for j := range 10000 {
			o := objects[j]
			o.Payload[0] = i + 1
			static.UpdateObject(o)
		}
		idle(b, derived)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10000, "ns/update")
}

// BenchmarkIrrelevantChange is a change that concerns none of n inputs, each of
// which depends on other objects of the collection by the named filter.
func BenchmarkIrrelevantChange(b *testing.B) {
	filters := map[string]func(i int) krt.FetchOption{
		"key":     func(i int) krt.FetchOption { return krt.FilterKey(fmt.Sprint("other-", i)) },
		"label":   func(i int) krt.FetchOption { return krt.FilterLabel(map[string]string{"app": fmt.Sprint("other-", i)}) },
		"generic": func(int) krt.FetchOption { return krt.FilterGeneric(func(a any) bool { return false }) },
	}
	for name, filter := range filters {
		for _, n := range []int{1000, 10000, 100000} {
			if name == "generic" && n > 1000 {
				continue // by definition in proportion to n
			}
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				all := pods(100)
				source := krt.NewStaticCollection(nil, all, stopped(b))
				inputs := krt.NewStaticCollection(nil, sizedObjects(n), stopped(b))
				derived := krt.NewCollection(inputs, func(ctx krt.HandlerContext, s sized) *sized {
					krt.Fetch(ctx, source, filter(number(s.Name)))
					return &s
				}, stopped(b))
				idle(b, derived)
				p := *all[7]
				b.ReportAllocs()
				for b.Loop() {
					q := p
					source.UpdateObject(&q)
					idle(b, derived)
				}
			})
		}
	}
}

// BenchmarkUnfilteredReader is a change that one unfiltered reader sees, beside
// 20,000 inputs that depend on other objects by key.
func BenchmarkUnfilteredReader(b *testing.B) {
	all := pods(100)
	source := krt.NewStaticCollection(nil, all, stopped(b))
	inputs := krt.NewStaticCollection(nil, sizedObjects(20001), stopped(b))
	derived := krt.NewCollection(inputs, func(ctx krt.HandlerContext, s sized) *sized {
		if s.Name == "namespace-0/name-20000" {
			krt.Fetch(ctx, source)
		} else {
			krt.Fetch(ctx, source, krt.FilterKey(s.Name))
		}
		return &s
	}, stopped(b))
	idle(b, derived)
	p := *all[7]
	b.ReportAllocs()
	for b.Loop() {
		q := p
		q.Version++
		source.UpdateObject(&q)
		idle(b, derived)
	}
}

// BenchmarkServicesSelectPods is one pod update to the handler of 500 services
// that select among 5,000 pods by label, without an index.
func BenchmarkServicesSelectPods(b *testing.B) {
	all := pods(5000)
	source := krt.NewStaticCollection(nil, all, stopped(b))
	services := krt.NewStaticCollection(nil, sizedObjects(500), stopped(b))
	var i atomic.Int64
	app := map[string]string{}
	for _, s := range services.List() {
		app[s.Name] = fmt.Sprint("app-", i.Add(1)-1)
	}
	derived := krt.NewCollection(services, func(ctx krt.HandlerContext, s sized) *sized {
		for _, p := range krt.Fetch(ctx, source, krt.FilterLabel(map[string]string{"app": app[s.Name]})) {
			s.Payload[0] += p.Version
		}
		return &s
	}, stopped(b))
	idle(b, derived)
	seen := make(chan struct{}, 1)
	derived.RegisterBatch(func([]krt.Event[sized]) { seen <- struct{}{} }, false)
	p := all[7]
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		q := *p
		q.Version = i + 1
		source.UpdateObject(&q)
		<-seen
	}
}

// BenchmarkPolicies is 500 policies that select among 10,000 pods by index and
// label, and a burst of 1,000 pod updates until everything is quiet.
func BenchmarkPolicies(b *testing.B) {
	all := pods(10000)
	source := krt.NewStaticCollection(nil, all, stopped(b))
	byNamespace := krt.NewIndex(source, "namespace", func(p *pod) []string { return []string{p.Namespace} })
	policies := krt.NewStaticCollection(nil, sizedObjects(500), stopped(b))
	var runs atomic.Int64
	derived := krt.NewCollection(policies, func(ctx krt.HandlerContext, s sized) *sized {
		runs.Add(1)
		for _, p := range krt.Fetch(ctx, source, krt.FilterIndex(byNamespace, "default"), krt.FilterLabel(map[string]string{"app": fmt.Sprint("app-", number(s.Name)%500)})) {
			s.Payload[0] += p.Version
		}
		return &s
	}, stopped(b))
	idle(b, derived)
	runs.Store(0)
	for i := 0; b.Loop(); i++ {
		for j := range 1000 {
			q := *all[j]
			q.Version = i + 1
			source.UpdateObject(&q)
		}
		idle(b, derived)
	}
	b.ReportMetric(float64(runs.Load())/float64(b.N), "runs/op")
}

// BenchmarkHandlers is the time that an update of a collection with n handlers
// takes its caller.
func BenchmarkHandlers(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(fmt.Sprint("n=", n), func(b *testing.B) {
			objects := sizedObjects(100)
			static := krt.NewStaticCollection(nil, objects, stopped(b))
			for range n {
				static.RegisterBatch(func([]krt.Event[sized]) {}, false)
			}
			var spent time.Duration
			for b.Loop() {
				start := time.Now()
				static.UpdateObject(objects[7])
				spent += time.Since(start)
				idle(b, static)
			}
			b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N), "ns/call")
		})
	}
}

// BenchmarkChain is one update through ten collections in a row.
func BenchmarkChain(b *testing.B) {
	objects := sizedObjects(100)
	static := krt.NewStaticCollection(nil, objects, stopped(b))
	last := krt.Collection[sized](static)
	for range 10 {
		last = krt.NewCollection(last, func(_ krt.HandlerContext, s sized) *sized { return &s }, stopped(b))
	}
	idle(b, last)
	updates(b, static, last, objects[7])
}

// BenchmarkChainOfChannels is what BenchmarkChain does with a goroutine for each
// collection, which receives a change, makes it in a map and sends it on.
func BenchmarkChainOfChannels(b *testing.B) {
	first := make(chan sized)
	last := first
	for range 10 {
		in, out := last, make(chan sized)
		go func() {
			var mu sync.RWMutex
			objects := map[string]sized{}
			for s := range in {
				mu.Lock()
				objects[s.Name] = s
				mu.Unlock()
				out <- s
			}
			close(out)
		}()
		last = out
	}
	o := sizedObjects(100)[7]
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		o.Payload[0] = i + 1
		first <- o
		<-last
	}
	close(first)
}

// BenchmarkFloor is BenchmarkSync, BenchmarkUpdate and BenchmarkBurst by hand: two
// maps, an index and a mutex, and no one to tell but one function. HandOver is no part
// of that: a goroutine is started, and waited for.
func BenchmarkFloor(b *testing.B) {
	const n = 20000
	objects := sizedObjects(n)
	type store struct {
		mu              sync.Mutex
		source, derived map[string]sized
		index           map[string]map[string]struct{}
		handler         func(old, new sized)
	}
	fill := func() *store {
		s := &store{source: map[string]sized{}, derived: map[string]sized{}, index: map[string]map[string]struct{}{}}
		for _, o := range objects {
			s.source[o.Name] = o
			d := bump(o)
			s.derived[d.Name] = d
			set := s.index[d.Name[:12]]
			if set == nil {
				set = map[string]struct{}{}
				s.index[d.Name[:12]] = set
			}
			set[d.Name] = struct{}{}
		}
		return s
	}
	b.Run("Sync", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			fill()
		}
	})
	// What any update costs that its caller does not wait for, and waits to be told of.
	b.Run("HandOver", func(b *testing.B) {
		told := make(chan struct{}, 1)
		b.ReportAllocs()
		for b.Loop() {
			go func() { told <- struct{}{} }()
			<-told
		}
	})
	b.Run("Update", func(b *testing.B) {
		s := fill()
		s.handler = func(sized, sized) {}
		o := objects[777]
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			o.Payload[0] = i + 1
			s.mu.Lock()
			s.source[o.Name] = o
			d := bump(o)
			if old := s.derived[d.Name]; old != d {
				s.derived[d.Name] = d
				s.handler(old, d)
			}
			s.mu.Unlock()
		}
	})
}

// BenchmarkMemory is what a derived collection of 100,000 objects keeps for each.
func BenchmarkMemory(b *testing.B) {
	const n = 100000
	objects := sizedObjects(n)
	source := krt.NewStaticCollection(nil, objects, stopped(b))
	byName := krt.NewIndex(source, "name", func(s sized) []string { return []string{s.Name} })
	fetch := map[string]func(ctx krt.HandlerContext, s sized){
		"none":  func(krt.HandlerContext, sized) {},
		"key":   func(ctx krt.HandlerContext, s sized) { krt.Fetch(ctx, source, krt.FilterKey(s.Name)) },
		"index": func(ctx krt.HandlerContext, s sized) { krt.Fetch(ctx, source, krt.FilterIndex(byName, s.Name)) },
	}
	for name, f := range fetch {
		b.Run(name, func(b *testing.B) {
			var bytes float64
			for b.Loop() {
				stop := make(chan struct{})
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				derived := krt.NewCollection(source, func(ctx krt.HandlerContext, s sized) *sized {
					f(ctx, s)
					s.Name = s.Name[:1] + s.Name[1:]
					return &s
				}, krt.WithStop(stop))
				idle(b, derived)
				runtime.GC()
				runtime.ReadMemStats(&after)
				bytes = float64(after.HeapAlloc) - float64(before.HeapAlloc)
				runtime.KeepAlive(derived)
				close(stop)
				for krt.Children(source) > 0 {
					runtime.Gosched() // or it would be counted before the next one
				}
			}
			b.ReportMetric(bytes/n, "B/object")
		})
	}
}

// BenchmarkParallel is an initial sync of 50,000 inputs that take 20 µs of CPU
// each.
func BenchmarkParallel(b *testing.B) {
	for _, procs := range []int{1, 2} {
		b.Run(fmt.Sprint("procs=", procs), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			source := krt.NewStaticCollection(nil, sizedObjects(5000), stopped(b))
			for b.Loop() {
				stop := make(chan struct{})
				krt.NewCollection(source, func(_ krt.HandlerContext, s sized) *sized {
					for start := time.Now(); time.Since(start) < 20*time.Microsecond; {
					}
					return &s
				}, krt.WithStop(stop)).WaitUntilSynced(nil)
				close(stop)
			}
		})
	}
}

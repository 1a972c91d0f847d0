// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	klabels "k8s.io/apimachinery/pkg/labels"

	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// The numbers of CacheReads. Of each kind of read there are three: the time in nanoseconds while somebody writes, which
// has the name of the kind, and the time and the allocations while nobody does.
const (
	Get    = "Get"
	List   = "List of a namespace"
	Select = "List by label"
	Lookup = "Lookup by an index"

	// Quiet and Allocated follow the name of a kind.
	Quiet     = ", quiet"
	Allocated = ", allocated"

	// Written is how many writes there were in a second.
	Written = "written"
	// Behind is how long after the last write the cache showed it, in nanoseconds.
	Behind = "behind"
)

// newCacheReads reads from a cache of pods: in each way as long as said while nothing changes, and again while
// pods are written.
func (c contender) newCacheReads(load scenario.ReadLoad) scenario.Case {
	s := kubefake.NewServer(objects(load.Pods, small)...)
	pods := c.open(s.RESTConfig(), want{indexed: true})
	pods.Run()
	numbers := map[string]float64{}
	reads := ways(pods, load.Pods)
	marks := 0
	return scenario.Case{
		Do: func(int) time.Duration {
			begin := time.Now()
			for _, r := range reads {
				// What is made for those who read again and again is made now.
				for i := range 3 {
					r.read(i)
				}
				each, allocs := measure.Repeat(load.Each, r.read)
				numbers[r.kind+Quiet], numbers[r.kind+Allocated] = float64(each), allocs
			}
			w := write(s, load)
			for _, r := range reads {
				each, _ := measure.Repeat(load.Each, r.read)
				numbers[r.kind] = float64(each)
			}
			numbers[Written] = w.end()
			marks++
			numbers[Behind] = float64(behind(s, pods, marks))
			return time.Since(begin)
		},
		Numbers: func() map[string]float64 { return numbers },
		// What was written depends on how long it took.
		Content: func() []scenario.Object {
			content := pods.Content()
			for i := range content {
				content[i].Payload = [6]int{}
			}
			return content
		},
		Close: func() {
			pods.Close()
			s.Close()
		},
	}
}

func small(i int) *corev1.Pod { return smallPod(i, 0) }

// way is one to read.
type way struct {
	kind string
	read func(i int)
}

// ways returns all of them. Each panics when it does not find what must be there.
func ways(r Reads, pods int) []way {
	found := func(n, want int) {
		if n < want {
			panic(fmt.Sprintf("%T finds %d pods where %d must be", r, n, want))
		}
	}
	// What is asked for is made before.
	var keys, perNamespace, nodes []string
	var selectors []klabels.Selector
	for i := range pods {
		keys = append(keys, name(i))
	}
	for i := range namespaces {
		perNamespace = append(perNamespace, namespace(i))
	}
	for i := 0; i < pods; i += podsPerNode {
		nodes = append(nodes, node(i))
	}
	for i := range apps {
		selectors = append(selectors, klabels.SelectorFromSet(klabels.Set{"app": scenario.App(i)}))
	}
	return []way{
		{Get, func(i int) {
			i = i * 7919 % pods // far from the one before
			found(r.Get(perNamespace[i%namespaces], keys[i]), 1)
		}},
		{List, func(i int) { found(r.List(perNamespace[i%namespaces]), pods/namespaces) }},
		{Select, func(i int) { found(r.Select(selectors[i%apps]), pods/apps) }},
		{Lookup, func(i int) { found(r.Lookup(nodes[i%len(nodes)]), min(podsPerNode, pods)) }},
	}
}

// writer changes pods at a pace.
type writer struct {
	done   chan struct{}
	ended  sync.WaitGroup
	begin  time.Time
	writes int
}

// write begins to change all pods, one after the other.
func write(s *kubefake.Server, load scenario.ReadLoad) *writer {
	w := &writer{done: make(chan struct{}), begin: time.Now()}
	w.ended.Go(func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-w.done:
				return
			case <-tick.C:
			}
			// Who is late writes what is due, but hears of the end.
			due := int(time.Since(w.begin).Seconds() * float64(load.Writes))
			for limit := w.writes + 100; w.writes < min(due, limit); w.writes++ {
				must(s.Put(smallPod(w.writes%load.Pods, 1+w.writes/load.Pods%2)))
			}
		}
	})
	return w
}

// end stops writing and returns how many writes there were in a second.
func (w *writer) end() float64 {
	close(w.done)
	w.ended.Wait()
	return float64(w.writes) / time.Since(w.begin).Seconds()
}

// behind returns how long it takes until a cache shows one more write.
func behind(s *kubefake.Server, r Reads, mark int) time.Duration {
	begin := time.Now()
	p := smallPod(0, 0)
	p.Name, p.Spec.NodeName = fmt.Sprint("mark-", mark), fmt.Sprint("mark-", mark)
	must(s.Put(p))
	tick := time.NewTicker(100 * time.Microsecond)
	defer tick.Stop()
	for r.Lookup(p.Spec.NodeName) == 0 {
		<-tick.C
	}
	return time.Since(begin)
}

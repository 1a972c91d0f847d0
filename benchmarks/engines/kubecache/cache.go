// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// Cache is what a contender caches of the pods of a server.
type Cache interface {
	// Run starts to read and returns when all pods are there. It is called once.
	Run()
	// Content returns an object for each pod, as object makes them.
	Content() []scenario.Object
	// Close ends everything and waits until no goroutine is left.
	Close()
	Handlers
	Reads
}

// Handlers are told what changes.
type Handlers interface {
	// Handle adds a handler.
	Handle(h cache.ResourceEventHandler)
	// Told waits until all handlers have been told of the pods that were there when they
	// were added.
	Told()
}

// Reads are the ways to read whole pods. Each returns how many it has found.
type Reads interface {
	Get(namespace, name string) int
	List(namespace string) int
	// Select finds pods in all namespaces.
	Select(selector klabels.Selector) int
	// Lookup finds pods by their node, with an index.
	Lookup(node string) int
}

// want says which pods are cached, and how.
type want struct {
	shape scenario.Shape
	// namespaces has one of its own for each informer. Nil stands for one informer of all
	// namespaces.
	namespaces []string
	// indexed asks for the index of Lookup.
	indexed bool
}

// each returns the namespaces that there is an informer for. The empty one is all.
func (w want) each() []string {
	if w.namespaces == nil {
		return []string{""}
	}
	return w.namespaces
}

// contender is who takes part.
type contender struct {
	name string
	// open makes a cache, which reads nothing before it runs.
	open func(config *rest.Config, w want) Cache
	// fake makes a fake server or client without objects, makes an informer of pods on it
	// where that is possible, waits until it is ready, and stops it.
	fake func()
	// hello is the folder of its small controller, client the package that has what open
	// uses.
	hello, client string
}

func contenders() []contender {
	return []contender{krtkit(), istio(), clientGo(), controllerRuntime()}
}

// Suites returns the scenarios of each contender, under the names that they have
// everywhere.
func Suites() []scenario.Suite {
	var suites []scenario.Suite
	for _, c := range contenders() {
		suites = append(suites, scenario.Suite{Name: c.name, Kube: scenario.Kube{
			Fill:         c.newFill,
			Ready:        c.newReady,
			IdleHandlers: c.newIdleHandlers,
			CacheReads:   c.newCacheReads,
			Fake:         c.newFake,
			Hello:        "github.com/krtkit/krtkit/benchmarks/hello/" + c.hello,
			Client:       c.client,
		}})
	}
	return suites
}

// must is for errors that only a mistake in here can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func mustGet[T any](v T, err error) T {
	must(err)
	return v
}

// SPDX-License-Identifier: Apache-2.0

package clientgo

import (
	"fmt"
	"sync"

	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"

	"github.com/krtkit/krtkit/benchmarks/engines/peer"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// Suite returns the scenarios.
func Suite() scenario.Suite {
	return peer.Suite("client-go", func(objects []scenario.Object) peer.Deriver {
		c := &controller{source: cache.NewStore(keyOf), queue: workqueue.NewTyped[string]()}
		all := make([]any, len(objects))
		for i := range objects {
			o := objects[i]
			all[i] = &o
		}
		must(c.source.Replace(all, ""))
		return c
	})
}

type controller struct {
	source  cache.Store
	derived cache.Indexer
	queue   *workqueue.Typed[string]
	told    func(n int)
	worker  sync.WaitGroup
}

func keyOf(obj any) (string, error) {
	o, ok := obj.(*scenario.Object)
	if !ok {
		return "", fmt.Errorf("the store has a %T, not an object", obj)
	}
	return o.Name, nil
}

// Derive implements [peer.Deriver].
func (c *controller) Derive(indexed bool, told func(n int)) {
	indexers := cache.Indexers{}
	if indexed {
		indexers["namespace"] = func(obj any) ([]string, error) {
			return []string{obj.(*scenario.Object).Namespace()}, nil
		}
	}
	c.derived = cache.NewIndexer(keyOf, indexers)
	left, complete := len(c.source.ListKeys()), make(chan struct{})
	if left == 0 {
		close(complete)
	}
	c.told = func(n int) {
		if left -= n; left == 0 {
			c.told = told
			close(complete)
		}
	}
	c.worker.Go(c.work)
	for _, key := range c.source.ListKeys() {
		c.queue.Add(key)
	}
	<-complete
}

// work reconciles keys until the queue is shut down.
func (c *controller) work() {
	for {
		key, shutdown := c.queue.Get()
		if shutdown {
			return
		}
		must(c.reconcile(key))
		c.queue.Done(key)
	}
}

func (c *controller) reconcile(key string) error {
	obj, exists, err := c.source.GetByKey(key)
	if err != nil || !exists {
		return err // nothing is ever deleted
	}
	d := obj.(*scenario.Object).Derived()
	if old, exists, err := c.derived.GetByKey(key); err != nil || exists && *old.(*scenario.Object) == d {
		return err
	}
	if err := c.derived.Update(&d); err != nil {
		return err
	}
	c.told(1)
	return nil
}

// Set implements [peer.Deriver].
func (c *controller) Set(o scenario.Object) {
	must(c.source.Update(&o))
	c.queue.Add(o.Name)
}

// Derived implements [peer.Deriver].
func (c *controller) Derived() []scenario.Object {
	var out []scenario.Object
	for _, obj := range c.derived.List() {
		out = append(out, *obj.(*scenario.Object))
	}
	return out
}

// Close implements [peer.Deriver].
func (c *controller) Close() {
	c.queue.ShutDown()
	c.worker.Wait()
}

// must is for errors that only a store of something else than objects can have.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

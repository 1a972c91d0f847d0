// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"sync"
	"time"

	toolscache "k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// newIdleHandlers adds handlers to an informer of one pod, and waits until they have nothing left to do.
func (c contender) newIdleHandlers(handlers int) scenario.Case {
	s := kubefake.NewServer(objects(1, small)...)
	pods := c.open(s.RESTConfig(), want{})
	pods.Run()
	// Everything that is made for the first handler of all is not for each.
	pods.Handle(toolscache.ResourceEventHandlerFuncs{})
	pods.Told()
	var updated sync.WaitGroup
	handler := toolscache.ResourceEventHandlerFuncs{UpdateFunc: func(any, any) { updated.Done() }}
	return scenario.Case{
		Do: func(n int) time.Duration {
			begin := time.Now()
			for range n * handlers {
				pods.Handle(handler)
			}
			pods.Told()
			updated.Add(n * handlers)
			return time.Since(begin) / time.Duration(n)
		},
		// The handlers are there in the end if all are told of a change.
		Content: func() []scenario.Object {
			must(s.Put(smallPod(0, 1)))
			updated.Wait()
			return pods.Content()
		},
		Close: func() {
			pods.Close()
			s.Close()
		},
	}
}

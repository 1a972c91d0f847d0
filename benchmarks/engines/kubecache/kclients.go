// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// kclientCache is a cache of krtkit's kclient or of Istio's, which are made differently and
// used in the same way.
type kclientCache struct {
	client interface {
		RunAndWait(stop <-chan struct{}) bool
		Shutdown()
	}
	pods   []podInformer
	byNode interface {
		Lookup(node string) []*corev1.Pod
	}
	// parts list what is cached of pods that are not cached whole.
	parts []func() []scenario.Object
	// wait is WaitForCacheSync.
	wait func(synced cache.InformerSynced)
	stop chan struct{}
}

// podInformer is an Informer of either kclient.
type podInformer interface {
	Get(name, namespace string) *corev1.Pod
	List(namespace string, selector klabels.Selector) []*corev1.Pod
	AddEventHandler(h cache.ResourceEventHandler) cache.ResourceEventHandlerRegistration
	HasSynced() bool
}

// contentOf returns the objects of what an informer lists.
func contentOf[T metav1.Object](i interface {
	List(namespace string, selector klabels.Selector) []T
},
) []scenario.Object {
	var out []scenario.Object
	for _, o := range i.List(metav1.NamespaceAll, klabels.Everything()) {
		out = append(out, object(o))
	}
	return out
}

func (c *kclientCache) Run() {
	if !c.client.RunAndWait(c.stop) {
		panic("the caches are not filled")
	}
}

func (c *kclientCache) Content() []scenario.Object {
	var out []scenario.Object
	for _, pods := range c.pods {
		out = append(out, contentOf(pods)...)
	}
	for _, content := range c.parts {
		out = append(out, content()...)
	}
	return out
}

func (c *kclientCache) Handle(h cache.ResourceEventHandler) { c.pods[0].AddEventHandler(h) }

func (c *kclientCache) Told() { c.wait(c.pods[0].HasSynced) }

func (c *kclientCache) Get(namespace, name string) int {
	if c.pods[0].Get(name, namespace) == nil {
		return 0
	}
	return 1
}

func (c *kclientCache) List(namespace string) int {
	return len(c.pods[0].List(namespace, klabels.Everything()))
}

func (c *kclientCache) Select(selector klabels.Selector) int {
	return len(c.pods[0].List(metav1.NamespaceAll, selector))
}

func (c *kclientCache) Lookup(node string) int { return len(c.byNode.Lookup(node)) }

func (c *kclientCache) Close() {
	close(c.stop)
	c.client.Shutdown()
}

// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/kclient"

	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func istio() contender {
	return contender{
		name: "Istio", hello: "istio", client: "istio.io/istio/pkg/kube/kclient",
		open: openIstio,
		fake: func() {
			client, stop := kube.NewFakeClient(), make(chan struct{})
			kclient.New[*corev1.Pod](client)
			client.RunAndWait(stop)
			close(stop)
			client.Shutdown()
		},
	}
}

type istioCache struct {
	client   kube.Client
	pods     []kclient.Informer[*corev1.Pod]
	metadata []kclient.Informer[*metav1.PartialObjectMetadata]
	byNode   kclient.Index[string, *corev1.Pod]
	stop     chan struct{}
}

func openIstio(config *rest.Config, w want) Cache {
	c := &istioCache{client: mustGet(kube.NewClient(kube.NewClientConfigForRestConfig(config), cluster.ID("cluster"))), stop: make(chan struct{})}
	for _, namespace := range w.each() {
		filter := kclient.Filter{Namespace: namespace}
		switch w.shape {
		case scenario.MetadataOnly:
			c.metadata = append(c.metadata, kclient.NewMetadata(c.client, corev1.SchemeGroupVersion.WithResource("pods"), filter))
			continue
		case scenario.Stripped:
			filter.ObjectTransform = kube.StripPodUnusedFields
		case scenario.Default, scenario.Projected, scenario.Placed:
		}
		c.pods = append(c.pods, kclient.NewFiltered[*corev1.Pod](c.client, filter))
	}
	if w.indexed {
		c.byNode = kclient.CreateStringIndex(c.pods[0], "node", func(p *corev1.Pod) []string { return []string{p.Spec.NodeName} })
	}
	return c
}

func (c *istioCache) Run() {
	if !c.client.RunAndWait(c.stop) {
		panic("Istio: the caches are not filled")
	}
}

func (c *istioCache) Content() []scenario.Object {
	var out []scenario.Object
	for _, pods := range c.pods {
		for _, p := range pods.List(metav1.NamespaceAll, klabels.Everything()) {
			out = append(out, object(p))
		}
	}
	for _, metadata := range c.metadata {
		for _, p := range metadata.List(metav1.NamespaceAll, klabels.Everything()) {
			out = append(out, object(p))
		}
	}
	return out
}

func (c *istioCache) Handle(h cache.ResourceEventHandler) { c.pods[0].AddEventHandler(h) }

func (c *istioCache) Told() { kube.WaitForCacheSync("pods", c.stop, c.pods[0].HasSynced) }

func (c *istioCache) Get(namespace, name string) int {
	if c.pods[0].Get(name, namespace) == nil {
		return 0
	}
	return 1
}

func (c *istioCache) List(namespace string) int {
	return len(c.pods[0].List(namespace, klabels.Everything()))
}

func (c *istioCache) Select(selector klabels.Selector) int {
	return len(c.pods[0].List(metav1.NamespaceAll, selector))
}

func (c *istioCache) Lookup(node string) int { return len(c.byNode.Lookup(node)) }

func (c *istioCache) Close() {
	close(c.stop)
	c.client.Shutdown()
}

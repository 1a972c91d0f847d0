// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

func krtkit() contender {
	return contender{
		name: "krtkit", hello: "krtkit", client: "github.com/krtkit/krtkit/kube/kclient",
		open: openKrtkit,
		fake: func() {
			client, stop := kubefake.NewClient(), make(chan struct{})
			kclient.New[*corev1.Pod](client)
			client.RunAndWait(stop)
			close(stop)
			client.Shutdown()
			client.Close()
		},
	}
}

type krtkitCache struct {
	client   kube.Client
	pods     []kclient.Informer[*corev1.Pod]
	metadata []kclient.Informer[*metav1.PartialObjectMetadata]
	placed   []kclient.Informer[*placedPod]
	byNode   kclient.Index[string, *corev1.Pod]
	stop     chan struct{}
}

func openKrtkit(config *rest.Config, w want) Cache {
	var options []kube.Option
	if w.shape == scenario.Placed {
		options = append(options, withPlacedPods())
	}
	c := &krtkitCache{client: mustGet(kube.New(config, options...)), stop: make(chan struct{})}
	for _, namespace := range w.each() {
		filter := kclient.Filter{Namespace: namespace}
		switch w.shape {
		case scenario.MetadataOnly:
			c.metadata = append(c.metadata, kclient.NewMetadata(c.client, corev1.SchemeGroupVersion.WithResource("pods"), filter))
			continue
		case scenario.Stripped:
			filter.ObjectTransform = kube.StripPodUnusedFields
		case scenario.Projected:
			filter.Projection = placement()
		case scenario.Placed:
			filter.Projection = placement()
			c.placed = append(c.placed, kclient.NewFiltered[*placedPod](c.client, filter))
			continue
		case scenario.Default:
		}
		c.pods = append(c.pods, kclient.NewFiltered[*corev1.Pod](c.client, filter))
	}
	if w.indexed {
		c.byNode = kclient.CreateStringIndex(c.pods[0], "node", func(p *corev1.Pod) []string { return []string{p.Spec.NodeName} })
	}
	return c
}

func (c *krtkitCache) Run() {
	if !c.client.RunAndWait(c.stop) {
		panic("krtkit: the caches are not filled")
	}
}

func (c *krtkitCache) Content() []scenario.Object {
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
	for _, placed := range c.placed {
		for _, p := range placed.List(metav1.NamespaceAll, klabels.Everything()) {
			out = append(out, object(p))
		}
	}
	return out
}

func (c *krtkitCache) Handle(h cache.ResourceEventHandler) { c.pods[0].AddEventHandler(h) }

func (c *krtkitCache) Told() { kube.WaitForCacheSync("pods", c.stop, c.pods[0].HasSynced) }

func (c *krtkitCache) Get(namespace, name string) int {
	if c.pods[0].Get(name, namespace) == nil {
		return 0
	}
	return 1
}

func (c *krtkitCache) List(namespace string) int {
	return len(c.pods[0].List(namespace, klabels.Everything()))
}

func (c *krtkitCache) Select(selector klabels.Selector) int {
	return len(c.pods[0].List(metav1.NamespaceAll, selector))
}

func (c *krtkitCache) Lookup(node string) int { return len(c.byNode.Lookup(node)) }

func (c *krtkitCache) Close() {
	close(c.stop)
	c.client.Shutdown()
}

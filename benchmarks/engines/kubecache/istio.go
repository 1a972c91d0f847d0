// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	corev1 "k8s.io/api/core/v1"
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

func openIstio(config *rest.Config, w want) Cache {
	client := mustGet(kube.NewClient(kube.NewClientConfigForRestConfig(config), cluster.ID("cluster")))
	c := &kclientCache{client: client, stop: make(chan struct{})}
	c.wait = func(synced cache.InformerSynced) { kube.WaitForCacheSync("pods", c.stop, synced) }
	for _, namespace := range w.each() {
		filter := kclient.Filter{Namespace: namespace}
		switch w.shape {
		case scenario.MetadataOnly:
			metadata := kclient.NewMetadata(client, corev1.SchemeGroupVersion.WithResource("pods"), filter)
			c.parts = append(c.parts, func() []scenario.Object { return contentOf(metadata) })
			continue
		case scenario.Stripped:
			filter.ObjectTransform = kube.StripPodUnusedFields
		case scenario.Default, scenario.Projected, scenario.Placed:
		}
		pods := kclient.NewFiltered[*corev1.Pod](client, filter)
		c.pods = append(c.pods, pods)
		if w.indexed && c.byNode == nil {
			c.byNode = kclient.CreateStringIndex(pods, "node", func(p *corev1.Pod) []string { return []string{p.Spec.NodeName} })
		}
	}
	return c
}

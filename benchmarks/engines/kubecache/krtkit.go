// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	corev1 "k8s.io/api/core/v1"
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

func openKrtkit(config *rest.Config, w want) Cache {
	var options []kube.Option
	if w.shape == scenario.Placed {
		options = append(options, withPlacedPods())
	}
	client := mustGet(kube.New(config, options...))
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
		case scenario.Projected:
			filter.Projection = placement()
		case scenario.Placed:
			filter.Projection = placement()
			placed := kclient.NewFiltered[*placedPod](client, filter)
			c.parts = append(c.parts, func() []scenario.Object { return contentOf(placed) })
			continue
		case scenario.Default:
		}
		pods := kclient.NewFiltered[*corev1.Pod](client, filter)
		c.pods = append(c.pods, pods)
		if w.indexed && c.byNode == nil {
			c.byNode = kclient.CreateStringIndex(pods, "node", func(p *corev1.Pod) []string { return []string{p.Spec.NodeName} })
		}
	}
	return c
}

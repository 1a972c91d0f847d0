// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/kube"
)

func controllerRuntime() contender {
	return contender{
		name: "controller-runtime", hello: "controllerruntime", client: "sigs.k8s.io/controller-runtime/pkg/cache",
		open: openControllerRuntime,
		fake: func() {
			// Its fake has no informers: a list is what comes next to one.
			must(fake.NewClientBuilder().Build().List(context.Background(), &corev1.PodList{}))
		},
	}
}

type controllerRuntimeCache struct {
	cache    cache.Cache
	informer cache.Informer
	metadata bool
	handlers []toolscache.DoneChecker
	ctx      context.Context //nolint:containedctx // it is the cache's life
	cancel   context.CancelFunc
	started  sync.WaitGroup
}

func openControllerRuntime(config *rest.Config, w want) Cache {
	c := &controllerRuntimeCache{metadata: w.shape == scenario.MetadataOnly}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	options := cache.Options{}
	if w.shape == scenario.Stripped {
		options.DefaultTransform = kube.StripPodUnusedFields // controller-runtime has none for pods
	}
	for _, namespace := range w.namespaces {
		if options.DefaultNamespaces == nil {
			options.DefaultNamespaces = map[string]cache.Config{}
		}
		options.DefaultNamespaces[namespace] = cache.Config{}
	}
	c.cache = mustGet(cache.New(config, options))
	if w.indexed {
		must(c.cache.IndexField(c.ctx, &corev1.Pod{}, byNode, func(obj client.Object) []string {
			return []string{obj.(*corev1.Pod).Spec.NodeName}
		}))
	}
	var object client.Object = &corev1.Pod{}
	if c.metadata {
		metadata := &metav1.PartialObjectMetadata{}
		metadata.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Pod"))
		object = metadata
	}
	c.informer = mustGet(c.cache.GetInformer(c.ctx, object, cache.BlockUntilSynced(false)))
	return c
}

func (c *controllerRuntimeCache) Run() {
	c.started.Go(func() { must(c.cache.Start(c.ctx)) })
	if !c.cache.WaitForCacheSync(c.ctx) {
		panic("controller-runtime: the caches are not filled")
	}
}

func (c *controllerRuntimeCache) Content() []scenario.Object {
	var out []scenario.Object
	if c.metadata {
		var list metav1.PartialObjectMetadataList
		list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("PodList"))
		must(c.cache.List(c.ctx, &list))
		for i := range list.Items {
			out = append(out, object(&list.Items[i]))
		}
		return out
	}
	var list corev1.PodList
	must(c.cache.List(c.ctx, &list))
	for i := range list.Items {
		out = append(out, object(&list.Items[i]))
	}
	return out
}

func (c *controllerRuntimeCache) Handle(h toolscache.ResourceEventHandler) {
	c.handlers = append(c.handlers, mustGet(c.informer.AddEventHandler(h)).HasSyncedChecker())
}

func (c *controllerRuntimeCache) Told() { toolscache.WaitFor(c.ctx, "", c.handlers...) }

func (c *controllerRuntimeCache) Get(namespace, name string) int {
	var pod corev1.Pod
	if c.cache.Get(c.ctx, client.ObjectKey{Namespace: namespace, Name: name}, &pod) != nil {
		return 0
	}
	return 1
}

func (c *controllerRuntimeCache) List(namespace string) int {
	return c.list(client.InNamespace(namespace))
}

func (c *controllerRuntimeCache) Select(selector klabels.Selector) int {
	return c.list(client.MatchingLabelsSelector{Selector: selector})
}

func (c *controllerRuntimeCache) Lookup(node string) int {
	return c.list(client.MatchingFields{byNode: node})
}

func (c *controllerRuntimeCache) list(option client.ListOption) int {
	var list corev1.PodList
	must(c.cache.List(c.ctx, &list, option))
	return len(list.Items)
}

func (c *controllerRuntimeCache) Close() {
	c.cancel()
	c.started.Wait()
}

// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/kube"
)

func clientGo() contender {
	return contender{
		name: "client-go", hello: "clientgo", client: "k8s.io/client-go/informers",
		open: openClientGo,
		fake: func() {
			factory, stop := informers.NewSharedInformerFactory(fake.NewClientset(), 0), make(chan struct{})
			factory.Core().V1().Pods().Informer()
			factory.Start(stop)
			factory.WaitForCacheSync(stop)
			close(stop)
			factory.Shutdown()
		},
	}
}

// byNode is the name of the index of pods by their node.
const byNode = "spec.nodeName"

type clientGoCache struct {
	factories []informerFactory
	informers []cache.SharedIndexInformer
	handlers  []cache.DoneChecker
	ctx       context.Context //nolint:containedctx // it is the cache's life
	cancel    context.CancelFunc
}

// informerFactory is what those of typed and of metadata informers have in common.
type informerFactory interface {
	Start(stop <-chan struct{})
	Shutdown()
}

func openClientGo(config *rest.Config, w want) Cache {
	c := &clientGoCache{}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if w.shape == scenario.MetadataOnly {
		client := mustGet(metadata.NewForConfig(config))
		for _, namespace := range w.each() {
			factory := metadatainformer.NewFilteredSharedInformerFactory(client, 0, namespace, nil)
			c.add(factory, factory.ForResource(corev1.SchemeGroupVersion.WithResource("pods")).Informer())
		}
		return c
	}
	client := mustGet(kubernetes.NewForConfig(config))
	for _, namespace := range w.each() {
		options := []informers.SharedInformerOption{informers.WithNamespace(namespace)}
		if w.shape == scenario.Stripped {
			options = append(options, informers.WithTransform(kube.StripPodUnusedFields)) // client-go has none for pods
		}
		factory := informers.NewSharedInformerFactoryWithOptions(client, 0, options...)
		c.add(factory, factory.Core().V1().Pods().Informer())
	}
	if w.indexed {
		must(c.informers[0].AddIndexers(cache.Indexers{byNode: func(obj any) ([]string, error) {
			return []string{obj.(*corev1.Pod).Spec.NodeName}, nil
		}}))
	}
	return c
}

func (c *clientGoCache) add(factory informerFactory, informer cache.SharedIndexInformer) {
	c.factories = append(c.factories, factory)
	c.informers = append(c.informers, informer)
}

func (c *clientGoCache) Run() {
	var synced []cache.DoneChecker
	for i, factory := range c.factories {
		factory.Start(c.ctx.Done())
		synced = append(synced, c.informers[i].HasSyncedChecker())
	}
	if !cache.WaitFor(c.ctx, "", synced...) {
		panic("client-go: the caches are not filled")
	}
}

func (c *clientGoCache) Content() []scenario.Object {
	var out []scenario.Object
	for _, informer := range c.informers {
		for _, obj := range informer.GetStore().List() {
			out = append(out, object(obj.(metav1.Object)))
		}
	}
	return out
}

func (c *clientGoCache) Handle(h cache.ResourceEventHandler) {
	c.handlers = append(c.handlers, mustGet(c.informers[0].AddEventHandler(h)).HasSyncedChecker())
}

func (c *clientGoCache) Told() { cache.WaitFor(c.ctx, "", c.handlers...) }

// lister is made for each read, as it is by the methods of informers.
func (c *clientGoCache) lister() corelisters.PodLister {
	return corelisters.NewPodLister(c.informers[0].GetIndexer())
}

func (c *clientGoCache) Get(namespace, name string) int {
	if _, err := c.lister().Pods(namespace).Get(name); err != nil {
		return 0
	}
	return 1
}

func (c *clientGoCache) List(namespace string) int {
	return len(mustGet(c.lister().Pods(namespace).List(klabels.Everything())))
}

func (c *clientGoCache) Select(selector klabels.Selector) int {
	return len(mustGet(c.lister().List(selector)))
}

// Lookup makes pods of what it finds, as the others do.
func (c *clientGoCache) Lookup(node string) int {
	found := mustGet(c.informers[0].GetIndexer().ByIndex(byNode, node))
	pods := make([]*corev1.Pod, len(found))
	for i, obj := range found {
		pods[i] = obj.(*corev1.Pod)
	}
	return len(pods)
}

func (c *clientGoCache) Close() {
	c.cancel()
	for _, factory := range c.factories {
		factory.Shutdown()
	}
}

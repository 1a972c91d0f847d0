// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/internal/informer"
)

// informerClient puts a type on a view of an informer.
type informerClient[T controllers.Object] struct {
	view *informer.View
}

// typed returns the object as a T, the zero T if it is none.
func typed[T controllers.Object](obj any) T {
	t, _ := obj.(T)
	return t
}

func (c *informerClient[T]) Get(name, namespace string) T {
	return typed[T](c.view.Get(name, namespace))
}

func (c *informerClient[T]) List(namespace string, selector klabels.Selector) []T {
	return allTyped[T](c.view.List(namespace, selector))
}

func (c *informerClient[T]) ListUnfiltered(namespace string, selector klabels.Selector) []T {
	return allTyped[T](c.view.ListUnfiltered(namespace, selector))
}

// allTyped returns those of the objects that are a T; nil if there are none.
func allTyped[T controllers.Object](objects []any) []T {
	if len(objects) == 0 {
		return nil
	}
	found := make([]T, 0, len(objects))
	for _, obj := range objects {
		found = appendTyped(found, obj)
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

func appendTyped[T controllers.Object](list []T, obj any) []T {
	if t, ok := obj.(T); ok {
		return append(list, t)
	}
	return list
}

func (c *informerClient[T]) AddEventHandler(h cache.ResourceEventHandler) cache.ResourceEventHandlerRegistration {
	return c.view.AddEventHandler(h)
}

func (c *informerClient[T]) Subscribe(change func(old, obj T), synced func()) (unsubscribe func()) {
	return c.view.Subscribe(func(old, obj any) { change(typed[T](old), typed[T](obj)) }, synced)
}

func (c *informerClient[T]) Index(_ string, extract func(o T) []string) RawIndexer {
	return c.view.AddIndex(func(obj any) []string {
		o, ok := obj.(T)
		if !ok {
			return nil
		}
		return extract(o)
	})
}

func (c *informerClient[T]) Start(stop <-chan struct{}) { c.view.Start(stop) }
func (c *informerClient[T]) HasSynced() bool            { return c.view.HasSynced() }
func (c *informerClient[T]) HasSyncedIgnoringHandlers() bool {
	return c.view.HasSyncedIgnoringHandlers()
}
func (c *informerClient[T]) ShutdownHandlers() { c.view.ShutdownHandlers() }
func (c *informerClient[T]) Close()            { c.view.Close() }

func (c *informerClient[T]) ShutdownHandler(registration cache.ResourceEventHandlerRegistration) {
	c.view.ShutdownHandler(registration)
}

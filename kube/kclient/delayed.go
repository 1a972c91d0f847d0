// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/internal/source"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// Delayed clients read resources that the API server may not serve: those of a
// CustomResourceDefinition that is installed later, if ever, in that version. There are
// no objects until it is established, which counts as synced; from then on a delayed
// client is as any other. If the definition goes, all objects are deleted, and handlers
// told so; if it comes back, so do its objects. Handlers and indexes stay throughout.
//
// It starts with the kube client's RunAndWait, by Start, or, if its resource was not
// served when it was made, by itself when that is, in a kube client that runs; it ends
// with the stop channel of whichever came first. It shares its cache with other delayed
// clients only.

// NewFilteredDelayed is [NewFiltered] for a resource that the API server may not serve.
// Writes are not delayed: until it does, they return its error. It panics if the kube
// client does not know the type.
func NewFilteredDelayed[T controllers.ComparableObject](c kube.Client, gvr schema.GroupVersionResource, filter Filter) Client[T] {
	return must(TryNewFilteredDelayed[T](c, gvr, filter))
}

// TryNewFilteredDelayed is [NewFilteredDelayed] with an error.
func TryNewFilteredDelayed[T controllers.ComparableObject](
	c kube.Client, gvr schema.GroupVersionResource, filter Filter,
) (Client[T], error) {
	writer, err := newWriteClient[T](c)
	if err != nil {
		return nil, fmt.Errorf("kclient: %w", err)
	}
	reader, err := openDelayed[T](c, gvr, kubetypes.StandardInformer, filter)
	if err != nil {
		return nil, err
	}
	return &fullClient[T]{informerClient: reader, writeClient: writer}, nil
}

// NewDelayedInformer returns an informer of a resource that the API server may not
// serve, in any form; T is the type of what is cached in that form, or
// controllers.Object. It panics if the form is a Go type that the kube client does not
// know.
func NewDelayedInformer[T controllers.ComparableObject](
	c kube.Client, gvr schema.GroupVersionResource, informerType kubetypes.InformerType, filter Filter,
) Informer[T] {
	return must(TryNewDelayedInformer[T](c, gvr, informerType, filter))
}

// TryNewDelayedInformer is [NewDelayedInformer] with an error.
func TryNewDelayedInformer[T controllers.ComparableObject](
	c kube.Client, gvr schema.GroupVersionResource, informerType kubetypes.InformerType, filter Filter,
) (Informer[T], error) {
	i, err := openDelayed[T](c, gvr, informerType, filter)
	if err != nil {
		return nil, err
	}
	return i, nil
}

func openDelayed[T controllers.Object](
	c kube.Client, gvr schema.GroupVersionResource, form kubetypes.InformerType, filter Filter,
) (*informerClient[T], error) {
	view, err := source.OpenOptional(c, gvr, form, filter, c.CrdWatcher())
	if err != nil {
		return nil, fmt.Errorf("kclient: %w", err)
	}
	return &informerClient[T]{view: view}, nil
}

// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"fmt"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/internal/source"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// The constructors come in pairs. Those without Try panic where the others return
// an error: when the client does not know the type. That is a mistake in the
// program, and the text says how to mend it.

// fullClient is a Client.
type fullClient[T controllers.ComparableObject] struct {
	*informerClient[T]
	*writeClient[T]
}

// New returns a client of all objects of type T. It panics if the kube client does
// not know the type.
func New[T controllers.ComparableObject](c kube.Client) Client[T] {
	return NewFiltered[T](c, Filter{})
}

// TryNew is [New] with an error.
func TryNew[T controllers.ComparableObject](c kube.Client) (Client[T], error) {
	return TryNewFiltered[T](c, Filter{})
}

// NewFiltered returns a client of the objects of type T that pass the filter. Writes
// are not filtered. It panics if the kube client does not know the type.
func NewFiltered[T controllers.ComparableObject](c kube.Client, filter Filter) Client[T] {
	return must(TryNewFiltered[T](c, filter))
}

// TryNewFiltered is [NewFiltered] with an error.
func TryNewFiltered[T controllers.ComparableObject](c kube.Client, filter Filter) (Client[T], error) {
	writer, err := newWriteClient[T](c)
	if err != nil {
		return nil, fmt.Errorf("kclient: %w", err)
	}
	info, err := c.Types().ForType(reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("kclient: %w", err)
	}
	reader, err := open[T](c, info.GVR, kubetypes.StandardInformer, filter)
	if err != nil {
		return nil, err
	}
	return &fullClient[T]{informerClient: reader, writeClient: writer}, nil
}

// NewUntypedInformer returns an informer of a resource whose Go type the kube client
// knows but the caller does not. It panics if the client does not know it.
func NewUntypedInformer(c kube.Client, gvr schema.GroupVersionResource, filter Filter) Untyped {
	return must(TryNewUntypedInformer(c, gvr, filter))
}

// TryNewUntypedInformer is [NewUntypedInformer] with an error.
func TryNewUntypedInformer(c kube.Client, gvr schema.GroupVersionResource, filter Filter) (Untyped, error) {
	return tryOpen[controllers.Object](c, gvr, kubetypes.StandardInformer, filter)
}

// NewDynamic returns an informer of objects of any resource, as
// *unstructured.Unstructured.
func NewDynamic(c kube.Client, gvr schema.GroupVersionResource, filter Filter) Untyped {
	return must(TryNewDynamic(c, gvr, filter))
}

// TryNewDynamic is [NewDynamic] with an error.
func TryNewDynamic(c kube.Client, gvr schema.GroupVersionResource, filter Filter) (Untyped, error) {
	return tryOpen[controllers.Object](c, gvr, kubetypes.DynamicInformer, filter)
}

// NewMetadata returns an informer of the metadata of objects of any resource.
// Nothing else is transferred or cached.
func NewMetadata(
	c kube.Client, gvr schema.GroupVersionResource, filter Filter,
) Informer[*metav1.PartialObjectMetadata] {
	return must(TryNewMetadata(c, gvr, filter))
}

// TryNewMetadata is [NewMetadata] with an error.
func TryNewMetadata(
	c kube.Client, gvr schema.GroupVersionResource, filter Filter,
) (Informer[*metav1.PartialObjectMetadata], error) {
	return tryOpen[*metav1.PartialObjectMetadata](c, gvr, kubetypes.MetadataInformer, filter)
}

// NewWriteClient returns a writer of objects of type T, without a cache. It panics if
// the kube client does not know the type.
func NewWriteClient[T controllers.ComparableObject](c kube.Client) DirectClient[T] {
	return must(TryNewWriteClient[T](c))
}

// TryNewWriteClient is [NewWriteClient] with an error.
func TryNewWriteClient[T controllers.ComparableObject](c kube.Client) (DirectClient[T], error) {
	w, err := newWriteClient[T](c)
	if err != nil {
		return nil, fmt.Errorf("kclient: %w", err)
	}
	return w, nil
}

// ToOpts returns what of the filter decides which objects are cached. The namespace
// is the filter's or, for resources that are known to be namespaced, the client's
// default.
func ToOpts(c kube.Client, gvr schema.GroupVersionResource, filter Filter) kubetypes.InformerOptions {
	return source.Options(c, gvr, filter)
}

func open[T controllers.Object](
	c kube.Client, gvr schema.GroupVersionResource, form kubetypes.InformerType, filter Filter,
) (*informerClient[T], error) {
	view, err := source.Open(c, gvr, form, filter)
	if err != nil {
		return nil, fmt.Errorf("kclient: %w", err)
	}
	return &informerClient[T]{view: view}, nil
}

// tryOpen is open with an interface that is nil on errors.
func tryOpen[T controllers.Object](
	c kube.Client, gvr schema.GroupVersionResource, form kubetypes.InformerType, filter Filter,
) (Informer[T], error) {
	i, err := open[T](c, gvr, form, filter)
	if err != nil {
		return nil, err
	}
	return i, nil
}

func must[C any](c C, err error) C {
	if err != nil {
		panic(err.Error())
	}
	return c
}

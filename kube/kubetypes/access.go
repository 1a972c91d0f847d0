// SPDX-License-Identifier: Apache-2.0

package kubetypes

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

// The interfaces in this file have the methods of client-go's generated clients,
// so that a client of one resource and namespace, such as
// clientset.CoreV1().Pods("shop"), satisfies them as it is.

// ReadAPI reads objects of type T, and lists of type TL, from the API server.
type ReadAPI[T, TL runtime.Object] interface {
	Get(ctx context.Context, name string, opts metav1.GetOptions) (T, error)
	List(ctx context.Context, opts metav1.ListOptions) (TL, error)
	Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
}

// WriteAPI changes objects on the API server and returns the server's answer.
type WriteAPI[T runtime.Object] interface {
	Create(ctx context.Context, object T, opts metav1.CreateOptions) (T, error)
	Patch(ctx context.Context, name string, pt types.PatchType, data []byte, opts metav1.PatchOptions,
		subresources ...string) (result T, err error)
	Update(ctx context.Context, object T, opts metav1.UpdateOptions) (T, error)
	Delete(ctx context.Context, name string, opts metav1.DeleteOptions) error
}

// WriteStatusAPI writes the status of objects that have one.
type WriteStatusAPI[T runtime.Object] interface {
	UpdateStatus(ctx context.Context, object T, opts metav1.UpdateOptions) (T, error)
}

// ReadWriteAPI is [ReadAPI] and [WriteAPI].
type ReadWriteAPI[T, TL runtime.Object] interface {
	ReadAPI[T, TL]
	WriteAPI[T]
}

// ApplyAPI applies configurations of type TA on the server side.
type ApplyAPI[T, TA runtime.Object] interface {
	Apply(ctx context.Context, config TA, opts metav1.ApplyOptions) (result T, err error)
}

// FullAPI is [ReadAPI], [WriteAPI] and [ApplyAPI].
type FullAPI[T, TL, TA runtime.Object] interface {
	ReadAPI[T, TL]
	WriteAPI[T]
	ApplyAPI[T, TA]
}

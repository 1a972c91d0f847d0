// SPDX-License-Identifier: Apache-2.0

package kubetypes_test

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	applyv1 "k8s.io/client-go/applyconfigurations/core/v1"
	typedv1 "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/util/cluster"
	"github.com/krtkit/krtkit/util/sets"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ func(func(obj any) bool) kubetypes.DynamicObjectFilter                                   = kubetypes.NewStaticObjectFilter
	_ func(kubetypes.DynamicObjectFilter, ...func(obj any) bool) kubetypes.DynamicObjectFilter = kubetypes.ComposeFilters
	_                                                                                          = []kubetypes.InformerType{kubetypes.StandardInformer, kubetypes.DynamicInformer, kubetypes.MetadataInformer}
	_ kubetypes.DynamicObjectFilter                                                            = selection{}

	// Clients that client-go generates have these shapes.
	_ kubetypes.WriteAPI[*corev1.Pod]                          = typedv1.PodInterface(nil)
	_ kubetypes.WriteStatusAPI[*corev1.Pod]                    = typedv1.PodInterface(nil)
	_ kubetypes.ReadAPI[*corev1.Pod, *corev1.PodList]          = typedv1.PodInterface(nil)
	_ kubetypes.ReadWriteAPI[*corev1.Pod, *corev1.PodList]     = typedv1.PodInterface(nil)
	_ kubetypes.ApplyAPI[*corev1.Pod, applied]                 = generated(nil)
	_ kubetypes.FullAPI[*corev1.Pod, *corev1.PodList, applied] = generated(nil)
	_ interface {
		Apply(ctx context.Context, config *applyv1.PodApplyConfiguration, opts metav1.ApplyOptions) (*corev1.Pod, error)
	} = typedv1.PodInterface(nil)

	_ crdWatcher    = kubetypes.CrdWatcher(nil)
	_ delayedFilter = kubetypes.DelayedFilter(nil)

	_ = kubetypes.InformerOptions{
		LabelSelector: "", FieldSelector: "", Namespace: "", Cluster: cluster.ID(""),
		ObjectTransform: func(obj any) (any, error) { return obj, nil }, InformerType: kubetypes.StandardInformer,
	}
	_ = kubetypes.Filter{
		LabelSelector: "", FieldSelector: "", Namespace: "", ObjectFilter: selection{},
		ObjectTransform: func(obj any) (any, error) { return obj, nil },
	}
)

// selection is a filter of somebody else's.
type selection struct{}

func (selection) Filter(any) bool { return true }

func (selection) AddHandler(func(selected, deselected sets.String)) {}

// applied is an apply configuration.
type applied = runtime.Object

// generated is a client with all that is generated.
type generated interface {
	Create(ctx context.Context, object *corev1.Pod, opts metav1.CreateOptions) (*corev1.Pod, error)
	Patch(
		ctx context.Context, name string, pt types.PatchType, data []byte, opts metav1.PatchOptions, subresources ...string,
	) (result *corev1.Pod, err error)
	Update(ctx context.Context, object *corev1.Pod, opts metav1.UpdateOptions) (*corev1.Pod, error)
	Delete(ctx context.Context, name string, opts metav1.DeleteOptions) error
	Get(ctx context.Context, name string, opts metav1.GetOptions) (*corev1.Pod, error)
	List(ctx context.Context, opts metav1.ListOptions) (*corev1.PodList, error)
	Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
	Apply(ctx context.Context, config applied, opts metav1.ApplyOptions) (result *corev1.Pod, err error)
}

type crdWatcher interface {
	HasSynced() bool
	KnownOrCallback(s schema.GroupVersionResource, f func(stop <-chan struct{})) bool
	WaitForCRD(s schema.GroupVersionResource, stop <-chan struct{}) bool
	Run(stop <-chan struct{})
}

type delayedFilter interface {
	HasSynced() bool
	KnownOrCallback(f func(stop <-chan struct{})) bool
}

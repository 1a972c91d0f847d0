// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apitypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ reader       = kclient.Reader[*corev1.Pod](nil)
	_ informer     = kclient.Informer[*corev1.Pod](nil)
	_ writer       = kclient.Writer[*corev1.Pod](nil)
	_ patcher      = kclient.Patcher(nil)
	_ readerWriter = kclient.ReadWriter[*corev1.Pod](nil)
	_ client       = kclient.Client[*corev1.Pod](nil)
	_ rawIndexer   = kclient.RawIndexer(nil)

	// What others implement is not more than it was.
	_ kclient.Reader[*corev1.Pod]     = reader(nil)
	_ kclient.Writer[*corev1.Pod]     = writer(nil)
	_ kclient.ReadWriter[*corev1.Pod] = readerWriter(nil)
	_ kclient.Patcher                 = patcher(nil)
	_ kclient.RawIndexer              = rawIndexer(nil)

	_ kclient.Untyped = kclient.Informer[controllers.Object](nil)
	_ kclient.Filter  = kubetypes.Filter{}

	_ func(kclient.Writer[*corev1.Pod]) kclient.Patcher                                          = kclient.ToPatcher[*corev1.Pod]
	_ func(kclient.Writer[*corev1.Pod], *corev1.Pod) (*corev1.Pod, error)                        = kclient.CreateOrUpdate[*corev1.Pod]
	_ func(kube.Client) kclient.Client[*corev1.Pod]                                              = kclient.New[*corev1.Pod]
	_ func(kube.Client, kclient.Filter) kclient.Client[*corev1.Pod]                              = kclient.NewFiltered[*corev1.Pod]
	_ func(kube.Client, schema.GroupVersionResource, kclient.Filter) kclient.Client[*corev1.Pod] = kclient.NewFilteredDelayed[*corev1.Pod]
	_ func(
		kube.Client, schema.GroupVersionResource, kubetypes.InformerType, kclient.Filter,
	) kclient.Informer[controllers.Object] = kclient.NewDelayedInformer[controllers.Object]
	_ func(kube.Client, schema.GroupVersionResource, kclient.Filter) kclient.Untyped                                 = kclient.NewUntypedInformer
	_ func(kube.Client, schema.GroupVersionResource, kclient.Filter) kclient.Untyped                                 = kclient.NewDynamic
	_ func(kube.Client, schema.GroupVersionResource, kclient.Filter) kclient.Informer[*metav1.PartialObjectMetadata] = kclient.NewMetadata
	_ func(kube.Client, schema.GroupVersionResource, kclient.Filter) kubetypes.InformerOptions                       = kclient.ToOpts

	// It returns more than a writer.
	_ = func(c kube.Client) kclient.Writer[*corev1.Pod] { return kclient.NewWriteClient[*corev1.Pod](c) }

	_ interface{ Lookup(k string) []*corev1.Pod } = kclient.Index[string, *corev1.Pod](nil)
	_ func(
		kclient.Informer[*corev1.Pod], string, func(*corev1.Pod) []string,
	) kclient.Index[string, *corev1.Pod] = kclient.CreateStringIndex[*corev1.Pod]
	_ func(
		kclient.Informer[*corev1.Pod], string, func(*corev1.Pod) []fmt.Stringer,
	) kclient.Index[fmt.Stringer, *corev1.Pod] = kclient.CreateIndex[fmt.Stringer, *corev1.Pod]
	// Type parameters are inferred from a client, too.
	_ = func(c kclient.Client[*corev1.Pod]) kclient.Index[apitypes.NamespacedName, *corev1.Pod] {
		return kclient.CreateIndex(c, "account", func(*corev1.Pod) []apitypes.NamespacedName { return nil })
	}

	_ func(kube.Client, string) kclient.EventRecorder = kclient.NewEventRecorder
	_ interface {
		Write(object runtime.Object, eventtype, reason, messageFmt string, args ...any)
		Shutdown()
	} = (*kclient.EventRecorder)(nil)
)

type reader interface {
	Get(name, namespace string) *corev1.Pod
	List(namespace string, selector klabels.Selector) []*corev1.Pod
}

type informer interface {
	reader
	ListUnfiltered(namespace string, selector klabels.Selector) []*corev1.Pod
	AddEventHandler(h cache.ResourceEventHandler) cache.ResourceEventHandlerRegistration
	HasSynced() bool
	HasSyncedIgnoringHandlers() bool
	ShutdownHandlers()
	ShutdownHandler(registration cache.ResourceEventHandlerRegistration)
	Start(stop <-chan struct{})
	Index(name string, extract func(o *corev1.Pod) []string) kclient.RawIndexer
}

type rawIndexer interface{ Lookup(key string) []any }

type writer interface {
	Create(object *corev1.Pod) (*corev1.Pod, error)
	Update(object *corev1.Pod) (*corev1.Pod, error)
	UpdateStatus(object *corev1.Pod) (*corev1.Pod, error)
	Patch(name, namespace string, pt apitypes.PatchType, data []byte) (*corev1.Pod, error)
	PatchStatus(name, namespace string, pt apitypes.PatchType, data []byte) (*corev1.Pod, error)
	ApplyStatus(name, namespace string, pt apitypes.PatchType, data []byte, fieldManager string) (*corev1.Pod, error)
	Delete(name, namespace string) error
}

type patcher interface {
	Patch(name, namespace string, pt apitypes.PatchType, data []byte) error
	PatchStatus(name, namespace string, pt apitypes.PatchType, data []byte) error
	ApplyStatus(name, namespace string, pt apitypes.PatchType, data []byte, fieldManager string) error
}

type readerWriter interface {
	reader
	writer
}

type client interface {
	reader
	writer
	informer
}

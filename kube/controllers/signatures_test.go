// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"

	"github.com/krtkit/krtkit/kube/controllers"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ object                          = controllers.Object(nil)
	_ controllers.Object              = object(nil)
	_ func(*corev1.Pod) bool          = controllers.IsNil[*corev1.Pod]
	_ func(any) *corev1.Pod           = controllers.Extract[*corev1.Pod]
	_ func(any) controllers.Object    = controllers.ExtractObject
	_ func(error) error               = controllers.IgnoreNotFound
	_ func([]*corev1.Pod) *corev1.Pod = controllers.OldestObject[*corev1.Pod]
	_ controllers.Shutdowner          = interface{ ShutdownHandlers() }(nil)
	_ func(...controllers.Shutdowner) = controllers.ShutdownAll

	_                                                                                          = []controllers.EventType{controllers.EventAdd, controllers.EventUpdate, controllers.EventDelete}
	_                                                                                          = controllers.Event{Old: controllers.Object(nil), New: controllers.Object(nil), Event: controllers.EventAdd}
	_ func(controllers.EventType) string                                                       = controllers.EventType.String
	_ func(controllers.Event) controllers.Object                                               = controllers.Event.Latest
	_ func(func(controllers.Event)) cache.ResourceEventHandler                                 = controllers.FromEventHandler
	_ func(func(controllers.Object)) cache.ResourceEventHandler                                = controllers.ObjectHandler
	_ func(func(*corev1.Pod)) cache.ResourceEventHandler                                       = controllers.TypedObjectHandler[*corev1.Pod]
	_ func(func(controllers.Object), func(controllers.Object) bool) cache.ResourceEventHandler = controllers.FilteredObjectHandler
	_ func(func(controllers.Object), func(controllers.Object) bool) cache.ResourceEventHandler = controllers.FilteredObjectSpecHandler
	_ cache.ResourceEventHandler                                                               = controllers.EventHandler[*corev1.Pod]{
		AddFunc: func(*corev1.Pod) {}, AddExtendedFunc: func(*corev1.Pod, bool) {}, UpdateFunc: func(_, _ *corev1.Pod) {}, DeleteFunc: func(*corev1.Pod) {},
	}

	// The kind is one of Kubernetes, not of Istio's config.
	_ func(controllers.Queue, schema.GroupVersionKind) func(controllers.Object) = controllers.EnqueueForParentHandler

	_ controllers.ReconcilerFn                                       = func(types.NamespacedName) error { return nil }
	_ func(string, ...func(*controllers.Queue)) controllers.Queue    = controllers.NewQueue
	_ func(string) func(*controllers.Queue)                          = controllers.WithName
	_ func(workqueue.TypedRateLimiter[any]) func(*controllers.Queue) = controllers.WithRateLimiter
	_ func(int) func(*controllers.Queue)                             = controllers.WithMaxAttempts
	_ func(controllers.ReconcilerFn) func(*controllers.Queue)        = controllers.WithReconciler
	_ func(func(any) error) func(*controllers.Queue)                 = controllers.WithGenericReconciler
	_ interface {
		Add(item any)
		AddObject(obj controllers.Object)
		Run(stop <-chan struct{})
		ShutDownEarly()
		HasSynced() bool
		Closed() <-chan struct{}
		WaitForClose(timeout time.Duration) error
	} = controllers.Queue{}
)

// object is what objects are.
type object interface {
	SetGroupVersionKind(gvk schema.GroupVersionKind)
	metav1.Object
	runtime.Object
}

// What the constraint takes can be compared, and is an object.
func _[T controllers.ComparableObject](a, b T) bool {
	var _ controllers.Object = a
	return a == b
}

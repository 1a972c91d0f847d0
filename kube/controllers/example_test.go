// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/controllers"
)

func ExampleFromEventHandler() {
	handler := controllers.FromEventHandler(func(e controllers.Event) {
		fmt.Println(e.Event, e.Latest().GetName())
	})
	cart := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "cart"}}
	handler.OnAdd(cart, true)
	handler.OnUpdate(cart, cart)
	handler.OnDelete(cache.DeletedFinalStateUnknown{Key: "cart", Obj: cart})
	// Output:
	// add cart
	// update cart
	// delete cart
}

func ExampleNewQueue() {
	stop := make(chan struct{})
	q := controllers.NewQueue("pods", controllers.WithMaxAttempts(5), controllers.WithReconciler(func(key types.NamespacedName) error {
		fmt.Println("reconcile", key)
		return nil
	}))
	handler := controllers.ObjectHandler(q.AddObject) // for an informer
	cart := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "cart"}}
	handler.OnAdd(cart, true)
	handler.OnUpdate(cart, cart)
	close(stop) // what waits is reconciled first
	q.Run(stop)
	// Output:
	// reconcile default/cart
}

func ExampleChangedObjectHandler() {
	handler := controllers.ChangedObjectHandler(func(pod *corev1.Pod) {
		fmt.Println(pod.Name, pod.Labels)
	}, controllers.AnyChanged(controllers.GenerationChanged, controllers.LabelsChanged))
	pod := func(version, app string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Name: "cart", Generation: 1, ResourceVersion: version, Labels: map[string]string{"app": app},
		}}
	}
	handler.OnAdd(pod("1", "cart"), false)
	handler.OnUpdate(pod("1", "cart"), pod("2", "cart")) // its status
	handler.OnUpdate(pod("2", "cart"), pod("3", "shop"))
	// Output:
	// cart map[app:cart]
	// cart map[app:shop]
}

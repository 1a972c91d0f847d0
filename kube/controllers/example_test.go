// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// SPDX-License-Identifier: Apache-2.0

package clienttest_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kclient/clienttest"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
)

func Example() {
	err := test.Wrap(func(t test.Failer) { // a *testing.T in tests
		client := kubefake.NewClient(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
		t.Cleanup(client.Close)
		t.Cleanup(client.Shutdown)
		informer := kclient.New[*corev1.ConfigMap](client)
		tracker := assert.NewTracker[string](t)
		informer.AddEventHandler(clienttest.TrackerHandler(tracker))
		client.RunAndWait(test.NewStop(t))

		maps := clienttest.Wrap(t, informer)
		prices := maps.Create(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "prices"}})
		tracker.WaitOrdered("add/prices")
		prices.Data = map[string]string{"cart": "free"}
		maps.Update(prices)
		tracker.WaitOrdered("update/prices")
		fmt.Println(maps.Get("prices", "shop").Data)
		maps.Delete("prices", "shop")
		tracker.WaitOrdered("delete/prices")
		maps.Delete("prices", "shop")
	})
	fmt.Println(err)
	// Output:
	// map[cart:free]
	// delete *v1.ConfigMap shop/prices: configmaps "prices" not found
}

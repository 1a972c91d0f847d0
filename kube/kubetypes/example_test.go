// SPDX-License-Identifier: Apache-2.0

package kubetypes_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// Of pods, nothing but labels and node is decoded and cached.
func ExampleProject() {
	server := kubefake.NewServer(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "cart", Namespace: "shop", Labels: map[string]string{"app": "cart"}},
		Spec:       corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "main", Image: "example.com/cart:1"}}},
	})
	defer server.Close()
	client, err := kube.New(server.RESTConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	pods := kclient.NewFiltered[*corev1.Pod](client, kubetypes.Filter{
		Projection: kubetypes.Project("metadata.labels", "spec.nodeName"),
	})
	stop := make(chan struct{})
	defer client.Shutdown()
	defer close(stop)
	client.RunAndWait(stop)

	cart := pods.Get("cart", "shop")
	fmt.Println(cart.Labels, cart.Spec.NodeName, len(cart.Spec.Containers))
	// Output: map[app:cart] n1 0
}

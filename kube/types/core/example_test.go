// SPDX-License-Identifier: Apache-2.0

package core_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/types/core"
)

func ExampleTypes() {
	server := kubefake.NewServer(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}})
	defer server.Close()
	shop := runtime.NewScheme() // has the types of a program, none of Kubernetes
	client, err := kube.New(server.RESTConfig(), kube.WithScheme(shop), kube.WithTypes(core.Types()...))
	if err != nil {
		fmt.Println(err)
		return
	}
	stop := make(chan struct{})
	defer client.Shutdown()
	defer close(stop)

	nodes := kclient.New[*corev1.Node](client)
	client.RunAndWait(stop)
	fmt.Println(nodes.Get("n1", "").Name)
	// Output: n1
}

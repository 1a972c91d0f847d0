// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

func ExampleNew() {
	server := kubefake.NewServer(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}})
	defer server.Close()

	client, err := kube.New(server.RESTConfig(), kube.WithClusterID("east"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Shutdown()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	nodes := kclient.New[*corev1.Node](client)
	if err := client.Run(ctx); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.ClusterID(), "has", nodes.Get("n1", "").Name)
	// Output: east has n1
}

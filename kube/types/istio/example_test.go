// SPDX-License-Identifier: Apache-2.0

package istio_test

import (
	"fmt"

	networking "istio.io/api/networking/v1alpha3"
	networkingv1 "istio.io/client-go/pkg/apis/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/types/istio"
)

// definition has a server serve VirtualServices.
func definition() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "virtualservices.networking.istio.io"},
		"spec": map[string]any{
			"group": "networking.istio.io", "scope": "Namespaced",
			"names":    map[string]any{"plural": "virtualservices", "kind": "VirtualService"},
			"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true}},
		},
	}}
}

func ExampleTypes() {
	server := kubefake.NewServer(definition())
	defer server.Close()
	client, err := kube.New(server.RESTConfig(), kube.WithTypes(istio.Types()...))
	if err != nil {
		fmt.Println(err)
		return
	}
	stop := make(chan struct{})
	defer client.Shutdown()
	defer close(stop)

	services := kclient.New[*networkingv1.VirtualService](client)
	if _, err := services.Create(&networkingv1.VirtualService{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "shop"},
		Spec:       networking.VirtualService{Hosts: []string{"shop.example.com"}},
	}); err != nil {
		fmt.Println(err)
		return
	}
	client.RunAndWait(stop)
	fmt.Println(services.Get("shop", "default").Spec.Hosts)
	// Output:
	// [shop.example.com]
}

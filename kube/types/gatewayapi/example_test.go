// SPDX-License-Identifier: Apache-2.0

package gatewayapi_test

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/types/gatewayapi"
)

func kinds(gv schema.GroupVersion, names ...string) []schema.GroupVersionKind {
	var all []schema.GroupVersionKind
	for _, name := range names {
		all = append(all, gv.WithKind(name))
	}
	return all
}

// definition has a server serve HTTPRoutes.
func definition() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "httproutes.gateway.networking.k8s.io"},
		"spec": map[string]any{
			"group": "gateway.networking.k8s.io", "scope": "Namespaced",
			"names":    map[string]any{"plural": "httproutes", "kind": "HTTPRoute"},
			"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true}},
		},
	}}
}

func ExampleTypes() {
	server := kubefake.NewServer(definition())
	defer server.Close()
	client, err := kube.New(server.RESTConfig(), kube.WithTypes(gatewayapi.Types()...))
	if err != nil {
		fmt.Println(err)
		return
	}
	stop := make(chan struct{})
	defer client.Shutdown()
	defer close(stop)

	routes := kclient.New[*gatewayv1.HTTPRoute](client)
	if _, err := routes.Create(&gatewayv1.HTTPRoute{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "shop"},
		Spec:       gatewayv1.HTTPRouteSpec{Hostnames: []gatewayv1.Hostname{"shop.example.com"}},
	}); err != nil {
		fmt.Println(err)
		return
	}
	client.RunAndWait(stop)
	fmt.Println(routes.Get("shop", "default").Spec.Hostnames)
	// Output:
	// [shop.example.com]
}

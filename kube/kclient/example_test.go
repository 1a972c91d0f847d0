// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

func Example() {
	server := kubefake.NewServer(&corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "settings"},
		Data:       map[string]string{"currency": "EUR"},
	})
	defer server.Close()
	client, err := kube.New(server.RESTConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	stop := make(chan struct{})
	defer client.Shutdown()
	defer close(stop)

	settings := kclient.New[*corev1.ConfigMap](client)
	seen := make(chan string, 1)
	settings.AddEventHandler(controllers.EventHandler[*corev1.ConfigMap]{
		UpdateFunc: func(_, m *corev1.ConfigMap) { seen <- m.Data["currency"] },
	})
	client.RunAndWait(stop)

	current := settings.Get("settings", "shop").DeepCopy() // the cache is shared
	fmt.Println("cached:", current.Data["currency"])
	current.Data["currency"] = "CHF"
	if _, err := settings.Update(current); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("changed:", <-seen)
	// Output:
	// cached: EUR
	// changed: CHF
}

func ExampleCreateStringIndex() {
	server := kubefake.NewServer(
		&corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "cart"},
			Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeClusterIP},
		},
		&corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"},
			Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "web.example.com"},
		},
	)
	defer server.Close()
	client, err := kube.New(server.RESTConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	stop := make(chan struct{})
	defer client.Shutdown()
	defer close(stop)

	services := kclient.New[*corev1.Service](client)
	byType := kclient.CreateStringIndex(services, "type", func(s *corev1.Service) []string {
		return []string{string(s.Spec.Type)}
	})
	client.RunAndWait(stop)
	for _, s := range byType.Lookup(string(corev1.ServiceTypeExternalName)) {
		fmt.Println(s.Name, "is", s.Spec.ExternalName)
	}
	// Output:
	// web is web.example.com
}

// SPDX-License-Identifier: Apache-2.0

package namespace_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/namespace"
)

// selecting is a program's client, which knows what the program looks at.
type selecting struct {
	kube.Client

	filter kubetypes.DynamicObjectFilter
}

func (s selecting) ObjectFilter() kubetypes.DynamicObjectFilter { return s.filter }

// One filter serves all clients of a program. Controllers ask their client for it and
// need not know what is selected, nor by whom.
func Example_sharedByClients() {
	fake := kubefake.NewClient(
		labelled("shop", "prod"), settingsMap("shop", "prices"), secret("shop", "token"),
		labelled("lab", "test"), settingsMap("lab", "ideas"), secret("lab", "token"),
	)
	stop := make(chan struct{})
	defer fake.Close()
	defer fake.Shutdown()
	defer close(stop)

	names := kclient.NewMetadata(fake, corev1.SchemeGroupVersion.WithResource("namespaces"), kclient.Filter{})
	production := namespace.Static(&metav1.LabelSelector{MatchLabels: map[string]string{"env": "prod"}})
	client := selecting{fake, namespace.NewDiscoveryNamespacesFilter(names, production, stop)}

	maps := kclient.NewFiltered[*corev1.ConfigMap](client, kclient.Filter{ObjectFilter: client.ObjectFilter()})
	secrets := kclient.NewFiltered[*corev1.Secret](client, kclient.Filter{ObjectFilter: client.ObjectFilter()})
	namespaces := kclient.NewFiltered[*corev1.Namespace](client, kclient.Filter{ObjectFilter: client.ObjectFilter()})
	client.RunAndWait(stop)
	for _, ns := range namespaces.List(metav1.NamespaceAll, klabels.Everything()) {
		fmt.Println(ns.Name)
	}
	for _, m := range maps.List(metav1.NamespaceAll, klabels.Everything()) {
		fmt.Println(m.Namespace, m.Name)
	}
	for _, s := range secrets.List(metav1.NamespaceAll, klabels.Everything()) {
		fmt.Println(s.Namespace, s.Name)
	}
	// Output:
	// shop
	// shop prices
	// shop token
}

func secret(ns, name string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
}

func Example() {
	client := kubefake.NewClient(
		labelled("shop", "prod"), settingsMap("shop", "prices"),
		labelled("lab", "test"), settingsMap("lab", "ideas"),
	)
	stop := make(chan struct{})
	defer client.Close()
	defer client.Shutdown()
	defer close(stop)

	type config struct{ selectors []*metav1.LabelSelector }
	selectEnv := func(value string) *config {
		return &config{[]*metav1.LabelSelector{{MatchLabels: map[string]string{"env": value}}}}
	}
	current := krt.NewStatic(selectEnv("prod"), true, krt.WithStop(stop))
	source := namespace.FromSingleton(current, func(c config) []*metav1.LabelSelector { return c.selectors })
	selected := namespace.NewDiscoveryNamespacesFilter(kclient.New[*corev1.Namespace](client), source, stop)

	maps := kclient.NewFiltered[*corev1.ConfigMap](client, kclient.Filter{ObjectFilter: selected})
	events := make(chan string)
	maps.AddEventHandler(controllers.EventHandler[*corev1.ConfigMap]{
		AddFunc:    func(m *corev1.ConfigMap) { events <- "added " + m.Name },
		DeleteFunc: func(m *corev1.ConfigMap) { events <- "deleted " + m.Name },
	})
	client.RunAndWait(stop)
	fmt.Println(<-events)
	current.Set(&config{}) // without selectors, everything is selected
	fmt.Println(<-events)
	current.Set(selectEnv("test"))
	fmt.Println(<-events)
	// Output:
	// added prices
	// added ideas
	// deleted prices
}

// SPDX-License-Identifier: Apache-2.0

package namespace_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/namespace"
)

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

// SPDX-License-Identifier: Apache-2.0

package leaderelection_test

import (
	"fmt"
	"log/slog"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/leaderelection"
)

func ExampleLeaderElection() {
	server := kubefake.NewServer(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	defer server.Close()
	client, err := kube.New(server.RESTConfig(), kube.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		fmt.Println(err)
		return
	}

	stop, leads, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	election := leaderelection.NewLeaderElection("shop", "cart-0", "cart-controller", "", client).
		AddRunFunction(func(stop <-chan struct{}) {
			fmt.Println("leads")
			close(leads)
			<-stop
			fmt.Println("cleans up")
		})
	go func() {
		defer close(ended)
		election.Run(stop)
	}()
	<-leads
	close(stop)
	<-ended
	fmt.Println("has given the Lease back")
	// Output:
	// leads
	// cleans up
	// has given the Lease back
}

// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"log/slog"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/leaderelection"
)

// A controller that runs in one of several processes only: each term has a controller of
// its own, because what was stopped stays stopped. The cache outlives them.
func Example_leaderElectedController() {
	server := kubefake.NewServer(
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "cart"}, Spec: corev1.PodSpec{NodeName: "n1"}},
	)
	defer server.Close()
	client, err := kube.New(server.RESTConfig(), kube.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		fmt.Println(err)
		return
	}
	stop := make(chan struct{})
	defer client.Shutdown()
	defer close(stop)
	pods := kclient.New[*corev1.Pod](client) // who leads next finds its cache filled
	client.RunAndWait(stop)

	terms := make(chan *labeler, 1)
	campaign := func(pod string) (resign func()) {
		stop, ended := make(chan struct{}), make(chan struct{})
		election := leaderelection.NewLeaderElection("shop", pod, "labeler", "", client, leaderelection.WithTTL(time.Second)).
			AddRunFunction(func(stop <-chan struct{}) {
				l := newLabeler(client)
				terms <- l
				l.run(stop)
			})
		go func() {
			defer close(ended)
			election.Run(stop)
		}()
		return func() {
			close(stop)
			<-ended
		}
	}

	resignFirst := campaign("labeler-0")
	first := <-terms
	resignSecond := campaign("labeler-1") // waits
	kube.WaitForCacheSync("example", stop, first.queue.HasSynced)
	fmt.Println("first term:", first.pods.Get("cart", "shop").Spec.NodeName)

	resignFirst()
	fmt.Println("over:", first.queue.WaitForClose(time.Second) == nil)
	second := <-terms
	kube.WaitForCacheSync("example", stop, second.queue.HasSynced)
	fmt.Println("second term:", second.pods.Get("cart", "shop") == pods.Get("cart", "shop"))
	resignSecond()
	// Output:
	// first term: n1
	// over: true
	// second term: true
}

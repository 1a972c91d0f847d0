// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// BenchmarkRunAndWait starts 200 informers on a server that takes a millisecond for
// each request, and waits until they are ready: that is the time of one list, and what
// 400 requests cost this process and the server in it.
func BenchmarkRunAndWait(b *testing.B) {
	server := kubefake.NewServer()
	defer server.Close()
	defer server.Delay(kubefake.Match{}, time.Millisecond).Stop()
	config := server.RESTConfig()
	config.QPS = -1
	for b.Loop() {
		client, err := kube.New(config)
		if err != nil {
			b.Fatal(err)
		}
		for i := range 200 {
			kclient.NewFiltered[*corev1.ConfigMap](client, kclient.Filter{LabelSelector: fmt.Sprint("n=", i)})
		}
		stop := make(chan struct{})
		if !client.RunAndWait(stop) {
			b.Fatal("not ready")
		}
		b.StopTimer()
		close(stop)
		client.Shutdown()
		b.StartTimer()
	}
}

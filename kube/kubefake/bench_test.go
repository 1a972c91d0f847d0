// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/kube/kubefake"
)

func manyPods(n int) []runtime.Object {
	objects := make([]runtime.Object, n)
	for i := range objects {
		objects[i] = pod(fmt.Sprint("ns-", i%20), fmt.Sprint("pod-", i))
	}
	return objects
}

func BenchmarkNewServer(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		kubefake.NewServer(pod("shop", "web")).Close()
	}
}

// BenchmarkInformer measures what a test pays: a server, a client, an informer that is synced, and their end.
func BenchmarkInformer(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		server := kubefake.NewServer(pod("shop", "web"))
		client, err := kubernetes.NewForConfig(server.RESTConfig())
		if err != nil {
			b.Fatal(err)
		}
		factory := informers.NewSharedInformerFactory(client, 0)
		factory.Core().V1().Pods().Informer()
		stop := make(chan struct{})
		factory.Start(stop)
		factory.WaitForCacheSync(stop)
		close(stop)
		factory.Shutdown()
		server.Close()
	}
}

func BenchmarkSeed20kPods(b *testing.B) {
	objects := manyPods(20_000)
	b.ReportAllocs()
	for b.Loop() {
		kubefake.NewServer(objects...).Close()
	}
}

func BenchmarkList20kPods(b *testing.B) {
	server := kubefake.NewServer(manyPods(20_000)...)
	defer server.Close()
	for _, contentType := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
		b.Run(contentType, func(b *testing.B) {
			cfg := server.RESTConfig()
			cfg.ContentType = contentType
			client, err := kubernetes.NewForConfig(cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.CoreV1().Pods("").List(b.Context(), metav1.ListOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkUpdate measures an update of one of many pods until a watch has it.
func BenchmarkUpdate(b *testing.B) {
	server := kubefake.NewServer(manyPods(20_000)...)
	defer server.Close()
	client, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	list, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{Limit: 1})
	if err != nil {
		b.Fatal(err)
	}
	w, err := client.CoreV1().Pods("").Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Stop()
	p := &list.Items[0]
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i++
		p.Labels = map[string]string{"i": fmt.Sprint(i)}
		if p, err = client.CoreV1().Pods(p.Namespace).Update(ctx, p, metav1.UpdateOptions{}); err != nil {
			b.Fatal(err)
		}
		if event := <-w.ResultChan(); event.Object.(*corev1.Pod).ResourceVersion != p.ResourceVersion {
			b.Fatalf("event is of another version")
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// A typed client sees what a real server would answer, conflicts for one.
func ExampleNewServer() {
	server := kubefake.NewServer(&corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "settings"},
		Data:       map[string]string{"currency": "EUR"},
	})
	defer server.Close()
	client, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	settings := client.CoreV1().ConfigMaps("shop")
	mine, err := settings.Get(ctx, "settings", metav1.GetOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	yours := mine.DeepCopy()
	yours.Data["currency"] = "CHF"
	if _, err := settings.Update(ctx, yours, metav1.UpdateOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	mine.Data["currency"] = "USD"
	_, err = settings.Update(ctx, mine, metav1.UpdateOptions{})
	fmt.Println("conflict:", apierrors.IsConflict(err))
	// Output: conflict: true
}

// Put plays the kubelet: no client may set a pod's status by creating it.
func ExampleServer_Put() {
	client := kubefake.NewClient()
	defer client.Close()
	err := client.Server().Put(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	pods := client.Dynamic().Resource(corev1.SchemeGroupVersion.WithResource("pods"))
	running, err := pods.List(context.Background(), metav1.ListOptions{FieldSelector: "status.phase=Running"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(running.Items[0].GetName())
	// Output: web
}

// A program that creates something must expect that it worked although no answer came.
func ExampleServer_LoseNext() {
	server := kubefake.NewServer()
	defer server.Close()
	client, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	fault := server.LoseNext(1, kubefake.Match{Verb: "create", Resource: "configmaps"})
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings"}}
	for range 2 {
		_, err := client.CoreV1().ConfigMaps("default").Create(context.Background(), settings, metav1.CreateOptions{})
		fmt.Println("failed:", err != nil, "exists:", apierrors.IsAlreadyExists(err))
	}
	fmt.Println("answers lost:", fault.Count())
	// Output:
	// failed: true exists: false
	// failed: true exists: true
	// answers lost: 1
}

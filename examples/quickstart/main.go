// SPDX-License-Identifier: Apache-2.0

// Command quickstart counts the pods of an app and prints the count as it changes.
package main

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

type count struct{ App, Pods string }

func (c count) ResourceName() string { return c.App } // the key in its collection

func main() {
	client := kubefake.NewClient() // an API server in this process; kube.New leads to a real one
	pods := krt.NewInformer[*corev1.Pod](client)
	counts := krt.NewCollection(krt.NewStaticCollection(nil, []string{"web"}), func(ctx krt.HandlerContext, app string) *count {
		return &count{app, fmt.Sprint(len(krt.Fetch(ctx, pods, krt.FilterLabel(map[string]string{"app": app}))), " pods")}
	})
	changes := make(chan count)
	counts.Register(func(e krt.Event[count]) { changes <- e.Latest() })
	client.RunAndWait(nil)
	fmt.Println(<-changes)

	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-0", Namespace: "default", Labels: map[string]string{"app": "web"}}}
	if _, err := kclient.NewWriteClient[*corev1.Pod](client).Create(pod); err != nil {
		panic(err)
	}
	fmt.Println(<-changes)
}

// SPDX-License-Identifier: Apache-2.0

// Hello counts pods in a ConfigMap, with Istio's packages.
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/controllers"
	"istio.io/istio/pkg/kube/kclient"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "hello:", err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

func run(ctx context.Context) error {
	client, err := kube.NewClient(kube.BuildClientCmd("", ""), "")
	if err != nil {
		return err
	}
	pods := kclient.New[*corev1.Pod](client)
	configMaps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	hello := types.NamespacedName{Namespace: "default", Name: "hello"}
	queue := controllers.NewQueue("hello", controllers.WithMaxAttempts(math.MaxInt), controllers.WithReconciler(func(key types.NamespacedName) error {
		_, err := kclient.CreateOrUpdate(configMaps, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
			Data:       map[string]string{"pods": strconv.Itoa(len(pods.List(metav1.NamespaceAll, klabels.Everything())))},
		})
		return err
	}))
	pods.AddEventHandler(controllers.ObjectHandler(func(controllers.Object) { queue.Add(hello) }))
	if !client.RunAndWait(ctx.Done()) {
		return errors.New("stopped before the pods were read")
	}
	kube.WaitForCacheSync("hello", ctx.Done(), pods.HasSynced)
	queue.Run(ctx.Done())
	client.Shutdown()
	return nil
}

// SPDX-License-Identifier: Apache-2.0

// Hello counts pods in a ConfigMap, with krtkit.
package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/signal"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
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
	config, err := kube.BuildClientConfig("", "")
	if err != nil {
		return err
	}
	client, err := kube.New(config)
	if err != nil {
		return err
	}
	pods := kclient.New[*corev1.Pod](client)
	configMaps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	hello := types.NamespacedName{Namespace: "default", Name: "hello"}
	queue := controllers.NewQueue("hello", controllers.WithMaxAttempts(math.MaxInt), controllers.WithContextReconciler(func(ctx context.Context, key types.NamespacedName) error {
		_, err := kclient.CreateOrUpdateCtx(ctx, configMaps, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
			Data:       map[string]string{"pods": strconv.Itoa(len(pods.List(metav1.NamespaceAll, klabels.Everything())))},
		})
		return err
	}))
	pods.AddEventHandler(controllers.ObjectHandler(func(controllers.Object) { queue.Add(hello) }))
	if err := client.Run(ctx); err != nil {
		return err
	}
	if !kube.WaitForCacheSync("hello", ctx.Done(), pods.HasSynced) {
		return ctx.Err()
	}
	queue.RunContext(ctx)
	client.Shutdown()
	return nil
}

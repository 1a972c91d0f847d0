// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube"
)

// Krt returns the scenarios on this module's krt and kube client.
func Krt() scenario.Suite {
	return suite("krtkit", func(config *rest.Config, told func()) watcher {
		client, err := kube.New(config)
		must(err)
		ctx, cancel := context.WithCancel(context.Background())
		w := &collection{client: client, cancel: cancel}
		pods := krt.NewInformer[*corev1.Pod](client, krt.WithStop(ctx.Done()))
		w.objects = krt.NewCollection(pods, func(_ krt.HandlerContext, p *corev1.Pod) *scenario.Object {
			o := object(p)
			return &o
		}, krt.WithStop(ctx.Done()))
		w.objects.Register(func(krt.Event[scenario.Object]) { told() })
		must(client.Run(ctx))
		return w
	})
}

type collection struct {
	client  kube.Client
	cancel  context.CancelFunc
	objects krt.Collection[scenario.Object]
}

func (c *collection) derived() []scenario.Object { return c.objects.List() }

func (c *collection) close() {
	c.cancel()
	c.client.Shutdown()
}

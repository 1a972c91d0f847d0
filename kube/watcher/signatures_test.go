// SPDX-License-Identifier: Apache-2.0

package watcher_test

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/watcher"
)

// What follows compiles if code that was written for Istio's configmapwatcher does.
var (
	_ func(kube.Client, string, string, func(*corev1.ConfigMap)) *watcher.Controller = watcher.NewController
	_ interface {
		Run(stop <-chan struct{})
		HasSynced() bool
	} = (*watcher.Controller)(nil)
)

// SPDX-License-Identifier: Apache-2.0

package namespace_test

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/namespace"
)

// What follows compiles if code that was written for Istio's package of this name
// does, with a Source in the place of Istio's mesh.
var (
	_ namespace.DiscoveryFilter  = func(any) bool { return true }
	_ namespace.ManualSyncWaiter = func(<-chan struct{}) {}
	_                            = func(
		namespaces kclient.Client[*corev1.Namespace], mesh namespace.Source, stop <-chan struct{},
	) (filter kubetypes.DynamicObjectFilter, wait namespace.ManualSyncWaiter) {
		if filter = namespace.NewDiscoveryNamespacesFilter(namespaces, mesh, stop); filter == nil {
			filter, wait = namespace.NewNonBlockingDiscoveryNamespacesFilter(namespaces, mesh, stop)
		}
		return filter, wait
	}
)

// SPDX-License-Identifier: Apache-2.0

package view

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// Watch makes the sources of informers, which list and watch and never write. They
// begin when the client is run, and end when stop closes. A kube.Client is such a
// client.
func Watch(client krt.Informers[kubetypes.Filter], stop <-chan struct{}) Sources {
	opts := krt.NewOptionsBuilder(stop, name+"/objects", nil).WithName
	return Sources{
		Services:       krt.NewInformer[*corev1.Service](client, opts("services")...),
		Pods:           krt.NewInformer[*corev1.Pod](client, opts("pods")...),
		Nodes:          krt.NewInformer[*corev1.Node](client, opts("nodes")...),
		Namespaces:     krt.NewInformer[*corev1.Namespace](client, opts("namespaces")...),
		Deployments:    krt.NewInformer[*appsv1.Deployment](client, opts("deployments")...),
		StatefulSets:   krt.NewInformer[*appsv1.StatefulSet](client, opts("statefulsets")...),
		DaemonSets:     krt.NewInformer[*appsv1.DaemonSet](client, opts("daemonsets")...),
		EndpointSlices: krt.NewInformer[*discoveryv1.EndpointSlice](client, opts("endpointslices")...),
	}
}

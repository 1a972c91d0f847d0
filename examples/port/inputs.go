// SPDX-License-Identifier: Apache-2.0

package port

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// Inputs are the Kubernetes objects that the model is made of.
type Inputs struct {
	Namespaces krt.Collection[*corev1.Namespace]
	Nodes      krt.Collection[*corev1.Node]
	Pods       krt.Collection[*corev1.Pod]
	Services   krt.Collection[*corev1.Service]
	Ingresses  krt.Collection[*networkingv1.Ingress]
	ConfigMaps krt.Collection[*corev1.ConfigMap]
}

// NewInputs makes the informers. They are started by the client.
func NewInputs(client kube.Client, opts krt.OptionsBuilder) Inputs {
	// An informer that others use, too: its collection is only one of its readers.
	nodes := kclient.New[*corev1.Node](client)
	return Inputs{
		Namespaces: krt.NewInformer[*corev1.Namespace](client, opts.WithName("informer/Namespaces")...),
		Nodes:      krt.WrapClient[*corev1.Node](nodes, opts.WithName("informer/Nodes")...),
		Pods: krt.NewFilteredInformer[*corev1.Pod](client, kubetypes.Filter{
			FieldSelector:   "status.phase!=Failed",
			ObjectTransform: stripPod,
		}, opts.WithName("informer/Pods")...),
		Services:  krt.NewInformer[*corev1.Service](client, opts.WithName("informer/Services")...),
		Ingresses: krt.NewInformer[*networkingv1.Ingress](client, opts.WithName("informer/Ingresses")...),
		ConfigMaps: krt.NewFilteredInformer[*corev1.ConfigMap](client, kubetypes.Filter{
			Namespace:     systemNamespace,
			LabelSelector: "mesh=settings",
		}, opts.WithName("informer/ConfigMaps")...),
	}
}

// stripPod drops what nothing here looks at.
func stripPod(obj any) (any, error) {
	if pod, ok := obj.(*corev1.Pod); ok {
		pod.ManagedFields = nil
		pod.Annotations = nil
	}
	return obj, nil
}

// SPDX-License-Identifier: Apache-2.0

package kube

import (
	corev1 "k8s.io/api/core/v1"
)

// StripPodUnusedFields is a transform for filters of Pods whose cache is for routing
// and identity: it drops what says how containers run. It keeps
//
//   - all metadata but managed fields,
//   - of the spec: the ports of containers that have some, of init containers those
//     that are sidecars (restartPolicy Always) with ports, service account, node,
//     hostNetwork, hostname and subdomain,
//   - the status, without that of containers.
//
// It changes its argument, which must not be shared yet, and returns it. What is no
// Pod is returned as it is.
func StripPodUnusedFields(obj any) (any, error) {
	pod, ok := obj.(*corev1.Pod)
	if !ok {
		return obj, nil
	}
	pod.ManagedFields = nil
	var containers, sidecars []corev1.Container
	for i := range pod.Spec.Containers {
		if c := &pod.Spec.Containers[i]; len(c.Ports) > 0 {
			containers = append(containers, corev1.Container{Ports: c.Ports})
		}
	}
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		isSidecar := c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		if isSidecar && len(c.Ports) > 0 {
			sidecars = append(sidecars, corev1.Container{Ports: c.Ports, RestartPolicy: c.RestartPolicy})
		}
	}
	pod.Spec = corev1.PodSpec{
		Containers:         containers,
		InitContainers:     sidecars,
		ServiceAccountName: pod.Spec.ServiceAccountName,
		NodeName:           pod.Spec.NodeName,
		HostNetwork:        pod.Spec.HostNetwork,
		Hostname:           pod.Spec.Hostname,
		Subdomain:          pod.Spec.Subdomain,
	}
	pod.Status.InitContainerStatuses = nil
	pod.Status.ContainerStatuses = nil
	return pod, nil
}

// StripNodeUnusedFields is a transform for filters of Nodes whose cache is for
// addresses, labels and places: it drops managed fields, annotations and owners, and
// of the status capacity, allocatable, images and conditions, which change every few
// minutes. It changes its argument, which must not be shared yet, and returns it. What
// is no Node is returned as it is.
func StripNodeUnusedFields(obj any) (any, error) {
	node, ok := obj.(*corev1.Node)
	if !ok {
		return obj, nil
	}
	node.ManagedFields = nil
	node.Annotations = nil
	node.OwnerReferences = nil
	node.Status.Allocatable = nil
	node.Status.Capacity = nil
	node.Status.Images = nil
	node.Status.Conditions = nil
	return node, nil
}

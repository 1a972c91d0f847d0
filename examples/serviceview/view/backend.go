// SPDX-License-Identifier: Apache-2.0

package view

import (
	"reflect"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/krt"
)

// Backend is what a service can select: a pod, or the template of a workload that
// has no pods.
type Backend struct {
	Namespace, Name string
	Labels          map[string]string
	Ports           []ContainerPort
	// Owner is the key of the pod's workload, and empty for a pod of its own. The
	// workload need not exist.
	Owner    string
	Template bool
	Node     string
	Zone     string
	IPs      []string
	Ready    bool
	Reason   string // why it is not ready
	// Sources are the pod or workload, and the node.
	Sources []Source
}

// ContainerPort is a port that a container declares.
type ContainerPort struct {
	Name     string
	Number   int32
	Protocol corev1.Protocol
}

// ResourceName returns namespace/name for pods, and the key of the workload for
// templates.
func (b Backend) ResourceName() string {
	if b.Template {
		return b.Owner
	}
	return b.Namespace + "/" + b.Name
}

// GetNamespace is what krt's index of namespaces asks for.
func (b Backend) GetNamespace() string { return b.Namespace }

// GetLabels is what krt's FilterLabel asks for.
func (b Backend) GetLabels() map[string]string { return b.Labels }

// Equals compares everything but the versions.
func (b Backend) Equals(o Backend) bool {
	b.Sources, o.Sources = nil, nil
	return reflect.DeepEqual(b, o)
}

// podBackend returns the backend that a pod is, or nil for one that has ended.
func podBackend(ctx krt.HandlerContext, nodes krt.Collection[Node], p *corev1.Pod) *Backend {
	if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
		return nil
	}
	b := &Backend{
		Namespace: p.Namespace, Name: p.Name, Labels: p.Labels,
		Ports: containerPorts(p.Spec), Owner: ownerOf(p), Node: p.Spec.NodeName,
		Sources: []Source{sourceOf("Pod", p)},
	}
	for _, ip := range p.Status.PodIPs {
		b.IPs = append(b.IPs, ip.IP)
	}
	if len(b.IPs) == 0 && p.Status.PodIP != "" {
		b.IPs = []string{p.Status.PodIP}
	}
	b.Ready, b.Reason = readiness(p)
	if p.Spec.NodeName != "" {
		if n := krt.FetchOne(ctx, nodes, krt.FilterKey(p.Spec.NodeName)); n != nil {
			b.Zone = n.Zone
			b.Sources = append(b.Sources, n.Source)
		}
	}
	return b
}

// templateBackend returns the backend that stands in for the pods of a workload, or
// nil if it has pods.
func templateBackend(ctx krt.HandlerContext, pods krt.Collection[Backend], byNamespace krt.Index[string, Backend], w Workload) *Backend {
	// The labels narrow the search to what an index finds; Owns then knows about
	// owners and the rest of the selector.
	var labels map[string]string
	if w.Selector != nil {
		labels = w.Selector.MatchLabels
	}
	candidates := krt.Fetch(ctx, pods, krt.FilterIndex(byNamespace, w.Namespace), krt.FilterLabel(labels))
	if slices.ContainsFunc(candidates, w.Owns) {
		return nil
	}
	return &Backend{
		Namespace: w.Namespace, Name: w.Name, Labels: w.Labels, Ports: w.Ports,
		Owner: w.ResourceName(), Template: true, Sources: []Source{w.Source},
	}
}

// containerPorts lists the ports that the containers of a pod declare, including
// those of sidecars, which run for as long as the pod does.
func containerPorts(spec corev1.PodSpec) []ContainerPort {
	var ports []ContainerPort
	add := func(c corev1.Container) {
		for _, p := range c.Ports {
			ports = append(ports, ContainerPort{Name: p.Name, Number: p.ContainerPort, Protocol: protocol(p.Protocol)})
		}
	}
	for _, c := range spec.Containers {
		add(c)
	}
	for _, c := range spec.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			add(c)
		}
	}
	return ports
}

// protocol fills in the default, which an API server would have written.
func protocol(p corev1.Protocol) corev1.Protocol {
	if p == "" {
		return corev1.ProtocolTCP
	}
	return p
}

// ownerOf returns the key of the workload that made the pod, or "" if nothing did.
// Between a Deployment and its pods stands a ReplicaSet, whose name is that of the
// Deployment and the hash that the pod's label repeats.
func ownerOf(p *corev1.Pod) string {
	ref := metav1.GetControllerOf(p)
	if ref == nil {
		return ""
	}
	kind, name := ref.Kind, ref.Name
	if hash := p.Labels[appsv1.DefaultDeploymentUniqueLabelKey]; kind == "ReplicaSet" && hash != "" {
		if deployment, ok := strings.CutSuffix(name, "-"+hash); ok {
			kind, name = "Deployment", deployment
		}
	}
	return kind + "/" + p.Namespace + "/" + name
}

// readiness reports whether a pod is ready, and if not, why.
func readiness(p *corev1.Pod) (ready bool, reason string) {
	if p.DeletionTimestamp != nil {
		return false, "terminating"
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
			return true, ""
		}
	}
	// The state of a container says more than the conditions do.
	for _, statuses := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for _, c := range statuses {
			if w := c.State.Waiting; w != nil && w.Reason != "" && w.Reason != "PodInitializing" {
				return false, c.Name + ": " + w.Reason
			}
			if t := c.State.Terminated; t != nil && t.ExitCode != 0 {
				return false, c.Name + ": " + t.Reason
			}
		}
	}
	switch {
	case p.Spec.NodeName == "":
		return false, "not scheduled"
	case p.Status.Phase == "" || p.Status.Phase == corev1.PodPending:
		return false, "pending"
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady && c.Reason != "" {
			return false, c.Reason
		}
	}
	return false, "no Ready condition"
}

// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

const (
	none    = "<none>"
	unknown = "<unknown>"
)

// A column of the Go type T. Its name is the header; wide ones are shown with -o wide only.
type column[T any] struct {
	name string
	cell func(T) any
	wide bool
}

func columnsOf[T object.Object](cols ...column[T]) []Column {
	out := make([]Column, 0, len(cols))
	for _, c := range cols {
		def := metav1.TableColumnDefinition{Name: c.name, Type: "string", Description: c.name}
		if c.wide {
			def.Priority = 1
		}
		out = append(out, Column{Definition: def, Cell: func(obj object.Object) any {
			typed, ok := obj.(T)
			if !ok {
				return ""
			}
			return c.cell(typed)
		}})
	}
	return out
}

// builtinColumns returns by group and kind what tables show besides name and age.
func builtinColumns() map[string][]Column {
	return map[string][]Column{
		"Namespace": columnsOf(column[*corev1.Namespace]{name: "Status", cell: func(o *corev1.Namespace) any { return o.Status.Phase }}),
		"ConfigMap": columnsOf(column[*corev1.ConfigMap]{name: "Data", cell: func(o *corev1.ConfigMap) any { return len(o.Data) + len(o.BinaryData) }}),
		"Secret": columnsOf(
			column[*corev1.Secret]{name: "Type", cell: func(o *corev1.Secret) any { return o.Type }},
			column[*corev1.Secret]{name: "Data", cell: func(o *corev1.Secret) any { return len(o.Data) }}),
		"Node": columnsOf(
			column[*corev1.Node]{name: "Status", cell: nodeStatus},
			column[*corev1.Node]{name: "Roles", cell: nodeRoles},
			column[*corev1.Node]{name: "Version", cell: func(o *corev1.Node) any { return o.Status.NodeInfo.KubeletVersion }}),
		"Pod": columnsOf(
			column[*corev1.Pod]{name: "Ready", cell: podReady},
			column[*corev1.Pod]{name: "Status", cell: podStatus},
			column[*corev1.Pod]{name: "Restarts", cell: podRestarts},
			column[*corev1.Pod]{name: "IP", wide: true, cell: func(o *corev1.Pod) any { return cmp.Or(podIP(o), none) }},
			column[*corev1.Pod]{name: "Node", wide: true, cell: func(o *corev1.Pod) any { return cmp.Or(o.Spec.NodeName, none) }}),
		"Service": columnsOf(
			column[*corev1.Service]{name: "Type", cell: func(o *corev1.Service) any { return cmp.Or(o.Spec.Type, corev1.ServiceTypeClusterIP) }},
			column[*corev1.Service]{name: "Cluster-IP", cell: func(o *corev1.Service) any { return cmp.Or(o.Spec.ClusterIP, none) }},
			column[*corev1.Service]{name: "External-IP", cell: externalIP},
			column[*corev1.Service]{name: "Port(s)", cell: servicePorts},
			column[*corev1.Service]{name: "Selector", wide: true, cell: func(o *corev1.Service) any {
				return selectorText(&metav1.LabelSelector{MatchLabels: o.Spec.Selector})
			}}),
		"Endpoints": columnsOf(column[*corev1.Endpoints]{name: "Endpoints", cell: func(o *corev1.Endpoints) any { //nolint:staticcheck // deprecated kinds are served too
			var ips []string
			for _, s := range o.Subsets {
				for _, a := range s.Addresses {
					ips = append(ips, a.IP)
				}
			}
			return few(ips)
		}}),
		"EndpointSlice.discovery.k8s.io": columnsOf(
			column[*discoveryv1.EndpointSlice]{name: "AddressType", cell: func(o *discoveryv1.EndpointSlice) any { return o.AddressType }},
			column[*discoveryv1.EndpointSlice]{name: "Endpoints", cell: func(o *discoveryv1.EndpointSlice) any {
				var ips []string
				for _, e := range o.Endpoints {
					ips = append(ips, e.Addresses...)
				}
				return few(ips)
			}}),
		"Event": columnsOf(
			column[*corev1.Event]{name: "Type", cell: func(o *corev1.Event) any { return o.Type }},
			column[*corev1.Event]{name: "Reason", cell: func(o *corev1.Event) any { return o.Reason }},
			column[*corev1.Event]{name: "Object", cell: func(o *corev1.Event) any {
				return strings.ToLower(o.InvolvedObject.Kind) + "/" + o.InvolvedObject.Name
			}},
			column[*corev1.Event]{name: "Message", cell: func(o *corev1.Event) any { return strings.TrimSpace(o.Message) }}),
		"Deployment.apps": columnsOf(
			column[*appsv1.Deployment]{name: "Ready", cell: func(o *appsv1.Deployment) any { return of(o.Status.ReadyReplicas, o.Spec.Replicas) }},
			column[*appsv1.Deployment]{name: "Up-to-date", cell: func(o *appsv1.Deployment) any { return o.Status.UpdatedReplicas }},
			column[*appsv1.Deployment]{name: "Available", cell: func(o *appsv1.Deployment) any { return o.Status.AvailableReplicas }},
			column[*appsv1.Deployment]{name: "Selector", wide: true, cell: func(o *appsv1.Deployment) any { return selectorText(o.Spec.Selector) }}),
		"ReplicaSet.apps": columnsOf(
			column[*appsv1.ReplicaSet]{name: "Desired", cell: func(o *appsv1.ReplicaSet) any { return orOne(o.Spec.Replicas) }},
			column[*appsv1.ReplicaSet]{name: "Current", cell: func(o *appsv1.ReplicaSet) any { return o.Status.Replicas }},
			column[*appsv1.ReplicaSet]{name: "Ready", cell: func(o *appsv1.ReplicaSet) any { return o.Status.ReadyReplicas }}),
		"StatefulSet.apps": columnsOf(
			column[*appsv1.StatefulSet]{name: "Ready", cell: func(o *appsv1.StatefulSet) any { return of(o.Status.ReadyReplicas, o.Spec.Replicas) }}),
		"DaemonSet.apps": columnsOf(
			column[*appsv1.DaemonSet]{name: "Desired", cell: func(o *appsv1.DaemonSet) any { return o.Status.DesiredNumberScheduled }},
			column[*appsv1.DaemonSet]{name: "Current", cell: func(o *appsv1.DaemonSet) any { return o.Status.CurrentNumberScheduled }},
			column[*appsv1.DaemonSet]{name: "Ready", cell: func(o *appsv1.DaemonSet) any { return o.Status.NumberReady }}),
		"Job.batch": columnsOf(
			column[*batchv1.Job]{name: "Completions", cell: func(o *batchv1.Job) any { return of(o.Status.Succeeded, o.Spec.Completions) }}),
		"CronJob.batch": columnsOf(
			column[*batchv1.CronJob]{name: "Schedule", cell: func(o *batchv1.CronJob) any { return o.Spec.Schedule }},
			column[*batchv1.CronJob]{name: "Suspend", cell: func(o *batchv1.CronJob) any { return o.Spec.Suspend != nil && *o.Spec.Suspend }}),
		"Ingress.networking.k8s.io": columnsOf(
			column[*networkingv1.Ingress]{name: "Class", cell: func(o *networkingv1.Ingress) any {
				if o.Spec.IngressClassName == nil {
					return none
				}
				return *o.Spec.IngressClassName
			}},
			column[*networkingv1.Ingress]{name: "Hosts", cell: func(o *networkingv1.Ingress) any {
				var hosts []string
				for _, r := range o.Spec.Rules {
					hosts = append(hosts, cmp.Or(r.Host, "*"))
				}
				return few(hosts)
			}}),
	}
}

func orOne(n *int32) int32 {
	if n == nil {
		return 1
	}
	return *n
}

func of(n int32, all *int32) any { return fmt.Sprintf("%d/%d", n, orOne(all)) }

// few shows the first of many.
func few(list []string) string {
	const shown = 3
	switch {
	case len(list) == 0:
		return none
	case len(list) > shown:
		return fmt.Sprintf("%s + %d more...", strings.Join(list[:shown], ","), len(list)-shown)
	}
	return strings.Join(list, ",")
}

func selectorText(s *metav1.LabelSelector) string {
	if s == nil {
		return none
	}
	return cmp.Or(metav1.FormatLabelSelector(s), none)
}

func nodeStatus(n *corev1.Node) any {
	status := "Unknown"
	for _, c := range n.Status.Conditions {
		if c.Type == corev1.NodeReady {
			status = "NotReady"
			if c.Status == corev1.ConditionTrue {
				status = "Ready"
			}
		}
	}
	if n.Spec.Unschedulable {
		status += ",SchedulingDisabled"
	}
	return status
}

func nodeRoles(n *corev1.Node) any {
	var roles []string
	for label := range n.Labels {
		if role, ok := strings.CutPrefix(label, "node-role.kubernetes.io/"); ok && role != "" {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return cmp.Or(strings.Join(roles, ","), none)
}

func podReady(p *corev1.Pod) any {
	ready := 0
	for _, c := range p.Status.ContainerStatuses {
		if c.Ready {
			ready++
		}
	}
	return fmt.Sprintf("%d/%d", ready, len(p.Spec.Containers))
}

func podStatus(p *corev1.Pod) any {
	if p.DeletionTimestamp != nil {
		return "Terminating"
	}
	for _, c := range p.Status.ContainerStatuses {
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "":
			return c.State.Waiting.Reason
		case c.State.Terminated != nil && c.State.Terminated.Reason != "":
			return c.State.Terminated.Reason
		}
	}
	return cmp.Or(p.Status.Reason, string(p.Status.Phase), unknown)
}

func podRestarts(p *corev1.Pod) any {
	restarts := int32(0)
	for _, c := range p.Status.ContainerStatuses {
		restarts += c.RestartCount
	}
	return strconv.Itoa(int(restarts))
}

func externalIP(s *corev1.Service) any {
	switch s.Spec.Type {
	case corev1.ServiceTypeExternalName:
		return s.Spec.ExternalName
	case corev1.ServiceTypeLoadBalancer:
		var ips []string
		for _, in := range s.Status.LoadBalancer.Ingress {
			ips = append(ips, cmp.Or(in.IP, in.Hostname))
		}
		return cmp.Or(strings.Join(append(ips, s.Spec.ExternalIPs...), ","), "<pending>")
	case corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort:
	}
	return cmp.Or(strings.Join(s.Spec.ExternalIPs, ","), none)
}

func servicePorts(s *corev1.Service) any {
	var ports []string
	for _, p := range s.Spec.Ports {
		text := strconv.Itoa(int(p.Port))
		if p.NodePort != 0 {
			text += ":" + strconv.Itoa(int(p.NodePort))
		}
		ports = append(ports, text+"/"+cmp.Or(string(p.Protocol), "TCP"))
	}
	return cmp.Or(strings.Join(ports, ","), none)
}

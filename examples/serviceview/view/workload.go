// SPDX-License-Identifier: Apache-2.0

package view

import (
	"reflect"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"

	"github.com/krtkit/krtkit/krt"
)

// Workload is what Deployments, StatefulSets and DaemonSets have in common.
type Workload struct {
	Kind, Namespace, Name string
	// Selector says which pods are its own.
	Selector *metav1.LabelSelector
	// Labels and Ports are those of the pods that it makes.
	Labels map[string]string
	Ports  []ContainerPort
	// Wanted is the number of pods that there should be.
	Wanted int32
	// Managed is true once a controller has looked at it. In a folder of manifests
	// nothing ever does, so that missing pods are no surprise there.
	Managed bool
	Source  Source
}

// ResourceName returns kind/namespace/name: the kinds share one collection.
func (w Workload) ResourceName() string { return w.Kind + "/" + w.Namespace + "/" + w.Name }

// Equals compares everything but the version.
func (w Workload) Equals(o Workload) bool {
	w.Source, o.Source = Source{}, Source{}
	return reflect.DeepEqual(w, o)
}

// Owns reports whether a pod is one of the workload's. A pod without an owner
// counts if it has the labels: its workload would adopt it.
func (w Workload) Owns(b Backend) bool {
	if b.Template || b.Namespace != w.Namespace {
		return false
	}
	if b.Owner != "" {
		return b.Owner == w.ResourceName()
	}
	selector, err := metav1.LabelSelectorAsSelector(w.Selector)
	return err == nil && !selector.Empty() && selector.Matches(klabels.Set(b.Labels))
}

func deployment(_ krt.HandlerContext, d *appsv1.Deployment) *Workload {
	return workload("Deployment", d, d.Spec.Selector, d.Spec.Template, replicas(d.Spec.Replicas), d.Status.ObservedGeneration)
}

func statefulSet(_ krt.HandlerContext, s *appsv1.StatefulSet) *Workload {
	return workload("StatefulSet", s, s.Spec.Selector, s.Spec.Template, replicas(s.Spec.Replicas), s.Status.ObservedGeneration)
}

func daemonSet(_ krt.HandlerContext, d *appsv1.DaemonSet) *Workload {
	return workload("DaemonSet", d, d.Spec.Selector, d.Spec.Template, d.Status.DesiredNumberScheduled, d.Status.ObservedGeneration)
}

func workload(
	kind string, o metav1.Object, selector *metav1.LabelSelector, template corev1.PodTemplateSpec, wanted int32, observed int64,
) *Workload {
	return &Workload{
		Kind: kind, Namespace: o.GetNamespace(), Name: o.GetName(),
		Selector: selector, Labels: template.Labels, Ports: containerPorts(template.Spec),
		Wanted: wanted, Managed: observed > 0, Source: sourceOf(kind, o),
	}
}

func replicas(n *int32) int32 {
	if n == nil {
		return 1
	}
	return *n
}

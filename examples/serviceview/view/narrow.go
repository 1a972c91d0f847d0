// SPDX-License-Identifier: Apache-2.0

package view

import (
	"maps"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/krt"
)

// The types in this file are the parts of objects that the view depends on. Objects
// change all the time in ways that do not matter here: a node reports its health, a
// controller writes a status. A collection of the parts does not change then, and
// nothing that is derived from it is computed again.
//
// Each part remembers the object and version that it was made from, and ignores it
// when it is compared: see [Service.Equals].

// ServiceSpec is what matters of a Service.
type ServiceSpec struct {
	Namespace, Name string
	Spec            corev1.ServiceSpec
	Source          Source
}

// ResourceName returns namespace/name.
func (s ServiceSpec) ResourceName() string { return s.Namespace + "/" + s.Name }

// Equals compares everything but the version.
func (s ServiceSpec) Equals(o ServiceSpec) bool {
	s.Source, o.Source = Source{}, Source{}
	return reflect.DeepEqual(s, o)
}

// Selects reports whether the service finds its pods by their labels.
func (s ServiceSpec) Selects() bool {
	return len(s.Spec.Selector) > 0 && s.Spec.Type != corev1.ServiceTypeExternalName
}

func serviceSpec(_ krt.HandlerContext, s *corev1.Service) *ServiceSpec {
	return &ServiceSpec{Namespace: s.Namespace, Name: s.Name, Spec: s.Spec, Source: sourceOf("Service", s)}
}

// Node is what matters of a Node.
type Node struct {
	Name   string
	Zone   string
	Source Source
}

// ResourceName returns the name.
func (n Node) ResourceName() string { return n.Name }

// Equals compares everything but the version.
func (n Node) Equals(o Node) bool { return n.Name == o.Name && n.Zone == o.Zone }

func node(_ krt.HandlerContext, n *corev1.Node) *Node {
	return &Node{Name: n.Name, Zone: n.Labels[corev1.LabelTopologyZone], Source: sourceOf("Node", n)}
}

// Namespace is what matters of a Namespace.
type Namespace struct {
	Name   string
	Ending bool
	Source Source
}

// ResourceName returns the name.
func (n Namespace) ResourceName() string { return n.Name }

// Equals compares everything but the version.
func (n Namespace) Equals(o Namespace) bool { return n.Name == o.Name && n.Ending == o.Ending }

func namespace(_ krt.HandlerContext, n *corev1.Namespace) *Namespace {
	ending := n.DeletionTimestamp != nil || n.Status.Phase == corev1.NamespaceTerminating
	return &Namespace{Name: n.Name, Ending: ending, Source: sourceOf("Namespace", n)}
}

// Slice is what matters of an EndpointSlice.
type Slice struct {
	Namespace, Name string
	Service         string // namespace/name of the service
	Endpoints       []Endpoint
	Ports           map[string]int32 // by name of the service's port
	Source          Source
}

// Endpoint is one address of an EndpointSlice.
type Endpoint struct {
	Pod     string // name of the pod in the slice's namespace, if it is one
	Address string
	Ready   bool
}

// ResourceName returns namespace/name.
func (s Slice) ResourceName() string { return s.Namespace + "/" + s.Name }

// Equals compares everything but the version.
func (s Slice) Equals(o Slice) bool {
	return s.Namespace == o.Namespace && s.Name == o.Name && s.Service == o.Service &&
		slices.Equal(s.Endpoints, o.Endpoints) && maps.Equal(s.Ports, o.Ports)
}

// slice leaves out slices that belong to no service.
func slice(_ krt.HandlerContext, es *discoveryv1.EndpointSlice) *Slice {
	service := es.Labels[discoveryv1.LabelServiceName]
	if service == "" {
		return nil
	}
	s := &Slice{
		Namespace: es.Namespace, Name: es.Name, Service: es.Namespace + "/" + service,
		Ports: map[string]int32{}, Source: sourceOf("EndpointSlice", es),
	}
	for _, p := range es.Ports {
		if p.Port != nil {
			name := ""
			if p.Name != nil {
				name = *p.Name
			}
			s.Ports[name] = *p.Port
		}
	}
	for _, e := range es.Endpoints {
		out := Endpoint{Ready: e.Conditions.Ready == nil || *e.Conditions.Ready} // unknown counts as ready
		if ref := e.TargetRef; ref != nil && ref.Kind == "Pod" && (ref.Namespace == "" || ref.Namespace == es.Namespace) {
			out.Pod = ref.Name
		}
		for _, a := range e.Addresses {
			out.Address = a
			s.Endpoints = append(s.Endpoints, out)
		}
	}
	return s
}

func sourceOf(kind string, o metav1.Object) Source {
	return Source{Kind: kind, Namespace: o.GetNamespace(), Name: o.GetName(), Version: o.GetResourceVersion()}
}

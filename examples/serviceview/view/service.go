// SPDX-License-Identifier: Apache-2.0

package view

import "reflect"

// Service is the view of one service: what it selects, where that runs, and what is
// wrong with it. Its JSON form is stable: fields are added, never renamed.
type Service struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Type is ClusterIP, Headless, NodePort, LoadBalancer or ExternalName. Headless
	// is a ClusterIP service without an address of its own.
	Type string `json:"type"`
	// ExternalName is the name that an ExternalName service stands for.
	ExternalName string `json:"externalName,omitempty"`
	// Selector is empty for services whose endpoints somebody else writes.
	Selector map[string]string `json:"selector,omitempty"`
	Ports    []Port            `json:"ports"`
	// Workloads own the pods. They are in order of kind and name.
	Workloads []WorkloadUse `json:"workloads"`
	// Pods are the selected pods in order of their names. Pods that have ended are
	// left out.
	Pods []Pod `json:"pods"`
	// Addresses are those that EndpointSlices list for a service without selector.
	Addresses []string `json:"addresses,omitempty"`
	// Nodes and Zones are those of the pods, in order, each once.
	Nodes []string `json:"nodes"`
	Zones []string `json:"zones"`
	// Problems are in order of severity, the worst first.
	Problems []Problem `json:"problems"`

	// Sources are the objects that this view was made from, in order. The versions
	// change with every run, so they are not part of the JSON form.
	Sources []Source `json:"-"`
}

// Port is a port of a service and what answers to it.
type Port struct {
	Name     string `json:"name,omitempty"`
	Protocol string `json:"protocol"`
	Port     int32  `json:"port"`
	NodePort int32  `json:"nodePort,omitempty"`
	// TargetPort is the number or name that the service asks its pods for.
	TargetPort string `json:"targetPort"`
	// Containers are the container ports that it leads to, in order, each once. A
	// number that no container declares leads to itself.
	Containers []int32 `json:"containers"`
	// Declared counts the pods and templates of which a container declares the
	// target port for this protocol.
	Declared int `json:"declared"`
}

// Pod is a pod that a service selects, or the template that stands in for pods
// that do not exist.
type Pod struct {
	Name string `json:"name"`
	// Workload is the name of its owner, such as "Deployment/cart"; empty if it has
	// none.
	Workload string `json:"workload,omitempty"`
	// Template is true if there is no pod: then the name is that of the workload.
	Template bool   `json:"template,omitempty"`
	Node     string `json:"node,omitempty"`
	Zone     string `json:"zone,omitempty"`
	Ready    bool   `json:"ready"`
	// Reason says why the pod is not ready.
	Reason string `json:"reason,omitempty"`
}

// WorkloadUse is a workload and how many of its pods a service selects.
type WorkloadUse struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Wanted is the number of pods that the workload asks for; for a DaemonSet, the
	// number of nodes that it should run on.
	Wanted int32 `json:"wanted"`
	Pods   int   `json:"pods"`
	Ready  int   `json:"ready"`
}

// Source names an object and its version.
type Source struct {
	Kind      string
	Namespace string
	Name      string
	Version   string
}

// String returns "Kind namespace/name", without the version.
func (s Source) String() string {
	if s.Namespace == "" {
		return s.Kind + " " + s.Name
	}
	return s.Kind + " " + s.Namespace + "/" + s.Name
}

// ResourceName returns namespace/name, the key of the service in its collection.
func (s Service) ResourceName() string { return s.Namespace + "/" + s.Name }

// Equals compares what can be seen. The versions of the sources do not count: an
// object that changed without changing the view is no news.
func (s Service) Equals(o Service) bool {
	s.Sources, o.Sources = nil, nil
	return reflect.DeepEqual(s, o)
}

// Running counts the pods that exist, and how many of them are ready.
func (s Service) Running() (pods, ready int) {
	for _, p := range s.Pods {
		if p.Template {
			continue
		}
		pods++
		if p.Ready {
			ready++
		}
	}
	return pods, ready
}

// Worst returns the severity of the worst problem, or [OK].
func (s Service) Worst() Severity {
	if len(s.Problems) == 0 {
		return OK
	}
	return s.Problems[0].Severity
}

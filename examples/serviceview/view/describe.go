// SPDX-License-Identifier: Apache-2.0

package view

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// facts are everything that is known about one service. What follows from them is
// plain Go: nothing in this file, nor in the files of problems, knows krt.
type facts struct {
	spec      ServiceSpec
	namespace *Namespace // nil if there is no such object
	backends  []Backend
	workloads map[string]Workload // by key; those of the backends that exist
	slices    []Slice
	related   map[string]ServiceSpec // by name; those that share a label in the selector
}

// describe makes the view of a service from the facts.
func describe(f facts) Service {
	// What krt fetches has no order; what people read must have one.
	slices.SortFunc(f.backends, func(a, b Backend) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Owner, b.Owner))
	})
	slices.SortFunc(f.slices, func(a, b Slice) int { return cmp.Compare(a.Name, b.Name) })

	s := Service{
		Namespace: f.spec.Namespace, Name: f.spec.Name, Type: typeOf(f.spec.Spec),
		Selector: f.spec.Spec.Selector, ExternalName: f.spec.Spec.ExternalName,
		Ports: []Port{}, Workloads: []WorkloadUse{}, Pods: []Pod{}, Nodes: []string{}, Zones: []string{},
		Problems: []Problem{},
	}
	for _, b := range f.backends {
		s.Pods = append(s.Pods, Pod{
			Name: b.Name, Workload: shortOwner(b.Owner), Template: b.Template,
			Node: b.Node, Zone: b.Zone, Ready: b.Ready, Reason: b.Reason,
		})
		s.Nodes = append(s.Nodes, b.Node)
		s.Zones = append(s.Zones, b.Zone)
	}
	s.Nodes, s.Zones = sortedSet(s.Nodes), sortedSet(s.Zones)
	s.Workloads = workloadUses(f)
	for _, p := range f.spec.Spec.Ports {
		s.Ports = append(s.Ports, describePort(p, f.backends))
	}
	if !f.spec.Selects() {
		for _, slice := range f.slices {
			for _, e := range slice.Endpoints {
				s.Addresses = append(s.Addresses, e.Address)
			}
		}
		if len(s.Addresses) > 0 {
			s.Addresses = sortedSet(s.Addresses)
		}
	}
	s.Problems = append(s.Problems, problems(f, s)...)
	s.Sources = sources(f)
	return s
}

func typeOf(spec corev1.ServiceSpec) string {
	switch {
	case spec.Type != "" && spec.Type != corev1.ServiceTypeClusterIP:
		return string(spec.Type)
	case spec.ClusterIP == corev1.ClusterIPNone:
		return "Headless"
	default:
		return string(corev1.ServiceTypeClusterIP)
	}
}

// shortOwner turns the key of a workload into kind/name.
func shortOwner(key string) string {
	kind, rest, _ := strings.Cut(key, "/")
	_, name, ok := strings.Cut(rest, "/")
	if !ok {
		return ""
	}
	return kind + "/" + name
}

func workloadUses(f facts) []WorkloadUse {
	uses := map[string]*WorkloadUse{}
	for _, b := range f.backends {
		kind, name, ok := strings.Cut(shortOwner(b.Owner), "/")
		if !ok {
			continue
		}
		u := uses[b.Owner]
		if u == nil {
			u = &WorkloadUse{Kind: kind, Name: name, Wanted: f.workloads[b.Owner].Wanted}
			uses[b.Owner] = u
		}
		if !b.Template {
			u.Pods++
		}
		if b.Ready {
			u.Ready++
		}
	}
	out := make([]WorkloadUse, 0, len(uses))
	for _, key := range slices.Sorted(maps.Keys(uses)) {
		out = append(out, *uses[key])
	}
	return out
}

// describePort finds the container ports that a port of the service leads to, the
// way that kube-proxy's endpoints are made: a name has to be declared by the pod,
// for the same protocol; a number leads to itself, declared or not.
func describePort(p corev1.ServicePort, backends []Backend) Port {
	target := targetOf(p)
	out := Port{
		Name: p.Name, Protocol: string(protocol(p.Protocol)), Port: p.Port, NodePort: p.NodePort,
		TargetPort: target.String(), Containers: []int32{},
	}
	for _, b := range backends {
		if number, ok := b.answers(target, protocol(p.Protocol)); ok {
			out.Declared++
			out.Containers = append(out.Containers, number)
		} else if target.Type == intstr.Int {
			out.Containers = append(out.Containers, target.IntVal)
		}
	}
	slices.Sort(out.Containers)
	out.Containers = slices.Compact(out.Containers)
	return out
}

// targetOf returns the target port, which is the port itself if it is left out.
func targetOf(p corev1.ServicePort) intstr.IntOrString {
	if t := p.TargetPort; t.Type == intstr.String && t.StrVal != "" || t.Type == intstr.Int && t.IntVal != 0 {
		return t
	}
	return intstr.FromInt32(p.Port)
}

// answers returns the number of the declared container port that target leads to.
func (b Backend) answers(target intstr.IntOrString, proto corev1.Protocol) (number int32, ok bool) {
	for _, c := range b.Ports {
		if c.Protocol == proto && c.is(target) {
			return c.Number, true
		}
	}
	return 0, false
}

// is compares name or number, whatever the protocol.
func (c ContainerPort) is(target intstr.IntOrString) bool {
	if target.Type == intstr.String {
		return c.Name == target.StrVal
	}
	return c.Number == target.IntVal
}

func sources(f facts) []Source {
	out := []Source{f.spec.Source}
	if f.namespace != nil {
		out = append(out, f.namespace.Source)
	}
	for _, b := range f.backends {
		out = append(out, b.Sources...)
	}
	for _, w := range f.workloads {
		out = append(out, w.Source)
	}
	for _, s := range f.slices {
		out = append(out, s.Source)
	}
	for _, o := range f.related {
		if _, overlaps := compareSelectors(f.spec.Spec.Selector, o.Spec.Selector); overlaps {
			out = append(out, o.Source)
		}
	}
	slices.SortFunc(out, func(a, b Source) int {
		return cmp.Or(cmp.Compare(a.String(), b.String()), cmp.Compare(a.Version, b.Version))
	})
	return slices.Compact(out)
}

// sortedSet sorts, and drops duplicates and the empty string.
func sortedSet(list []string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) > 0 && list[0] == "" {
		list = list[1:]
	}
	return list
}

func portName(p corev1.ServicePort) string {
	name := strconv.Itoa(int(p.Port))
	if p.Name != "" {
		name += " (" + p.Name + ")"
	}
	return name
}

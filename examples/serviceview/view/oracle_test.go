// SPDX-License-Identifier: Apache-2.0

package view_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/krtkit/krtkit/examples/serviceview/view"
)

// world is all objects, by kind and then by namespace/name. From it the oracle
// computes what the view must be, with nothing but loops.
type world struct {
	services    map[string]*corev1.Service
	pods        map[string]*corev1.Pod
	nodes       map[string]*corev1.Node
	deployments map[string]*appsv1.Deployment
	sets        map[string]*appsv1.StatefulSet
	slices      map[string]*discoveryv1.EndpointSlice
}

func newWorld() *world {
	return &world{
		services: map[string]*corev1.Service{}, pods: map[string]*corev1.Pod{}, nodes: map[string]*corev1.Node{},
		deployments: map[string]*appsv1.Deployment{}, sets: map[string]*appsv1.StatefulSet{},
		slices: map[string]*discoveryv1.EndpointSlice{},
	}
}

// has reports whether all pairs of want are in labels.
func has(labels, want map[string]string) bool {
	for k := range want {
		if labels[k] != want[k] {
			return false
		}
	}
	return true
}

// target is something that a service selects.
type target struct {
	pod  *corev1.Pod     // or
	tmpl *corev1.PodSpec // the template of
	name string          // this workload
	kind string
}

func (w *world) zone(p *corev1.Pod) string {
	if n := w.nodes[p.Spec.NodeName]; n != nil {
		return n.Labels["topology.kubernetes.io/zone"]
	}
	return ""
}

func ended(p *corev1.Pod) bool { return p.Status.Phase == "Succeeded" || p.Status.Phase == "Failed" }

func isReady(p *corev1.Pod) bool {
	for _, c := range p.Status.Conditions {
		if c.Type == "Ready" && c.Status == "True" {
			return true
		}
	}
	return false
}

// ownerName returns kind/name of the workload of a pod.
func ownerName(p *corev1.Pod) string {
	if len(p.OwnerReferences) == 0 {
		return ""
	}
	ref, hash := p.OwnerReferences[0], p.Labels["pod-template-hash"]
	if ref.Kind == "ReplicaSet" && hash != "" && strings.HasSuffix(ref.Name, "-"+hash) {
		return "Deployment/" + strings.TrimSuffix(ref.Name, "-"+hash)
	}
	return ref.Kind + "/" + ref.Name
}

// hasPods reports whether a workload has pods that have not ended.
func (w *world) hasPods(namespace, kind, name string, selector map[string]string) bool {
	for _, p := range w.pods {
		if p.Namespace != namespace || ended(p) || !has(p.Labels, selector) {
			continue
		}
		if owner := ownerName(p); owner == "" || owner == kind+"/"+name {
			return true
		}
	}
	return false
}

func (w *world) targets(s *corev1.Service) []target {
	var out []target
	for _, p := range w.pods {
		if p.Namespace == s.Namespace && !ended(p) && has(p.Labels, s.Spec.Selector) {
			out = append(out, target{pod: p, name: p.Name})
		}
	}
	for _, d := range w.deployments {
		t := d.Spec.Template
		if d.Namespace == s.Namespace && has(t.Labels, s.Spec.Selector) && !w.hasPods(d.Namespace, "Deployment", d.Name, d.Spec.Selector.MatchLabels) {
			out = append(out, target{tmpl: &t.Spec, name: d.Name, kind: "Deployment"})
		}
	}
	for _, d := range w.sets {
		t := d.Spec.Template
		if d.Namespace == s.Namespace && has(t.Labels, s.Spec.Selector) && !w.hasPods(d.Namespace, "StatefulSet", d.Name, d.Spec.Selector.MatchLabels) {
			out = append(out, target{tmpl: &t.Spec, name: d.Name, kind: "StatefulSet"})
		}
	}
	return out
}

func (t target) ports() []corev1.ContainerPort {
	spec := t.tmpl
	if t.pod != nil {
		spec = &t.pod.Spec
	}
	var out []corev1.ContainerPort
	for _, c := range spec.Containers {
		out = append(out, c.Ports...)
	}
	return out
}

// expect describes a service in the words of brief.
func (w *world) expect(s *corev1.Service) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	problem := func(severity view.Severity, code string) { say("%s %s", severity, code) }

	external := s.Spec.Type == corev1.ServiceTypeExternalName
	selects := len(s.Spec.Selector) > 0 && !external
	var targets []target
	if selects {
		targets = w.targets(s)
	}
	nodes, zones := map[string]bool{}, map[string]bool{}
	type use struct{ pods, ready int }
	uses := map[string]*use{}
	running, ready := 0, 0
	for _, t := range targets {
		owner := t.kind + "/" + t.name
		if t.pod != nil {
			p := t.pod
			owner = ownerName(p)
			running++
			if isReady(p) {
				ready++
			}
			if p.Spec.NodeName != "" {
				nodes[p.Spec.NodeName] = true
			}
			if z := w.zone(p); z != "" {
				zones[z] = true
			}
			say("pod %s %s %q %q %t", p.Name, owner, p.Spec.NodeName, w.zone(p), isReady(p))
		} else {
			say("template %s", owner)
		}
		if owner == "" {
			continue
		}
		if uses[owner] == nil {
			uses[owner] = &use{}
		}
		if t.pod != nil {
			uses[owner].pods++
			if isReady(t.pod) {
				uses[owner].ready++
			}
		}
	}
	for owner, u := range uses {
		kind, name, _ := strings.Cut(owner, "/")
		wanted := int32(0)
		if d := w.deployments[s.Namespace+"/"+name]; d != nil && kind == "Deployment" {
			wanted = *d.Spec.Replicas
		}
		if d := w.sets[s.Namespace+"/"+name]; d != nil && kind == "StatefulSet" {
			wanted = *d.Spec.Replicas
		}
		say("workload %s %d %d %d", owner, wanted, u.pods, u.ready)
	}
	say("nodes %v", slices.Sorted(maps.Keys(nodes)))
	say("zones %v", slices.Sorted(maps.Keys(zones)))

	leads := map[string]map[int32]bool{} // container ports by port name
	for _, p := range s.Spec.Ports {
		numbers, declared, otherProtocol, missing := map[int32]bool{}, 0, 0, 0
		named := p.TargetPort.StrVal != ""
		for _, t := range targets {
			found, other := false, false
			for _, c := range t.ports() {
				if named && c.Name != p.TargetPort.StrVal || !named && c.ContainerPort != p.TargetPort.IntVal {
					continue
				}
				if c.Protocol == p.Protocol {
					if !found {
						numbers[c.ContainerPort] = true
					}
					found = true
				} else {
					other = true
				}
			}
			switch {
			case found:
				declared++
			case other:
				otherProtocol++
			default:
				missing++
			}
			if !found && !named {
				numbers[p.TargetPort.IntVal] = true
			}
		}
		leads[p.Name] = numbers
		say("port %s %d %s %v %d", p.Name, p.Port, p.Protocol, slices.Sorted(maps.Keys(numbers)), declared)
		if otherProtocol > 0 {
			if named && otherProtocol == len(targets) {
				problem(view.Error, view.PortProtocol)
			} else {
				problem(view.Warning, view.PortProtocol)
			}
		}
		if missing > 0 {
			switch {
			case !named:
				problem(view.Note, view.PortUndeclared)
			case missing == len(targets):
				problem(view.Error, view.PortNameMissing)
			default:
				problem(view.Warning, view.PortNameMissing)
			}
		}
	}

	var mine []*discoveryv1.EndpointSlice
	for _, es := range w.slices {
		if es.Namespace == s.Namespace && es.Labels["kubernetes.io/service-name"] == s.Name {
			mine = append(mine, es)
		}
	}
	strangePorts := func() {
		for _, es := range mine {
			for _, p := range es.Ports {
				if leads[*p.Name] == nil {
					problem(view.Warning, view.SlicesDisagree)
				}
			}
		}
	}
	switch {
	case external:
		if len(s.Spec.Selector) > 0 {
			problem(view.Note, view.ExternalNameInvalid)
		}
	case !selects:
		addresses, anyReady := 0, false
		for _, es := range mine {
			for _, e := range es.Endpoints {
				addresses++
				anyReady = anyReady || *e.Conditions.Ready
			}
		}
		if addresses == 0 {
			problem(view.Warning, view.NoEndpoints)
			break
		}
		strangePorts()
		if !anyReady {
			problem(view.Error, view.NoEndpoints)
		}
	default:
		if len(targets) == 0 {
			problem(view.Error, view.SelectsNothing)
		}
		for _, t := range targets {
			d := w.deployments[s.Namespace+"/"+t.name]
			if t.kind != "Deployment" || d == nil || d.Status.ObservedGeneration == 0 {
				continue
			}
			if *d.Spec.Replicas == 0 {
				problem(view.Warning, view.NoPods)
			} else {
				problem(view.Error, view.NoPods)
			}
		}
		if ready < running && ready == 0 {
			problem(view.Error, view.PodsNotReady)
		} else if ready < running {
			problem(view.Warning, view.PodsNotReady)
		}
		for _, o := range w.services {
			if o.Namespace != s.Namespace || o.Name == s.Name || o.Spec.Type == corev1.ServiceTypeExternalName || len(o.Spec.Selector) == 0 {
				continue
			}
			if has(o.Spec.Selector, s.Spec.Selector) || has(s.Spec.Selector, o.Spec.Selector) {
				if (o.Spec.ClusterIP == "None") == (s.Spec.ClusterIP == "None") {
					problem(view.Warning, view.SelectorOverlap)
				} else {
					problem(view.Note, view.SelectorOverlap)
				}
			}
		}
		if len(mine) == 0 {
			break
		}
		strangePorts()
		strangers, missing, unready, early := false, false, false, false
		seen := map[string]bool{}
		for _, es := range mine {
			for _, p := range es.Ports {
				if len(targets) > 0 && leads[*p.Name] != nil && !leads[*p.Name][*p.Port] {
					problem(view.Warning, view.SlicesDisagree)
				}
			}
			for _, e := range es.Endpoints {
				found := false
				for _, t := range targets {
					if t.pod != nil && t.pod.Name == e.TargetRef.Name {
						found = true
						seen[t.pod.Name] = true
						if t.pod.Status.PodIP != "" {
							unready = unready || isReady(t.pod) && !*e.Conditions.Ready
							early = early || !isReady(t.pod) && *e.Conditions.Ready
						}
					}
				}
				strangers = strangers || !found
			}
		}
		for _, t := range targets {
			missing = missing || t.pod != nil && t.pod.Status.PodIP != "" && !seen[t.pod.Name]
		}
		for _, wrong := range []bool{strangers, missing, unready, early} {
			if wrong {
				problem(view.Warning, view.SlicesDisagree)
			}
		}
	}
	slices.Sort(out)
	return out
}

// brief describes a view in the words of the oracle.
func brief(s view.Service) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, p := range s.Pods {
		if p.Template {
			say("template %s", p.Workload)
		} else {
			say("pod %s %s %q %q %t", p.Name, p.Workload, p.Node, p.Zone, p.Ready)
		}
	}
	for _, u := range s.Workloads {
		say("workload %s/%s %d %d %d", u.Kind, u.Name, u.Wanted, u.Pods, u.Ready)
	}
	say("nodes %v", s.Nodes)
	say("zones %v", s.Zones)
	for _, p := range s.Ports {
		say("port %s %d %s %v %d", p.Name, p.Port, p.Protocol, p.Containers, p.Declared)
	}
	for _, p := range s.Problems {
		say("%s %s", p.Severity, p.Code)
	}
	slices.Sort(out)
	return out
}

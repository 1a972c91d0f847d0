// SPDX-License-Identifier: Apache-2.0

package view

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// sliceProblems compares what the EndpointSlices list with what the selector
// selects. Without slices there is nothing to compare: in a folder of manifests
// nobody writes them. In a cluster the two disagree for a moment after every change
// of a pod, until the controller of the slices has seen it.
func sliceProblems(r *report, f facts, s Service) {
	if len(f.slices) == 0 {
		return
	}
	selected := map[string]Backend{}
	for _, b := range f.backends {
		if !b.Template {
			selected[b.Name] = b
		}
	}
	listed := map[string]bool{}
	var strangers, missing, unready, early []string
	for _, slice := range f.slices {
		for _, e := range slice.Endpoints {
			name := e.Pod
			if name == "" {
				name = podWith(f.backends, e.Address)
			}
			b, ok := selected[name]
			if !ok {
				strangers = append(strangers, strings.TrimPrefix(name+" "+e.Address, " "))
				continue
			}
			listed[name] = true
			// A pod without an address cannot be listed as it is: the slice is
			// about what it was before.
			ready := b.Ready || f.spec.Spec.PublishNotReadyAddresses
			switch {
			case len(b.IPs) == 0:
			case ready && !e.Ready:
				unready = append(unready, name)
			case !ready && e.Ready:
				early = append(early, name)
			}
		}
		slicePortNames(r, f, slice)
		slicePortNumbers(r, s, slice)
	}
	for name, b := range selected {
		if len(b.IPs) > 0 && !listed[name] {
			missing = append(missing, name)
		}
	}
	add := func(names []string, format string) {
		if names = sortedSet(names); len(names) > 0 {
			r.add(Warning, SlicesDisagree, format, few(names))
		}
	}
	add(strangers, "its EndpointSlices list what it does not select: %s")
	add(missing, "its EndpointSlices do not list %s")
	add(unready, "its EndpointSlices call pods not ready that are: %s")
	add(early, "its EndpointSlices call pods ready that are not: %s")
}

// slicePortNames checks that each port of a slice is one of the service.
func slicePortNames(r *report, f facts, slice Slice) {
	var unknown []string
	for name := range slice.Ports {
		if !slices.ContainsFunc(f.spec.Spec.Ports, func(p corev1.ServicePort) bool { return p.Name == name }) {
			unknown = append(unknown, fmt.Sprintf("%q", name))
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		r.add(Warning, SlicesDisagree, "EndpointSlice %s has a port that the service has not: %s", slice.Name, few(unknown))
	}
}

// slicePortNumbers checks that each port of a slice is one that the service's pods are
// asked for. Where there are no pods, that is what there is to say.
func slicePortNumbers(r *report, s Service, slice Slice) {
	for _, p := range s.Ports {
		number, ok := slice.Ports[p.Name]
		if ok && len(s.Pods) > 0 && !slices.Contains(p.Containers, number) {
			r.add(Warning, SlicesDisagree, "EndpointSlice %s sends port %d to %d, where targetPort %s leads to %s",
				slice.Name, p.Port, number, p.TargetPort, numbers(p.Containers))
		}
	}
}

func podWith(backends []Backend, ip string) string {
	for _, b := range backends {
		if slices.Contains(b.IPs, ip) {
			return b.Name
		}
	}
	return ""
}

func numbers(list []int32) string {
	if len(list) == 0 {
		return "nothing"
	}
	var out []string
	for _, n := range list {
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, " or ")
}

// few joins names, and counts those beyond the third.
func few(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

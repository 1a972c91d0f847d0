// SPDX-License-Identifier: Apache-2.0

package view

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// problems finds out what is wrong, the worst first.
func problems(f facts, s Service) []Problem {
	r := &report{}
	namespaceProblems(r, f)
	switch {
	case f.spec.Spec.Type == corev1.ServiceTypeExternalName:
		externalNameProblems(r, f)
	case !f.spec.Selects():
		endpointProblems(r, f, s)
	default:
		podProblems(r, f, s)
		for _, p := range f.spec.Spec.Ports {
			portProblems(r, f, p)
		}
		overlapProblems(r, f)
		sliceProblems(r, f, s)
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(b.Severity, a.Severity) })
	return r.problems
}

// report collects problems.
type report struct{ problems []Problem }

func (r *report) add(severity Severity, code, format string, args ...any) {
	r.problems = append(r.problems, Problem{Severity: severity, Code: code, Message: fmt.Sprintf(format, args...)})
}

func namespaceProblems(r *report, f facts) {
	switch {
	case f.namespace == nil:
		r.add(Note, NamespaceEnding, "there is no namespace %s", f.spec.Namespace)
	case f.namespace.Ending:
		r.add(Warning, NamespaceEnding, "namespace %s is being deleted", f.spec.Namespace)
	}
}

func externalNameProblems(r *report, f facts) {
	name := f.spec.Spec.ExternalName
	if name == "" {
		r.add(Error, ExternalNameInvalid, "an ExternalName service needs spec.externalName")
	} else if _, err := netip.ParseAddr(name); err == nil {
		r.add(Warning, ExternalNameInvalid, "externalName %s is an address, but DNS resolves it as a name", name)
	}
	if len(f.spec.Spec.Selector) > 0 {
		r.add(Note, ExternalNameInvalid, "an ExternalName service ignores its selector")
	}
}

func endpointProblems(r *report, f facts, s Service) {
	if len(s.Addresses) == 0 {
		r.add(Warning, NoEndpoints, "there is no selector, and no EndpointSlice with an address")
		return
	}
	ready := 0
	for _, slice := range f.slices {
		for _, e := range slice.Endpoints {
			if e.Ready {
				ready++
			}
		}
		slicePortNames(r, f, slice)
	}
	if ready == 0 {
		r.add(Error, NoEndpoints, "no address in its EndpointSlices is ready")
	}
}

func podProblems(r *report, f facts, s Service) {
	if len(f.backends) == 0 {
		r.add(Error, SelectsNothing, "no pod and no workload has the labels %s", pairs(f.spec.Spec.Selector))
		return
	}
	// A workload that a controller looks after should have pods. One that nobody
	// has looked at is just a manifest.
	for _, b := range f.backends {
		w, ok := f.workloads[b.Owner]
		switch {
		case !b.Template || !ok || !w.Managed:
		case w.Wanted == 0:
			r.add(Warning, NoPods, "%s is scaled to 0", shortOwner(b.Owner))
		default:
			r.add(Error, NoPods, "%s wants %d and has none", shortOwner(b.Owner), w.Wanted)
		}
	}
	running, ready := s.Running()
	if ready == running {
		return
	}
	severity := Warning
	switch {
	case f.spec.Spec.PublishNotReadyAddresses:
		severity = Note // it asks for them
	case ready == 0:
		severity = Error
	}
	r.add(severity, PodsNotReady, "%d of %d pods not ready: %s", running-ready, running, reasons(f.backends))
}

// reasons sums up why pods are not ready, the most frequent reason first.
func reasons(backends []Backend) string {
	count := map[string]int{}
	example := map[string]string{}
	for _, b := range backends {
		if !b.Ready && !b.Template {
			count[b.Reason]++
			if example[b.Reason] == "" {
				example[b.Reason] = b.Name
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	var parts []string
	for _, reason := range keys {
		who := example[reason]
		if more := count[reason] - 1; more > 0 {
			who += fmt.Sprintf(" and %d more", more)
		}
		parts = append(parts, who+" ("+reason+")")
	}
	const most = 3
	if len(parts) > most {
		parts = append(parts[:most], fmt.Sprintf("%d other reasons", len(parts)-most))
	}
	return strings.Join(parts, ", ")
}

func portProblems(r *report, f facts, p corev1.ServicePort) {
	target, proto := targetOf(p), protocol(p.Protocol)
	var missing, other []Backend // other: declared, but for another protocol
	var otherProto corev1.Protocol
	for _, b := range f.backends {
		if _, ok := b.answers(target, proto); ok {
			continue
		}
		i := slices.IndexFunc(b.Ports, func(c ContainerPort) bool { return c.is(target) })
		if i >= 0 {
			other, otherProto = append(other, b), b.Ports[i].Protocol
		} else {
			missing = append(missing, b)
		}
	}
	total := len(f.backends)
	named := target.Type == intstr.String
	if len(other) > 0 {
		severity := Warning
		if named && len(other) == total {
			severity = Error
		}
		r.add(severity, PortProtocol, "port %s is %s, but %s declares targetPort %s for %s",
			portName(p), proto, some(other, total), target.String(), otherProto)
	}
	switch {
	case len(missing) == 0:
	case named && len(missing) == total:
		r.add(Error, PortNameMissing, "port %s: no container port is named %q%s", portName(p), target.StrVal, hint(f.backends, proto))
	case named:
		r.add(Warning, PortNameMissing, "port %s: %s has no container port named %q", portName(p), some(missing, total), target.StrVal)
	case len(missing) == total:
		r.add(Note, PortUndeclared, "port %s: no container declares %s%s", portName(p), target.String(), hint(f.backends, proto))
	default:
		r.add(Note, PortUndeclared, "port %s: %s does not declare %s", portName(p), some(missing, total), target.String())
	}
}

// some names backends: one by its name, more by their number.
func some(list []Backend, total int) string {
	switch {
	case len(list) == 1 && list[0].Template:
		return "the template of " + shortOwner(list[0].Owner)
	case len(list) == 1:
		return "pod " + list[0].Name
	case len(list) == total:
		return "every pod"
	default:
		return fmt.Sprintf("each of %d pods like %s", len(list), list[0].Name)
	}
}

// hint lists what the containers do declare.
func hint(backends []Backend, proto corev1.Protocol) string {
	var have []string
	for _, b := range backends {
		for _, c := range b.Ports {
			if c.Protocol != proto {
				continue
			}
			port := fmt.Sprint(c.Number)
			if c.Name != "" {
				port += " (" + c.Name + ")"
			}
			have = append(have, port)
		}
	}
	if have = sortedSet(have); len(have) == 0 {
		return ""
	}
	return "; there is " + strings.Join(have, ", ")
}

// pairs writes labels the way that kubectl takes them.
func pairs(labels map[string]string) string {
	var list []string
	for k, v := range labels {
		list = append(list, k+"="+v)
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}

// SPDX-License-Identifier: Apache-2.0

package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/krtkit/krtkit/examples/serviceview/view"
)

// Changes says what is different between two views of one service, a line each. It
// returns nil if nothing can be seen to differ.
func Changes(before, after view.Service) []string {
	c := &changes{}
	c.value("type", before.Type, after.Type)
	c.value("external name", before.ExternalName, after.ExternalName)
	c.value("selector", labels(before.Selector), labels(after.Selector))
	c.ports(before.Ports, after.Ports)
	c.workloads(before, after)
	c.pods(before, after)
	c.value("addresses", strings.Join(before.Addresses, " "), strings.Join(after.Addresses, " "))
	c.value("nodes", strings.Join(before.Nodes, " "), strings.Join(after.Nodes, " "))
	c.value("zones", strings.Join(before.Zones, " "), strings.Join(after.Zones, " "))
	c.problems(before.Problems, after.Problems)
	return c.lines
}

type changes struct{ lines []string }

func (c *changes) add(format string, args ...any) {
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

// value reports a change of something that has a name of its own.
func (c *changes) value(name, before, after string) {
	if before != after {
		c.add("%s: %s → %s", name, none(before), none(after))
	}
}

func none(s string) string { return cmp.Or(s, "none") }

func (c *changes) ports(before, after []view.Port) {
	// Names of ports are unique, but may be missing where there is one.
	key := func(p view.Port) string { return cmp.Or(p.Name, fmt.Sprintf("%d/%s", p.Port, p.Protocol)) }
	was, is := byKey(before, key), byKey(after, key)
	for _, k := range keysOf(was, is) {
		b, a := was[k], is[k]
		text := func(p *view.Port) string {
			if p == nil {
				return ""
			}
			if p.NodePort != 0 {
				return fmt.Sprintf("%s on node port %d", portCell(*p), p.NodePort)
			}
			return portCell(*p)
		}
		c.value("port "+k, text(b), text(a))
	}
}

func (c *changes) workloads(before, after view.Service) {
	key := func(w view.WorkloadUse) string { return w.Kind + "/" + w.Name }
	was, is := byKey(before.Workloads, key), byKey(after.Workloads, key)
	for _, k := range keysOf(was, is) {
		switch b, a := was[k], is[k]; {
		case b == nil:
			c.add("workload %s joined", k)
		case a == nil:
			c.add("workload %s left", k)
		case b.Wanted != a.Wanted:
			c.add("workload %s: wants %d → %d pods", k, b.Wanted, a.Wanted)
		}
	}
}

// mostPods is how many pods are listed before they are only counted.
const mostPods = 8

func (c *changes) pods(before, after view.Service) {
	b, a := podsCell(before), podsCell(after)
	c.value("pods ready", b, a)
	key := func(p view.Pod) string { return fmt.Sprintf("%s %t", p.Name, p.Template) }
	was, is := byKey(before.Pods, key), byKey(after.Pods, key)
	var lines []string
	for _, k := range keysOf(was, is) {
		switch b, a := was[k], is[k]; {
		case b == nil:
			lines = append(lines, fmt.Sprintf("%s joined: %s", podName(*a), podState(*a)))
		case a == nil:
			lines = append(lines, podName(*b)+" left")
		case podState(*b) != podState(*a):
			lines = append(lines, fmt.Sprintf("%s: %s → %s", podName(*a), podState(*b), podState(*a)))
		}
	}
	if more := len(lines) - mostPods; more > 0 {
		lines = append(lines[:mostPods], fmt.Sprintf("%d other pods changed", more))
	}
	c.lines = append(c.lines, lines...)
}

func podName(p view.Pod) string {
	if p.Template {
		return "template of " + p.Workload
	}
	return "pod " + p.Name
}

func podState(p view.Pod) string {
	state := "ready"
	switch {
	case p.Template:
		state = "stands in for pods"
	case !p.Ready:
		state = "not ready (" + p.Reason + ")"
	}
	if p.Node != "" {
		state += " on " + p.Node
	}
	if p.Zone != "" {
		state += " in " + p.Zone
	}
	return state
}

func (c *changes) problems(before, after []view.Problem) {
	for _, p := range after {
		if !slices.Contains(before, p) {
			c.add("new %s: %s", p.Severity, p.Message)
		}
	}
	for _, p := range before {
		if !slices.Contains(after, p) {
			c.add("solved %s: %s", p.Severity, p.Message)
		}
	}
}

// Causes says which objects made the difference between two views of one service.
// Either may be the zero Service, for one that was added or deleted. current returns
// a source as it is now, and whether it still exists: see [view.View.Current].
//
// An object that is in both views, in another version, is a cause. One that joined
// is a cause if it changed after everything that the view was made from before:
// otherwise it was there all along, and joined because of something else. One that
// left is a cause if it is gone, or has changed.
func Causes(before, after view.Service, current func(view.Source) (view.Source, bool)) []string {
	name := func(s view.Source) string { return s.String() }
	was, is := byKey(before.Sources, name), byKey(after.Sources, name)
	var newest int64
	for _, s := range was {
		newest = max(newest, version(*s))
	}
	self := "Service " + after.ResourceName()
	if len(is) == 0 {
		self = "Service " + before.ResourceName()
	}
	var own, others []string
	for _, k := range keysOf(was, is) {
		var verb string
		switch b, a := was[k], is[k]; {
		case b == nil:
			if v := version(*a); v == 0 || v > newest {
				verb = "appeared"
			}
		case a == nil:
			if s, exists := current(*b); !exists {
				verb = "was deleted"
			} else if s.Version != b.Version {
				verb = "changed"
			}
		case a.Version != b.Version:
			verb = "changed"
		}
		switch {
		case verb == "":
		case k == self:
			own = append(own, k+" "+verb)
		default:
			others = append(others, k+" "+verb)
		}
	}
	if len(own) > 0 && (len(was) == 0 || len(is) == 0) {
		return own // it came or went as a whole
	}
	return append(own, others...)
}

// version returns a resource version as the number that it is, or zero if it is not.
func version(s view.Source) int64 {
	n, err := strconv.ParseInt(s.Version, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func byKey[T any](list []T, key func(T) string) map[string]*T {
	m := make(map[string]*T, len(list))
	for i := range list {
		m[key(list[i])] = &list[i]
	}
	return m
}

// keysOf returns the keys of both maps in order.
func keysOf[T any](a, b map[string]*T) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

func labels(m map[string]string) string {
	var list []string
	for k, v := range m {
		list = append(list, k+"="+v)
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}

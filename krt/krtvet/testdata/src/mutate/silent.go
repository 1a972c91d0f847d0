// SPDX-License-Identifier: Apache-2.0

package mutate

import (
	"maps"
	"slices"
	"strings"

	"api"

	"github.com/krtkit/krtkit/krt"
)

// What follows is as controllers do it, and nothing of it changes what is shared.

type stats struct{ names []string }

type group struct {
	pod    *api.Pod
	stats  *stats
	counts map[string]int
	next   *group
}

type summary struct {
	byNamespace map[string]map[string]*api.Pod
	groups      map[string]*group
	list        []group
	names       []string
	first       *api.Pod
}

func summarize(pods krt.Collection[*api.Pod], opts ...krt.CollectionOption) krt.Singleton[summary] {
	return krt.NewSingleton(func(ctx krt.HandlerContext) *summary {
		out := &summary{byNamespace: map[string]map[string]*api.Pod{}, groups: map[string]*group{}}
		all := krt.Fetch(ctx, pods)
		slices.SortFunc(all, func(a, b *api.Pod) int { return strings.Compare(a.Name, b.Name) })
		for i, p := range all {
			names := out.byNamespace[p.Namespace]
			if names == nil {
				names = map[string]*api.Pod{}
				out.byNamespace[p.Namespace] = names
			}
			names[p.Name] = p

			g := out.groups[p.Namespace]
			if g == nil {
				g = &group{pod: p}
				out.groups[p.Namespace] = g
			}
			if g.counts == nil {
				g.counts = map[string]int{}
			}
			g.counts[p.Name]++
			if g.stats == nil {
				g.stats = &stats{}
			}
			g.stats.names = append(g.stats.names, p.Name)
			out.groups[p.Namespace].stats.names = nil

			out.list = append(out.list, group{pod: p})
			out.list[i].next = &group{}
			out.list[i].next.pod = p
			for j := range out.list {
				if out.list[j].counts == nil {
					out.list[j].counts = map[string]int{}
				}
				out.list[j].counts["a"]++
			}
			out.names = append(out.names, p.Finalizers...)
			if out.first == nil {
				out.first = p
			}
		}
		slices.Sort(out.names)
		return out
	}, opts...)
}

func selected(ctx krt.HandlerContext, pods krt.Collection[*api.Pod], own *api.Pod) *api.Pod {
	var found *api.Pod
	for _, p := range krt.Fetch(ctx, pods) {
		if found == nil || p.Name < found.Name {
			found = p
		}
	}
	if found == nil {
		return nil
	}
	found = found.DeepCopy()
	found.Labels = nil
	own.Labels = maps.Clone(found.Labels)
	own.Labels["a"] = "b"
	return found
}

// merge makes one object of several.
func merge(pods []krt.Collection[thing]) krt.Collection[thing] {
	return krt.JoinWithMergeCollection(pods, func(ts []thing) *thing {
		out := thing{name: ts[0].name, labels: map[string]string{}}
		for _, t := range ts {
			maps.Copy(out.labels, t.labels)
			out.ports = append(out.ports, t.ports...)
		}
		slices.SortFunc(out.ports, func(a, b api.Port) int { return strings.Compare(a.Name, b.Name) })
		return &out
	})
}

type reconciler struct {
	seen  map[string]int
	queue []*api.Pod
	last  *api.Pod
}

// handle keeps what it is told.
func (r *reconciler) handle(pods krt.Collection[*api.Pod]) {
	pods.RegisterBatch(func(events []krt.Event[*api.Pod]) {
		for _, e := range events {
			p := e.Latest()
			r.seen[p.Name]++
			r.queue = append(r.queue, p)
			r.last = p
			delete(r.seen, p.Namespace)
		}
		r.queue = r.queue[:0]
	}, true)
}

// builders are passed on beside objects.
func builders(pods krt.Collection[*api.Pod]) {
	krt.NewCollection(pods, func(ctx krt.HandlerContext, p *api.Pod) *group {
		g := &group{pod: p, counts: map[string]int{}}
		g.count(p)
		s := newStats(p)
		s.names = append(s.names, "a")
		addTo(&g.stats, p)
		local := []*api.Pod{p}
		local[0] = nil
		array := [2]*api.Pod{p, p}
		array[1] = nil
		meta := p.ObjectMeta
		meta.Name = "b"
		meta.Finalizers = append([]string{"x"}, meta.Finalizers...)
		spec := p.Spec
		spec.Ports = nil
		for _, port := range spec.Ports {
			port.Number++
		}
		return g
	})
}

// replaced is a variable that another function sets.
func replaced(ctx krt.HandlerContext, pods krt.Collection[*api.Pod]) func() {
	p := krt.Fetch(ctx, pods)[0]
	deepCopy(&p)
	return func() { p.Name = "b" }
}

func deepCopy(p **api.Pod) { *p = (*p).DeepCopy() }

func (g *group) count(p *api.Pod) {
	g.counts[p.Name]++
	g.stats = &stats{names: p.Finalizers}
	g.next = &group{pod: p}
}

func newStats(p *api.Pod) *stats { return &stats{names: slices.Clone(p.Finalizers)} }

func addTo(s **stats, p *api.Pod) {
	*s = newStats(p)
	(*s).names = append((*s).names, p.Name)
}

// SPDX-License-Identifier: Apache-2.0

package mutate

import (
	"maps"
	"slices"
	"sort"
	"sync"

	"api"

	"github.com/krtkit/krtkit/krt"
)

type thing struct {
	name   string
	labels map[string]string
	ports  []api.Port
	pod    *api.Pod
	next   *thing
}

// input changes what a transformation is given.
func input(pods krt.Collection[*api.Pod], things krt.Collection[thing], opts ...krt.CollectionOption) {
	krt.NewCollection(pods, func(ctx krt.HandlerContext, p *api.Pod) *thing {
		p.Labels["a"] = "b"                      // want `assigning to p.Labels\["a"\] changes an object of a collection, which others read at the same time: change a copy`
		p.Name = "b"                             // want `assigning to p.Name changes an object`
		p.Spec.Extra.Node = "n"                  // want `assigning to p.Spec.Extra.Node`
		p.Spec.Ports[0].Number++                 // want `changing p.Spec.Ports\[0\].Number`
		p.Spec.Ports[0] = api.Port{}             // want `assigning to p.Spec.Ports\[0\]`
		*p = api.Pod{}                           // want `assigning to \*p`
		delete(p.Labels, "a")                    // want `calling delete changes`
		clear(p.Labels)                          // want `calling clear changes`
		p.SetLabels(nil)                         // want `calling p.SetLabels changes`
		p.GetLabels()["a"] = "b"                 // want `assigning to p.GetLabels\(\)\["a"\]`
		maps.Copy(p.Labels, map[string]string{}) // want `calling maps.Copy changes`
		var o api.Object = p
		o.SetLabels(nil)                                                    // want `calling o.SetLabels changes`
		sort.Slice(p.Spec.Ports, func(i, j int) bool { return false })      // want `calling sort.Slice changes`
		slices.SortFunc(p.Spec.Ports, func(a, b api.Port) int { return 0 }) // want `calling slices.SortFunc changes`
		p.Spec.Ports = append(p.Spec.Ports, api.Port{})                     // want `assigning to p.Spec.Ports changes` `calling append may write into the array of an object of a collection, which others read at the same time: append to a copy, or to what slices.Clip returns`
		more := append(p.Spec.Ports, api.Port{})                            // want `calling append may write`
		for i := range p.Spec.Ports {
			port := &p.Spec.Ports[i]
			port.Name = "x" // want `assigning to port.Name`
		}
		labels := p.Labels
		if labels == nil {
			labels = map[string]string{}
		}
		labels["a"] = "b"                     // want `assigning to labels\["a"\]`
		for _, p.Name = range []string{"a"} { // want `this loop changes`
		}
		return &thing{ports: more}
	}, opts...)

	krt.NewManyCollection(things, func(ctx krt.HandlerContext, t thing) []thing {
		t.name = "b"        // its own
		t.labels["a"] = "b" // want `assigning to t.labels\["a"\]`
		t.pod.Name = "b"    // want `assigning to t.pod.Name`
		t.next.name = "b"   // want `assigning to t.next.name`
		func() {
			t.labels["c"] = "d" // want `assigning to t.labels\["c"\]`
		}()
		return nil
	}, opts...)

	krt.NewStatusCollection(pods, func(ctx krt.HandlerContext, p *api.Pod) (*string, *string) {
		p.Name = "b" // want `assigning to p.Name`
		return nil, nil
	}, opts...)
}

// fetched changes what reads return.
func fetched(ctx krt.HandlerContext, pods krt.Collection[*api.Pod], things krt.Collection[thing], byName krt.Index[string, thing], one krt.Singleton[thing]) {
	all := krt.Fetch(ctx, pods)
	all[0].Labels["a"] = "b" // want `assigning to all\[0\].Labels\["a"\]`
	for _, p := range all {
		p.Name = "b" // want `assigning to p.Name`
	}
	slices.SortFunc(all, func(a, b *api.Pod) int { return 0 }) // the slice is its own
	all[0] = nil
	all = append(all, nil)

	p := *krt.FetchOne(ctx, pods)
	p.Name = "b"                               // want `assigning to p.Name`
	(*krt.FetchKey(ctx, pods, "a")).Name = "b" // want `assigning to`

	t := krt.FetchOne(ctx, things)
	t.name = "b"        // a copy
	t.labels["a"] = "b" // want `assigning to t.labels\["a"\]`
	t.next.name = "b"   // want `assigning to t.next.name`

	for _, t := range byName.Fetch(ctx, "a") {
		t.name = "b"
		t.labels["a"] = "b"                 // want `assigning to t.labels\["a"\]`
		defer func() { t.pod.Name = "b" }() // want `assigning to t.pod.Name`
	}
	for _, p := range pods.List() {
		p.Name = "b" // want `assigning to p.Name`
	}
	one.Get().labels["a"] = "b" // want `assigning to`
	one.Get().name = "b"
	byName.Lookup("a")[0].labels["a"] = "b" // want `assigning to`

	local := []*api.Pod{all[0], all[1]}
	slices.Reverse(local)
	local[0].Name = "b" // want `assigning to local\[0\].Name`
	cp := slices.Clone(all)
	cp[0] = nil
	cp[0].Name = "b" // want `assigning to cp\[0\].Name`
	byKey := map[string]*api.Pod{}
	for _, p := range all {
		byKey[p.Name] = p
	}
	byKey["a"].Name = "b" // want `assigning to byKey\["a"\].Name`
	for _, p := range byKey {
		p.Name = "b" // want `assigning to p.Name`
	}
	out := &thing{labels: t.labels}
	out.labels["a"] = "b" // want `assigning to out.labels\["a"\]`
	var some []*api.Pod
	for _, p := range all {
		if p.Name != "" {
			some = append(some, p)
		}
	}
	some[0].Name = "b" // want `assigning to some\[0\].Name`

	parts := krt.PartialFetch(ctx, pods, func(p *api.Pod) map[string]string { return p.Labels }, maps.Equal)
	parts[0]["a"] = "b" // want `assigning to parts\[0\]\["a"\]`
	copies := krt.PartialFetch(ctx, pods, func(p *api.Pod) map[string]string { return maps.Clone(p.Labels) }, maps.Equal)
	copies[0]["a"] = "b"
}

// copies changes copies.
func copies(pods krt.Collection[*api.Pod], things krt.Collection[thing], opts ...krt.CollectionOption) {
	krt.NewCollection(pods, func(ctx krt.HandlerContext, p *api.Pod) **api.Pod {
		p = p.DeepCopy()
		p.Labels["a"] = "b"
		p.Spec.Ports = append(p.Spec.Ports, api.Port{})
		p.SetLabels(nil)
		return &p
	}, opts...)

	krt.NewCollection(pods, func(ctx krt.HandlerContext, p *api.Pod) *api.Pod {
		out := *p
		out.Name = "b"
		out.Spec.Node = "n"
		out.SetLabels(nil)
		out.Labels = maps.Clone(p.Labels)
		out.Labels["a"] = "b"
		out.Spec.Ports = slices.Clone(p.Spec.Ports)
		out.Spec.Ports[0].Number = 1
		slices.Reverse(out.Spec.Ports)

		var deep api.Pod
		p.DeepCopyInto(&deep)
		deep.Labels["a"] = "b"
		var spec api.Pod
		spec.ObjectMeta = p.ObjectMeta
		p.Spec.DeepCopyInto(&spec.Spec)
		spec.Spec.Ports[0].Number = 1
		spec.Labels["a"] = "b" // want `assigning to spec.Labels\["a"\]`

		ports := append([]api.Port{}, p.Spec.Ports...)
		ports[0].Number = 1
		ports = append(slices.Clip(p.Spec.Ports), api.Port{})
		ports = append(p.Spec.Ports[:1:1], api.Port{})
		ports = slices.Concat(p.Spec.Ports, ports)
		labels := map[string]string{}
		for k, v := range p.Labels {
			labels[k] = v
		}
		return &out
	}, opts...)

	krt.NewCollection(pods, func(ctx krt.HandlerContext, p *api.Pod) *map[string]string {
		labels := p.Labels
		if labels["a"] == "" {
			labels = maps.Clone(labels)
		}
		labels["a"] = "b" // unsure

		var cloned *api.Pod
		for _, other := range krt.Fetch(ctx, pods) {
			if cloned == nil {
				cloned = p.DeepCopy()
			}
			cloned.Labels[other.Name] = "x"
		}
		return &labels
	}, opts...)

	krt.NewCollection(things, func(ctx krt.HandlerContext, t thing) *thing {
		t.labels = map[string]string{}
		t.labels["a"] = "b"
		if t.pod == nil {
			t.pod = &api.Pod{}
		}
		t.pod.Name = "b" // want `assigning to t.pod.Name`
		return &t
	}, opts...)
	krt.NewCollection(things, func(ctx krt.HandlerContext, t thing) *thing {
		fetched := krt.FetchOne(ctx, things)
		fetched.labels = maps.Clone(fetched.labels)
		fetched.labels["a"] = "b"
		elements := krt.Fetch(ctx, pods)
		for i := range elements {
			elements[i] = elements[i].DeepCopy()
			elements[i].Name = "b"
		}
		return fetched
	}, opts...)
}

// helpers are given objects by transformations.
func helpers(pods krt.Collection[*api.Pod], things krt.Collection[thing], opts ...krt.CollectionOption) {
	krt.NewCollection(pods, named, opts...)
	krt.NewIndex(things, "name", thing.names)
	krt.NewCollection(pods, builder{}.build, opts...)
	krt.NewCollection(pods, func(ctx krt.HandlerContext, p *api.Pod) *thing {
		label(p.Labels)
		label(map[string]string{})
		relabel(p)
		relabel(p.DeepCopy())
		first([]*api.Pod{p}).Name = "b" // want `assigning to first\(\[\]\*api.Pod{…}\).Name`
		first([]*api.Pod{p.DeepCopy()}).Name = "b"
		pick(ctx, pods).Name = "b" // want `assigning to pick\(ctx, pods\).Name`
		sorted(p.Spec.Ports)
		sorted(slices.Clone(p.Spec.Ports))
		fresh(p).Name = "b"
		return fill(&thing{}, p)
	}, opts...)
}

// wrapped is given a transformation.
func wrapped(pods krt.Collection[*api.Pod], hf krt.TransformationMulti[*api.Pod, thing]) {
	krt.NewManyCollection(pods, hf)
}

func wrapping(pods krt.Collection[*api.Pod]) {
	wrapped(pods, func(ctx krt.HandlerContext, p *api.Pod) []thing {
		p.Name = "b" // want `assigning to p.Name`
		return nil
	})
}

func named(ctx krt.HandlerContext, p *api.Pod) *thing {
	p.Name = "b" // want `assigning to p.Name changes an object of a collection, which others read at the same time: change a copy$`
	return nil
}

func (t thing) names() []string {
	t.name = "b"
	t.labels["a"] = "b" // want `assigning to t.labels`
	return nil
}

type builder struct{ names map[string]string }

func (b builder) build(ctx krt.HandlerContext, p *api.Pod) *thing {
	p.Name = "b" // want `assigning to p.Name`
	b.names["a"] = "b"
	return nil
}

func label(l map[string]string) {
	l["a"] = "b" // want `assigning to l\["a"\] changes an object of a collection, which others read at the same time: change a copy \(it is passed in line 224\)`
}

func relabel(p *api.Pod) {
	p.Labels["a"] = "b" // want `assigning to p.Labels\["a"\].*\(it is passed in line 226\)`
}

func first(pods []*api.Pod) *api.Pod { return pods[0] }

func pick(ctx krt.HandlerContext, pods krt.Collection[*api.Pod]) *api.Pod {
	for _, p := range krt.Fetch(ctx, pods) {
		if p.Name == "a" {
			return p
		}
	}
	return nil
}

func sorted(ports []api.Port) {
	slices.SortFunc(ports, func(a, b api.Port) int { return 0 }) // want `calling slices.SortFunc changes.*passed in line 231`
}

func fresh(p *api.Pod) *api.Pod {
	if p == nil {
		return &api.Pod{}
	}
	return p.DeepCopy()
}

func fill(t *thing, p *api.Pod) *thing {
	t.name = p.Name
	t.labels = maps.Clone(p.Labels)
	t.labels["a"] = "b"
	return t
}

func generic[T any](things krt.Collection[T], set func(T)) {
	krt.NewCollection(things, func(ctx krt.HandlerContext, t T) *T {
		set(t)
		return &t
	})
}

func genericHelper[T ~map[string]string](t T) {
	t["a"] = "b" // want `assigning to t\["a"\]`
}

func genericUse(maps krt.Collection[map[string]string]) {
	krt.NewCollection(maps, func(ctx krt.HandlerContext, m map[string]string) *string {
		genericHelper(m)
		return nil
	})
}

// callbacks are given objects by krt.
func callbacks(ctx krt.HandlerContext, pods krt.Collection[*api.Pod], static krt.StaticCollection[*api.Pod], data krt.RecomputeProtected[*thing]) {
	pods.Register(func(e krt.Event[*api.Pod]) {
		(*e.New).Name = "b"     // want `assigning to`
		e.Latest().Name = "b"   // want `assigning to e.Latest\(\).Name`
		e.Items()[0].Name = "b" // want `assigning to`
		e.Items()[0] = nil
		e.New = nil // its own
	})
	pods.RegisterBatch(func(events []krt.Event[*api.Pod]) {
		slices.Reverse(events)
		for _, e := range events {
			(*e.New).Name = "b" // want `assigning to`
		}
	}, true)
	static.Register(func(e krt.Event[*api.Pod]) {
		(*e.New).Name = "b" // want `assigning to`
	})
	krt.Fetch(ctx, pods, krt.FilterGeneric(func(o any) bool {
		o.(*api.Pod).Name = "b" // want `assigning to`
		return true
	}))
	krt.NewIndex(pods, "name", func(p *api.Pod) []string {
		slices.Sort(p.Finalizers) // want `calling slices.Sort changes`
		return p.Finalizers
	})
	krt.JoinWithMergeCollection([]krt.Collection[*api.Pod]{pods}, func(ps []*api.Pod) **api.Pod {
		slices.Reverse(ps)
		ps[0].Name = "b" // want `assigning to ps\[0\].Name`
		return &ps[0]
	})
	data.Modify(func(t **thing) { (*t).name = "b" })
}

type cached struct {
	mu    sync.Mutex
	once  sync.Once
	cache map[string]string
	plain map[string]string
}

// synchronized objects say how they are changed.
func synchronized(in krt.Collection[*cached]) {
	krt.NewCollection(in, func(ctx krt.HandlerContext, c *cached) *string {
		c.fill()
		c.once.Do(func() { c.cache = map[string]string{} })
		c.plain = nil // want `assigning to c.plain`
		return nil
	})
}

// locking is a function that locks; what it makes runs without.
func (c *cached) locking(pods krt.Collection[*api.Pod]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	krt.NewCollection(pods, func(ctx krt.HandlerContext, p *api.Pod) *string {
		p.Name = "b" // want `assigning to p.Name`
		return nil
	})
}

func (c *cached) fill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cache["a"] = "b"
}

// constructed changes what it makes itself.
func constructed(ctx krt.HandlerContext, pods krt.Collection[*api.Pod]) *thing {
	t := &thing{labels: map[string]string{}}
	t.labels["a"] = "b"
	t.next = &thing{}
	t.next.name = "c"
	counts := map[string]int{}
	groups := map[string][]*api.Pod{}
	for _, p := range krt.Fetch(ctx, pods) {
		counts[p.Name]++
		groups[p.Name] = append(groups[p.Name], p)
		t.ports = append(t.ports, p.Spec.Ports...)
	}
	for _, group := range groups {
		slices.Reverse(group)
	}
	return t
}

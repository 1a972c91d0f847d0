// SPDX-License-Identifier: Apache-2.0

package view

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/krtkit/krtkit/krt"
)

// Sources are the collections of objects that the view is derived from. Tests make
// them of static collections, programs of informers: see [Watch].
type Sources struct {
	Services       krt.Collection[*corev1.Service]
	Pods           krt.Collection[*corev1.Pod]
	Nodes          krt.Collection[*corev1.Node]
	Namespaces     krt.Collection[*corev1.Namespace]
	Deployments    krt.Collection[*appsv1.Deployment]
	StatefulSets   krt.Collection[*appsv1.StatefulSet]
	DaemonSets     krt.Collection[*appsv1.DaemonSet]
	EndpointSlices krt.Collection[*discoveryv1.EndpointSlice]
}

// View is the graph of collections, from objects to services. Its fields are read
// with krt's functions; [View.Services] is the result.
type View struct {
	// Sources are what the rest is derived from.
	Sources Sources

	// Specs, Nodes, Namespaces and Slices are the parts of objects that matter.
	Specs      krt.Collection[ServiceSpec]
	Nodes      krt.Collection[Node]
	Namespaces krt.Collection[Namespace]
	Slices     krt.Collection[Slice]
	// Workloads are of three kinds in one collection.
	Workloads krt.Collection[Workload]
	// Backends are the pods, and templates for workloads that have none.
	Backends krt.Collection[Backend]
	// Services is the view.
	Services krt.Collection[Service]
	// Debug says what the collections hold, do, and are made of.
	Debug *krt.DebugHandler

	slicesByService     krt.Index[string, Slice]
	specsByPair         krt.Index[string, ServiceSpec]
	backendsByNamespace krt.Index[string, Backend]
}

// New derives the view. It returns at once; [View.Services] is synced when all
// sources are and everything has been computed. Everything ends when stop closes.
//
// The graph:
//
//	Services ──────────────────────────▶ Specs ───────────┐
//	Namespaces ──▶ Namespaces ────────────────────────────┤
//	EndpointSlices ──▶ Slices ────────────────────────────┤
//	Nodes ──▶ Nodes ──┐                                   ├─▶ Services
//	Pods ─────────────┴─▶ pods ─┬────────────┐            │
//	Deployments ──┐             │            ├▶ Backends ─┤
//	StatefulSets ─┼▶ Workloads ─┼▶ templates ┘            │
//	DaemonSets ───┘      └──────┼─────────────────────────┘
func New(in Sources, stop <-chan struct{}) *View {
	v := &View{Sources: in, Debug: new(krt.DebugHandler)}
	opts := krt.NewOptionsBuilder(stop, name, v.Debug).WithName

	v.Specs = krt.NewCollection(in.Services, serviceSpec, opts("specs")...)
	v.Nodes = krt.NewCollection(in.Nodes, node, opts("nodes")...)
	v.Namespaces = krt.NewCollection(in.Namespaces, namespace, opts("namespaces")...)
	v.Slices = krt.NewCollection(in.EndpointSlices, slice, opts("slices")...)

	// In a join the first of two objects with one key hides the other. Here no two
	// share one: the key of a workload begins with its kind.
	v.Workloads = krt.JoinCollection([]krt.Collection[Workload]{
		krt.NewCollection(in.Deployments, deployment, opts("deployments")...),
		krt.NewCollection(in.StatefulSets, statefulSet, opts("statefulsets")...),
		krt.NewCollection(in.DaemonSets, daemonSet, opts("daemonsets")...),
	}, opts("workloads")...)

	pods := krt.NewCollection(in.Pods, func(ctx krt.HandlerContext, p *corev1.Pod) *Backend {
		return podBackend(ctx, v.Nodes, p)
	}, opts("pods")...)
	podsByNamespace := krt.NewNamespaceIndex(pods)
	templates := krt.NewCollection(v.Workloads, func(ctx krt.HandlerContext, w Workload) *Backend {
		return templateBackend(ctx, pods, podsByNamespace, w)
	}, opts("templates")...)
	v.Backends = krt.JoinCollection([]krt.Collection[Backend]{pods, templates}, opts("backends")...)

	v.slicesByService = krt.NewIndex(v.Slices, "service", func(s Slice) []string { return []string{s.Service} })
	v.specsByPair = krt.NewIndex(v.Specs, "selector", ServiceSpec.selectorPairs)
	v.backendsByNamespace = krt.NewNamespaceIndex(v.Backends)

	v.Services = krt.NewCollection(v.Specs, v.Service, opts("services")...)
	return v
}

// Service is the transformation at the end of the graph: it gathers what there is
// about one service and describes it. The context may be a
// [krt.TestingDummyContext].
func (v *View) Service(ctx krt.HandlerContext, s ServiceSpec) *Service {
	f := facts{
		spec:      s,
		namespace: krt.FetchOne(ctx, v.Namespaces, krt.FilterKey(s.Namespace)),
		slices:    v.slicesByService.Fetch(ctx, s.ResourceName()),
		workloads: map[string]Workload{},
	}
	if s.Selects() {
		f.backends = krt.Fetch(ctx, v.Backends,
			krt.FilterIndex(v.backendsByNamespace, s.Namespace), krt.FilterLabel(s.Spec.Selector))
		f.related = v.related(ctx, s)
	}
	for _, b := range f.backends {
		if _, known := f.workloads[b.Owner]; b.Owner == "" || known {
			continue
		}
		if w := krt.FetchOne(ctx, v.Workloads, krt.FilterKey(b.Owner)); w != nil {
			f.workloads[b.Owner] = *w
		}
	}
	out := describe(f)
	return &out
}

// related returns the other services of the namespace that could select pods of
// this one. Of two selectors one of which implies the other, each shares a pair
// with the other, so only those need to be looked at, and only a change of those
// brings this service back here.
func (v *View) related(ctx krt.HandlerContext, s ServiceSpec) map[string]ServiceSpec {
	related := map[string]ServiceSpec{}
	for _, pair := range s.selectorPairs() {
		for _, o := range v.specsByPair.Fetch(ctx, pair) {
			if o.Name != s.Name {
				related[o.Name] = o
			}
		}
	}
	return related
}

// selectorPairs are the keys of the index of selectors: each label that the service
// asks for, in its namespace.
func (s ServiceSpec) selectorPairs() []string {
	if !s.Selects() {
		return nil
	}
	pairs := make([]string, 0, len(s.Spec.Selector))
	for k, v := range s.Spec.Selector {
		pairs = append(pairs, s.Namespace+"/"+k+"="+v)
	}
	return pairs
}

// name is what the names of all collections here begin with.
const name = "serviceview"

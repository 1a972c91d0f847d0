// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
	apiversion "k8s.io/apimachinery/pkg/version"
)

// Registry is the set of resources that are served now.
type Registry struct {
	mu       sync.RWMutex
	infos    map[schema.GroupVersionResource]*Info    // guarded by mu
	kinds    map[schema.GroupVersionKind]*Info        // guarded by mu
	owners   map[string][]schema.GroupVersionResource // guarded by mu: what each CustomResourceDefinition serves
	rendered map[string][]byte                        // guarded by mu: discovery documents of this state
}

// NewRegistry returns a registry of the built-in resources and customresourcedefinitions.
func NewRegistry() *Registry {
	r := &Registry{
		infos:    map[schema.GroupVersionResource]*Info{},
		kinds:    map[schema.GroupVersionKind]*Info{},
		owners:   map[string][]schema.GroupVersionResource{},
		rendered: map[string][]byte{},
	}
	for _, info := range append(Builtin(), definitions()) {
		r.infos[info.Resource] = info
		r.kinds[info.Kind.GVK] = info
	}
	return r
}

// Lookup returns the resource that requests call so.
func (r *Registry) Lookup(gvr schema.GroupVersionResource) (*Info, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	info, ok := r.infos[gvr]
	return info, ok
}

// ForKind returns the resource whose objects have the kind.
func (r *Registry) ForKind(gvk schema.GroupVersionKind) (*Info, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	info, ok := r.kinds[gvk]
	return info, ok
}

// Accepts reports whether the named CustomResourceDefinition can serve the infos: whether nothing else serves a resource
// or a kind of theirs.
func (r *Registry) Accepts(owner string, infos []*Info) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, info := range infos {
		for _, other := range []*Info{r.infos[info.Resource], r.kinds[info.Kind.GVK]} {
			if other != nil && !slices.Contains(r.owners[owner], other.Resource) {
				return false
			}
		}
	}
	return true
}

// Set makes the infos what the named CustomResourceDefinition serves, and nothing else. They must be accepted. It
// returns the storage that nothing shows any more.
func (r *Registry) Set(owner string, infos []*Info) (gone []schema.GroupVersionResource) {
	r.mu.Lock()
	defer r.mu.Unlock()
	unused := map[schema.GroupVersionResource]bool{}
	for _, gvr := range r.owners[owner] {
		info := r.infos[gvr]
		unused[info.Storage] = true
		delete(r.kinds, info.Kind.GVK)
		delete(r.infos, gvr)
	}
	delete(r.owners, owner)
	for _, info := range infos {
		r.infos[info.Resource] = info
		r.kinds[info.Kind.GVK] = info
		r.owners[owner] = append(r.owners[owner], info.Resource)
		delete(unused, info.Storage)
	}
	clear(r.rendered)
	return slices.Collect(maps.Keys(unused))
}

// sorted returns every resource: groups in the order in which kubectl prefers them, in each group the preferred version
// first, in each version by name. The caller holds the lock.
func (r *Registry) sorted() []*Info {
	all := make([]*Info, 0, len(r.infos))
	for _, info := range r.infos {
		all = append(all, info)
	}
	order := groupOrder()
	rank := func(group string) int {
		if i := slices.Index(order, group); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortFunc(all, func(a, b *Info) int {
		ga, gb := a.Resource.Group, b.Resource.Group
		return cmp.Or(
			cmp.Compare(rank(ga), rank(gb)),
			cmp.Compare(ga, gb),
			-apiversion.CompareKubeAwareVersionStrings(a.Resource.Version, b.Resource.Version),
			cmp.Compare(a.Resource.Resource, b.Resource.Resource),
		)
	})
	return all
}

func groupOrder() []string {
	return []string{
		"", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch",
		"certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
		"admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io",
		"node.k8s.io", "discovery.k8s.io", "resource.k8s.io", "flowcontrol.apiserver.k8s.io",
		"lifecycle.k8s.io", "storagemigration.k8s.io", "internal.apiserver.k8s.io",
	}
}

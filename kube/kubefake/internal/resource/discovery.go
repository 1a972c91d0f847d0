// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"encoding/json"
	"fmt"
	"strings"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// served is a group and version with its resources.
type served struct {
	gv    schema.GroupVersion
	infos []*Info
}

// versions returns what is served in the order of sorted. The caller holds the lock.
func (r *Registry) versions() []served {
	var out []served
	for _, info := range r.sorted() {
		gv := info.Resource.GroupVersion()
		if len(out) == 0 || out[len(out)-1].gv != gv {
			out = append(out, served{gv: gv})
		}
		last := &out[len(out)-1]
		last.infos = append(last.infos, info)
	}
	return out
}

// render returns the JSON of a document that depends on nothing but what is served, building it once for each state.
// It is nil when build returns nil.
func (r *Registry) render(name string, build func([]served) any) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if doc, ok := r.rendered[name]; ok {
		return doc, nil
	}
	doc, err := json.Marshal(build(r.versions()))
	if err != nil {
		return nil, fmt.Errorf("discovery document %s: %w", name, err)
	}
	if string(doc) == "null" {
		// Nothing is there. Names that strangers ask for are not kept.
		return nil, nil
	}
	r.rendered[name] = doc
	return doc, nil
}

// Versions returns the JSON of /api.
func (r *Registry) Versions() ([]byte, error) {
	return json.Marshal(&metav1.APIVersions{
		TypeMeta: metav1.TypeMeta{Kind: "APIVersions"},
		Versions: []string{"v1"},
		ServerAddressByClientCIDRs: []metav1.ServerAddressByClientCIDR{
			{ClientCIDR: "0.0.0.0/0", ServerAddress: "localhost"},
		},
	})
}

// Groups returns the JSON of /apis.
func (r *Registry) Groups() ([]byte, error) {
	return r.render("groups", func(all []served) any {
		return &metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: groupsOf(all)}
	})
}

// Group returns the JSON of /apis/GROUP, nil when nothing is served in it.
func (r *Registry) Group(name string) ([]byte, error) {
	return r.render("group "+name, func(all []served) any {
		for _, g := range groupsOf(all) {
			if g.Name == name {
				g.TypeMeta = metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}
				return &g
			}
		}
		return nil
	})
}

func groupsOf(all []served) []metav1.APIGroup {
	var groups []metav1.APIGroup
	for _, s := range all {
		if s.gv.Group == "" {
			continue
		}
		version := metav1.GroupVersionForDiscovery{GroupVersion: s.gv.String(), Version: s.gv.Version}
		if len(groups) == 0 || groups[len(groups)-1].Name != s.gv.Group {
			groups = append(groups, metav1.APIGroup{Name: s.gv.Group, PreferredVersion: version})
		}
		last := &groups[len(groups)-1]
		last.Versions = append(last.Versions, version)
	}
	return groups
}

// Resources returns the JSON of /api/v1 or /apis/GROUP/VERSION, nil when nothing is served in it.
func (r *Registry) Resources(gv schema.GroupVersion) ([]byte, error) {
	return r.render("resources "+gv.String(), func(all []served) any {
		for _, s := range all {
			if s.gv == gv {
				return resourceList(s)
			}
		}
		return nil
	})
}

func resourceList(s served) *metav1.APIResourceList {
	list := &metav1.APIResourceList{
		TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
		GroupVersion: s.gv.String(),
	}
	for _, info := range s.infos {
		kind := info.Kind.GVK.Kind
		list.APIResources = append(list.APIResources, metav1.APIResource{
			Name: info.Resource.Resource, SingularName: info.Singular, Namespaced: info.Namespaced, Kind: kind,
			Verbs: info.Verbs, ShortNames: info.ShortNames, Categories: info.Categories,
		})
		for _, sub := range info.Subresources() {
			list.APIResources = append(list.APIResources, metav1.APIResource{
				Name: info.Resource.Resource + "/" + sub.Name, Namespaced: info.Namespaced, Kind: sub.Kind.Kind,
				Group: sub.group(info), Version: sub.version(info), Verbs: sub.Verbs,
			})
		}
	}
	return list
}

// Aggregated returns the JSON of the APIGroupDiscoveryList of /api (core) or /apis.
func (r *Registry) Aggregated(core bool) ([]byte, error) {
	return r.render(fmt.Sprint("aggregated ", core), func(all []served) any {
		list := &apidiscoveryv2.APIGroupDiscoveryList{
			TypeMeta: metav1.TypeMeta{Kind: "APIGroupDiscoveryList", APIVersion: "apidiscovery.k8s.io/v2"},
		}
		for _, s := range all {
			if (s.gv.Group == "") != core {
				continue
			}
			if n := len(list.Items); n == 0 || list.Items[n-1].Name != s.gv.Group {
				list.Items = append(list.Items, apidiscoveryv2.APIGroupDiscovery{ObjectMeta: metav1.ObjectMeta{Name: s.gv.Group}})
			}
			last := &list.Items[len(list.Items)-1]
			last.Versions = append(last.Versions, versionDiscovery(s))
		}
		return list
	})
}

func versionDiscovery(s served) apidiscoveryv2.APIVersionDiscovery {
	out := apidiscoveryv2.APIVersionDiscovery{Version: s.gv.Version, Freshness: apidiscoveryv2.DiscoveryFreshnessCurrent}
	for _, info := range s.infos {
		scope := apidiscoveryv2.ScopeCluster
		if info.Namespaced {
			scope = apidiscoveryv2.ScopeNamespace
		}
		res := apidiscoveryv2.APIResourceDiscovery{
			Resource: info.Resource.Resource, ResponseKind: discoveryKind(info.Kind.GVK), Scope: scope,
			SingularResource: info.Singular, Verbs: info.Verbs, ShortNames: info.ShortNames, Categories: info.Categories,
		}
		for _, sub := range info.Subresources() {
			res.Subresources = append(res.Subresources, apidiscoveryv2.APISubresourceDiscovery{
				Subresource: sub.Name, ResponseKind: discoveryKind(sub.Kind), Verbs: sub.Verbs,
			})
		}
		out.Resources = append(out.Resources, res)
	}
	return out
}

func discoveryKind(gvk schema.GroupVersionKind) *metav1.GroupVersionKind {
	return &metav1.GroupVersionKind{Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind}
}

// Subresource is a part of an object with a path of its own.
type Subresource struct {
	Name  string
	Kind  schema.GroupVersionKind
	Verbs []string
}

func (s Subresource) group(info *Info) string {
	if s.Kind == info.Kind.GVK {
		return ""
	}
	return s.Kind.Group
}

func (s Subresource) version(info *Info) string {
	if s.Kind == info.Kind.GVK {
		return ""
	}
	return s.Kind.Version
}

// Subresources returns the parts of the resource that have a path of their own, sorted by name.
func (i *Info) Subresources() []Subresource {
	var subs []Subresource
	core := i.Resource.Group == "" && i.Resource.Version == "v1"
	switch {
	case core && i.Resource.Resource == "namespaces":
		subs = append(subs, Subresource{Name: "finalize", Kind: i.Kind.GVK, Verbs: []string{"update"}})
	case core && i.Resource.Resource == "pods":
		subs = append(subs,
			Subresource{Name: "binding", Kind: schema.GroupVersionKind{Version: "v1", Kind: "Binding"}, Verbs: []string{"create"}},
			Subresource{Name: "eviction", Kind: schema.GroupVersionKind{Group: "policy", Version: "v1", Kind: "Eviction"}, Verbs: []string{"create"}})
	}
	if i.Scale != nil {
		subs = append(subs, Subresource{Name: "scale", Kind: scaleKind(), Verbs: []string{"get", "patch", "update"}})
	}
	if i.HasStatus {
		subs = append(subs, Subresource{Name: "status", Kind: i.Kind.GVK, Verbs: []string{"get", "patch", "update"}})
	}
	return subs
}

// Path returns where the group and version is served, such as /api/v1 or /apis/apps/v1.
func Path(gv schema.GroupVersion) string {
	if gv.Group == "" {
		return "/api/" + gv.Version
	}
	return strings.Join([]string{"/apis", gv.Group, gv.Version}, "/")
}

// SPDX-License-Identifier: Apache-2.0

package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"

	"github.com/krtkit/krtkit/examples/serviceview/manifest"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// Mirror knows what the files said when they were last read.
type Mirror struct {
	server    *kubefake.Server
	objects   dynamic.Interface
	discovery *discovery.DiscoveryClient
	resources map[schema.GroupVersionKind]metav1.APIResource
	last      map[manifest.ID]manifest.Object
}

// New returns a mirror of nothing so far.
func New(server *kubefake.Server) (*Mirror, error) {
	config := server.RESTConfig()
	d, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("discovery client: %w", err)
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("dynamic client: %w", err)
	}
	m := &Mirror{server: server, objects: objects, discovery: d, last: map[manifest.ID]manifest.Object{}}
	return m, m.discover()
}

// discover learns which kinds the server serves.
func (m *Mirror) discover() error {
	_, lists, err := m.discovery.ServerGroupsAndResources()
	if err != nil {
		return fmt.Errorf("discovering the kinds of the server: %w", err)
	}
	m.resources = map[schema.GroupVersionKind]metav1.APIResource{}
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return fmt.Errorf("discovering the kinds of the server: %w", err)
		}
		for _, r := range list.APIResources {
			// What cannot be deleted is a question to the server, not an object.
			if strings.Contains(r.Name, "/") || !slices.Contains(r.Verbs, "delete") {
				continue
			}
			r.Group, r.Version = gv.Group, gv.Version
			m.resources[gv.WithKind(r.Kind)] = r
		}
	}
	return nil
}

func (m *Mirror) kinds(gvk schema.GroupVersionKind) (namespaced, served bool) {
	r, served := m.resources[gvk]
	return r.Namespaced, served
}

// Plan is what there is to do, each list in order.
type Plan struct {
	Create, Update, Delete []manifest.Object
}

// Empty reports whether there is nothing to do.
func (p Plan) Empty() bool { return len(p.Create)+len(p.Update)+len(p.Delete) == 0 }

// Load reads files and folders, and compares them with what was applied last.
func (m *Mirror) Load(paths ...string) (*manifest.Set, Plan, error) {
	if err := m.discover(); err != nil {
		return nil, Plan{}, err
	}
	set := manifest.Load(m.kinds, paths...)
	return set, m.plan(set), nil
}

// LoadFS is Load for the files of a file system.
func (m *Mirror) LoadFS(fsys fs.FS) (*manifest.Set, Plan) {
	set := manifest.LoadFS(m.kinds, fsys)
	return set, m.plan(set)
}

func (m *Mirror) plan(set *manifest.Set) Plan {
	var p Plan
	declared := map[manifest.ID]bool{}
	used := map[string]bool{} // namespaces
	for _, o := range set.Objects {
		id := o.ID()
		declared[id], used[id.Namespace] = true, true
		switch before, known := m.last[id]; {
		case !known:
			p.Create = append(p.Create, o)
		case !equality.Semantic.DeepEqual(before.Content.Object, o.Content.Object):
			p.Update = append(p.Update, o)
		}
	}
	broken := set.Broken()
	for id, o := range m.last {
		if declared[id] || brokenFile(broken, o.At.File) || id.Group == "" && id.Kind == "Namespace" && used[id.Name] {
			continue
		}
		p.Delete = append(p.Delete, o)
	}
	slices.SortFunc(p.Delete, func(a, b manifest.Object) int {
		// What is in a namespace goes before the namespace does, and services go
		// before what they would otherwise be without for a moment.
		return cmp.Or(cmp.Compare(rank(b), rank(a)), strings.Compare(a.ID().String(), b.ID().String()))
	})
	return p
}

// brokenFile reports whether a file, or a folder that it is in, has an error.
func brokenFile(broken map[string]bool, file string) bool {
	for name := range broken {
		if name == file || name == "." && !filepath.IsAbs(file) || strings.HasPrefix(file, strings.TrimSuffix(name, "/")+"/") {
			return true
		}
	}
	return false
}

// rank orders objects by what should exist before them.
func rank(o manifest.Object) int {
	switch o.ID().GroupKind.String() {
	case "CustomResourceDefinition.apiextensions.k8s.io":
		return 0
	case "Namespace":
		return 1
	case "Service":
		return 3 // when everything that it selects is there
	default:
		return 2
	}
}

// Apply does what the plan says. One object that the server refuses is an error
// that names its place, and leaves the others as they should be.
func (m *Mirror) Apply(ctx context.Context, p Plan) error {
	var errs []error
	put := slices.Concat(p.Create, p.Update)
	slices.SortStableFunc(put, func(a, b manifest.Object) int { return cmp.Compare(rank(a), rank(b)) })
	for _, o := range put {
		// Put keeps the status, which a client of a real server could not write.
		// The server gets a copy because it fills in what it knows.
		if err := m.server.Put(o.Content.DeepCopy()); err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", o.At, o.ID(), err))
			continue
		}
		m.last[o.ID()] = o
	}
	for _, o := range p.Delete {
		if err := m.delete(ctx, o); err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", o.At, o.ID(), err))
			continue
		}
		delete(m.last, o.ID())
	}
	return errors.Join(errs...)
}

func (m *Mirror) delete(ctx context.Context, o manifest.Object) error {
	gvk := o.Content.GroupVersionKind()
	r, ok := m.resources[gvk]
	if !ok {
		// Its definition was not there when the kinds were discovered, or is
		// gone, and the object with it.
		if err := m.discover(); err != nil {
			return err
		}
		if r, ok = m.resources[gvk]; !ok {
			return nil
		}
	}
	client := m.objects.Resource(gvk.GroupVersion().WithResource(r.Name))
	var err error
	if r.Namespaced {
		err = client.Namespace(o.Content.GetNamespace()).Delete(ctx, o.Content.GetName(), metav1.DeleteOptions{})
	} else {
		err = client.Delete(ctx, o.Content.GetName(), metav1.DeleteOptions{})
	}
	if apierrors.IsNotFound(err) {
		return nil // somebody else was faster
	}
	return err
}

// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"

	"github.com/krtkit/krtkit/examples/serviceview/manifest"
	"github.com/krtkit/krtkit/examples/serviceview/samples"
	"github.com/krtkit/krtkit/test/apiserver"
)

// publicManifests are manifests that are not part of this repository: a folder
// beside it has them where it is developed.
var publicManifests = filepath.Join("..", "..", "..", "shared", "data")

// cluster writes manifests to a server.
type cluster struct {
	client dynamic.Interface
	mapper meta.RESTMapper
}

func newCluster(t *testing.T, server *apiserver.Server) *cluster {
	t.Helper()
	client, err := dynamic.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	d, err := discovery.NewDiscoveryClientForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	groups, err := restmapper.GetAPIGroupResources(d)
	if err != nil {
		t.Fatal(err)
	}
	return &cluster{client: client, mapper: restmapper.NewDiscoveryRESTMapper(groups)}
}

func (c *cluster) kinds(gvk schema.GroupVersionKind) (namespaced, served bool) {
	mapping, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return false, false
	}
	return mapping.Scope.Name() == meta.RESTScopeNameNamespace, true
}

// loadPublic returns the manifests of a folder of publicManifests, and false if it
// is not there.
func (c *cluster) loadPublic(t *testing.T, folder string) (*manifest.Set, bool) {
	t.Helper()
	path := filepath.Join(publicManifests, folder)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	return manifest.Load(c.kinds, path), true
}

// loadSamples returns the manifests that serviceview carries with it.
func (c *cluster) loadSamples() *manifest.Set {
	return manifest.LoadFS(c.kinds, samples.FS())
}

// apply creates the objects of a set, and the namespaces that they are in. The
// server must accept every one that it knows the kind of.
func (c *cluster) apply(t *testing.T, set *manifest.Set) {
	t.Helper()
	if len(set.Objects) == 0 {
		t.Fatalf("no objects; errors: %v", set.Errors)
	}
	var namespaces, others []*unstructured.Unstructured
	for _, o := range set.Objects {
		if o.ID().GroupKind == (schema.GroupKind{Kind: "Namespace"}) {
			namespaces = append(namespaces, o.Content)
			continue
		}
		others = append(others, o.Content)
		if name := o.Content.GetNamespace(); name != "" {
			namespaces = append(namespaces, &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name},
			}})
		}
	}
	for _, o := range namespaces {
		if err := c.create(t, o); err != nil && !apierrors.IsAlreadyExists(err) {
			t.Fatal(err)
		}
	}
	for _, o := range others {
		if err := c.create(t, o); err != nil {
			t.Error(err)
		}
	}
}

// create creates an object and then writes its status, if it has one, as a
// controller would.
func (c *cluster) create(t *testing.T, o *unstructured.Unstructured) error {
	t.Helper()
	gvk := o.GroupVersionKind()
	mapping, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		t.Fatal(err)
	}
	resource := c.client.Resource(mapping.Resource).Namespace(o.GetNamespace())
	created, err := resource.Create(t.Context(), o, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("create %s %s/%s: %w", gvk.Kind, o.GetNamespace(), o.GetName(), err)
	}
	status, ok := o.Object["status"]
	if !ok {
		return nil
	}
	created.Object["status"] = status
	if _, err := resource.UpdateStatus(t.Context(), created, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("status of %s %s/%s: %w", gvk.Kind, o.GetNamespace(), o.GetName(), err)
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package clienttest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/types"
	"github.com/krtkit/krtkit/util/test"
)

// patience is how long a server may take to accept a definition.
const patience = 30 * time.Second

// approval lets tests define resources in the groups of Kubernetes.
const approval = "api-approved.kubernetes.io"

// MakeCRD makes the server serve a resource in a version: it creates the CustomResourceDefinition, or changes the one that
// is there, and waits until it is established. Its kind and scope are those that the client's types have for it; a
// resource that they do not know is namespaced and has its singular as kind. It takes objects with any fields and a status
// of its own. The versions that a definition had before stay as they are.
func MakeCRD(t test.Failer, c kube.Client, g schema.GroupVersionResource) {
	t.Helper()
	MakeCRDWithAnnotations(t, c, g, nil)
}

// MakeCRDWithAnnotations is [MakeCRD] of a definition that has the annotations, besides those that it may have already.
func MakeCRDWithAnnotations(t test.Failer, c kube.Client, g schema.GroupVersionResource, annotations map[string]string) {
	t.Helper()
	change(t, c, g, annotations, func(versions []any) []any {
		return serve(versions, g.Version)
	})
}

// MakeCRDVersions is [MakeCRD] of a definition that serves these versions and no others, with the first of them as the one
// that objects are stored in. Versions that the definition had before stay but are not served.
func MakeCRDVersions(t test.Failer, c kube.Client, g schema.GroupResource, versions ...string) {
	t.Helper()
	if len(versions) == 0 {
		t.Fatalf("make CustomResourceDefinition of %s: it needs a version", g)
		return
	}
	change(t, c, g.WithVersion(versions[0]), nil, func(present []any) []any {
		for _, v := range present {
			v.(map[string]any)["served"] = false
		}
		for _, name := range versions {
			present = serve(present, name)
		}
		for _, v := range present {
			version := v.(map[string]any)
			version["storage"] = version["name"] == versions[0]
		}
		return present
	})
}

// DeleteCRD removes a definition, with it all objects of the resource, and waits until it is gone. It does nothing if there
// is none.
func DeleteCRD(t test.Failer, c kube.Client, g schema.GroupVersionResource) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name, crds := g.GroupResource().String(), definitions(c)
	err := crds.Delete(ctx, name, metav1.DeleteOptions{})
	if err == nil {
		err = await(ctx, crds, name, func(u *unstructured.Unstructured) (bool, error) { return u == nil, nil })
	}
	if err != nil && !apierrors.IsNotFound(err) {
		t.Fatalf("delete CustomResourceDefinition %s: %v", name, err)
	}
}

func definitions(c kube.Client) dynamic.ResourceInterface {
	return c.Dynamic().Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
}

// change creates a definition or changes the present one, and waits until it is established.
func change(t test.Failer, c kube.Client, g schema.GroupVersionResource, annotations map[string]string, versions func([]any) []any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	crds, name := definitions(c), g.GroupResource().String()
	err := write(ctx, crds, fresh(c, g), func(u *unstructured.Unstructured) error {
		present, _, err := unstructured.NestedSlice(u.Object, "spec", "versions")
		if err != nil {
			return err
		}
		merged := u.GetAnnotations()
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, annotations)
		u.SetAnnotations(merged)
		return unstructured.SetNestedSlice(u.Object, versions(present), "spec", "versions")
	})
	if err == nil {
		err = await(ctx, crds, name, isEstablished)
	}
	if err != nil {
		t.Fatalf("make CustomResourceDefinition %s: %v", name, err)
	}
}

// write creates the definition, or changes the present one if there is one.
func write(
	ctx context.Context, crds dynamic.ResourceInterface, fresh *unstructured.Unstructured, change func(*unstructured.Unstructured) error,
) error {
	for {
		u, err := crds.Get(ctx, fresh.GetName(), metav1.GetOptions{})
		if isNew := apierrors.IsNotFound(err); isNew {
			u = fresh.DeepCopy()
		} else if err != nil {
			return err
		}
		if err := change(u); err != nil {
			return err
		}
		if u.GetResourceVersion() == "" {
			_, err = crds.Create(ctx, u, metav1.CreateOptions{})
		} else {
			_, err = crds.Update(ctx, u, metav1.UpdateOptions{})
		}
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
}

// fresh returns a definition without versions.
func fresh(c kube.Client, g schema.GroupVersionResource) *unstructured.Unstructured {
	kind, scope := kindOf(g.Resource), "Namespaced"
	if info, err := c.Types().ForResource(g); err == nil {
		kind = info.GVK.Kind
		if info.Scope == types.ScopeCluster {
			scope = "Cluster"
		}
	}
	u := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": g.GroupResource().String()},
		"spec": map[string]any{
			"group": g.Group, "scope": scope,
			"names":    map[string]any{"plural": g.Resource, "singular": strings.ToLower(kind), "kind": kind, "listKind": kind + "List"},
			"versions": []any{},
		},
	}}
	if g.Group == "k8s.io" || g.Group == "kubernetes.io" || strings.HasSuffix(g.Group, ".k8s.io") || strings.HasSuffix(g.Group, ".kubernetes.io") {
		u.SetAnnotations(map[string]string{approval: "unapproved, a test"})
	}
	return u
}

// kindOf guesses a kind from its plural name.
func kindOf(plural string) string {
	kind := strings.TrimSuffix(plural, "s")
	if stem, ok := strings.CutSuffix(plural, "ies"); ok {
		kind = stem + "y"
	}
	if kind == "" {
		return plural
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}

// serve returns the versions with one that is served. If there is none of its name it is added, and stored if it is the first.
func serve(versions []any, name string) []any {
	for _, v := range versions {
		if version := v.(map[string]any); version["name"] == name {
			version["served"] = true
			return versions
		}
	}
	return append(versions, map[string]any{
		"name": name, "served": true, "storage": len(versions) == 0,
		"schema": map[string]any{"openAPIV3Schema": map[string]any{
			"type": "object", "x-kubernetes-preserve-unknown-fields": true,
		}},
		"subresources": map[string]any{"status": map[string]any{}},
	})
}

// await waits until done says so of the definition, which is nil when it is gone.
func await(
	ctx context.Context, crds dynamic.ResourceInterface, name string, done func(*unstructured.Unstructured) (bool, error),
) error {
	one := metav1.ListOptions{FieldSelector: "metadata.name=" + name}
	list, err := crds.List(ctx, one)
	if err != nil {
		return err
	}
	var now *unstructured.Unstructured
	if len(list.Items) > 0 {
		now = &list.Items[0]
	}
	if over, err := done(now); over || err != nil {
		return err
	}
	one.ResourceVersion = list.GetResourceVersion()
	w, err := crds.Watch(ctx, one)
	if err != nil {
		return err
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		u, ok := event.Object.(*unstructured.Unstructured)
		if !ok {
			return apierrors.FromObject(event.Object)
		}
		if event.Type == "DELETED" {
			u = nil
		}
		if over, err := done(u); over || err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fmt.Errorf("the watch of %s has ended", name)
}

func isEstablished(u *unstructured.Unstructured) (bool, error) {
	if u == nil {
		return false, nil
	}
	// A real server begins with a status whose conditions are null.
	status, _ := u.Object["status"].(map[string]any)
	conditions, _ := status["conditions"].([]any)
	is := func(kind, status string) func(any) bool {
		return func(c any) bool {
			m, ok := c.(map[string]any)
			return ok && m["type"] == kind && m["status"] == status
		}
	}
	if i := slices.IndexFunc(conditions, is("NamesAccepted", "False")); i >= 0 {
		return false, fmt.Errorf("its names are not accepted: %v", conditions[i].(map[string]any)["message"])
	}
	return slices.ContainsFunc(conditions, is("Established", "True")), nil
}

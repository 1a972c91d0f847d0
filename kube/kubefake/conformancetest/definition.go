// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

func definitions() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
}

// widgets is a custom resource with two versions, the first with a status of its own.
type widgets struct {
	group string
}

func (w widgets) in(version string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: w.group, Version: version, Resource: "widgets"}
}

func (w widgets) definition() *unstructured.Unstructured {
	anything := map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "widgets." + w.group},
		"spec": map[string]any{
			"group": w.group, "scope": "Namespaced",
			"names": map[string]any{"plural": "widgets", "kind": "Widget", "shortNames": []any{"wd"}},
			"versions": []any{
				map[string]any{"name": "v1", "served": true, "storage": true, "schema": anything, "subresources": map[string]any{
					"status": map[string]any{},
					"scale": map[string]any{
						"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector",
					},
				}},
				map[string]any{"name": "v1beta1", "served": true, "storage": false, "schema": anything, "subresources": map[string]any{"status": map[string]any{}}},
				map[string]any{"name": "v1alpha1", "served": false, "storage": false, "schema": anything},
			},
		},
	}}
}

// widget makes an object of the resource.
func (w widgets) widget(version, name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": w.group + "/" + version, "kind": "Widget", "metadata": map[string]any{"name": name},
		"spec": map[string]any{"size": int64(1)},
	}}
}

// defineWidgets creates the definition in a group of the test's own and waits until it is established.
func (e *env) defineWidgets() widgets {
	e.Helper()
	w := widgets{group: e.namespace + ".example.com"}
	crds := e.dynamic.Resource(definitions())
	name := w.definition().GetName()
	watcher := must(crds.Watch(e.ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + name}))(e)
	defer watcher.Stop()
	made := must(crds.Create(e.ctx, w.definition(), metav1.CreateOptions{}))(e)
	e.Cleanup(func() {
		err := crds.Delete(context.WithoutCancel(e.ctx), name, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			e.Errorf("deleting the definition: %v", err)
		}
	})
	for !hasCondition(made, "Established") {
		select {
		case event := <-watcher.ResultChan():
			if u, ok := event.Object.(*unstructured.Unstructured); ok {
				made = u
			}
		case <-e.ctx.Done():
			e.Fatal("the definition is not established")
		}
	}
	return w
}

func hasCondition(u *unstructured.Unstructured, kind string) bool {
	conditions, _, err := unstructured.NestedSlice(u.Object, "status", "conditions")
	return err == nil && slices.ContainsFunc(conditions, func(c any) bool {
		m, ok := c.(map[string]any)
		return ok && m["type"] == kind && m["status"] == "True"
	})
}

func (e *env) widgets(w widgets, version string) dynamic.ResourceInterface {
	return e.dynamic.Resource(w.in(version)).Namespace(e.namespace)
}

// discover returns the resources of a group and version. A server may serve them before
// it says so, and nothing tells when it does.
func (e *env) discover(groupVersion string) *metav1.APIResourceList {
	e.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		list, err := e.client.Discovery().ServerResourcesForGroupVersion(groupVersion)
		if err == nil {
			return list
		}
		if !apierrors.IsNotFound(err) {
			e.Fatal(err)
		}
		select {
		case <-tick.C:
		case <-e.ctx.Done():
			e.Fatalf("resources of %s: %v", groupVersion, err)
		}
	}
}

func definitionTests() []test {
	return []test{
		{"servesItsVersions", func(e *env) {
			w := e.defineWidgets()
			made := must(e.widgets(w, "v1").Create(e.ctx, w.widget("v1", "a"), metav1.CreateOptions{}))(e)
			other := must(e.widgets(w, "v1beta1").Get(e.ctx, "a", metav1.GetOptions{}))(e)
			if other.GetUID() != made.GetUID() || other.GetAPIVersion() != w.group+"/v1beta1" {
				e.Errorf("in v1beta1: uid %s, apiVersion %s", other.GetUID(), other.GetAPIVersion())
			}
			_, err := e.widgets(w, "v1alpha1").Get(e.ctx, "a", metav1.GetOptions{})
			if !apierrors.IsNotFound(err) {
				e.Errorf("a version that is not served: got %v, want not found", err)
			}
			list := must(e.widgets(w, "v1").List(e.ctx, metav1.ListOptions{}))(e)
			if len(list.Items) != 1 || list.Items[0].GetKind() != "Widget" || list.GetKind() != "WidgetList" {
				e.Errorf("list %s of %d items", list.GetKind(), len(list.Items))
			}
		}},
		{"isDiscovered", func(e *env) {
			w := e.defineWidgets()
			list := e.discover(w.group + "/v1")
			i := slices.IndexFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Name == "widgets" })
			if i < 0 {
				e.Fatalf("resources %v", list.APIResources)
			}
			if r := list.APIResources[i]; r.Kind != "Widget" || r.SingularName != "widget" || !r.Namespaced || !slices.Contains(r.ShortNames, "wd") {
				e.Errorf("resource %+v", r)
			}
		}},
		{"hasGenerationAndStatus", func(e *env) {
			w := e.defineWidgets()
			c := e.widgets(w, "v1")
			u := w.widget("v1", "a")
			u.Object["status"] = map[string]any{"ready": true}
			u = must(c.Create(e.ctx, u, metav1.CreateOptions{}))(e)
			if u.GetGeneration() != 1 || u.Object["status"] != nil {
				e.Errorf("created: generation %d, status %v", u.GetGeneration(), u.Object["status"])
			}
			e.noError(unstructured.SetNestedField(u.Object, int64(2), "spec", "size"))
			u.Object["status"] = map[string]any{"ready": true}
			u = must(c.Update(e.ctx, u, metav1.UpdateOptions{}))(e)
			if u.GetGeneration() != 2 || u.Object["status"] != nil {
				e.Errorf("updated: generation %d, status %v", u.GetGeneration(), u.Object["status"])
			}
			e.noError(unstructured.SetNestedField(u.Object, int64(3), "spec", "size"))
			u.Object["status"] = map[string]any{"ready": true}
			u = must(c.UpdateStatus(e.ctx, u, metav1.UpdateOptions{}))(e)
			size, _, err := unstructured.NestedInt64(u.Object, "spec", "size")
			e.noError(err)
			if u.GetGeneration() != 2 || size != 2 || u.Object["status"] == nil {
				e.Errorf("status updated: generation %d, size %d, status %v", u.GetGeneration(), size, u.Object["status"])
			}
		}},
		{"wantsResourceVersionsOnUpdate", func(e *env) {
			w := e.defineWidgets()
			c := e.widgets(w, "v1")
			must(c.Create(e.ctx, w.widget("v1", "a"), metav1.CreateOptions{}))(e)
			_, err := c.Update(e.ctx, w.widget("v1", "a"), metav1.UpdateOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
			if err != nil && !strings.Contains(err.Error(), "must be specified for an update") {
				e.Errorf("got %v", err)
			}
		}},
		{"takesNoStrategicPatches", func(e *env) {
			w := e.defineWidgets()
			c := e.widgets(w, "v1")
			must(c.Create(e.ctx, w.widget("v1", "a"), metav1.CreateOptions{}))(e)
			_, err := c.Patch(e.ctx, "a", types.StrategicMergePatchType, []byte(`{"spec":{"size":2}}`), metav1.PatchOptions{})
			e.status(err, http.StatusUnsupportedMediaType, metav1.StatusReasonUnsupportedMediaType, "")
			must(c.Patch(e.ctx, "a", types.MergePatchType, []byte(`{"spec":{"size":2}}`), metav1.PatchOptions{}))(e)
			u := must(c.Patch(e.ctx, "a", types.ApplyPatchType,
				[]byte(`{"apiVersion":"`+w.group+`/v1","kind":"Widget","spec":{"color":"red"}}`), metav1.PatchOptions{FieldManager: "one"}))(e)
			if color, _, _ := unstructured.NestedString(u.Object, "spec", "color"); color != "red" {
				e.Errorf("applied: %v", u.Object["spec"])
			}
		}},
		{"takesItsObjectsAndWatchesAlong", func(e *env) {
			w := e.defineWidgets()
			c := e.widgets(w, "v1")
			made := must(c.Create(e.ctx, w.widget("v1", "a"), metav1.CreateOptions{}))(e)
			watcher := must(c.Watch(e.ctx, metav1.ListOptions{ResourceVersion: made.GetResourceVersion()}))(e)
			defer watcher.Stop()
			e.noError(e.dynamic.Resource(definitions()).Delete(e.ctx, w.definition().GetName(), metav1.DeleteOptions{}))
			deleted := false
			for event := range watcher.ResultChan() {
				deleted = deleted || event.Type == watch.Deleted
			}
			if !deleted {
				e.Error("the watch did not see its object go")
			}
		}},
		{"wantsTheNameOfItsResource", func(e *env) {
			w := widgets{group: e.namespace + ".example.com"}
			u := w.definition()
			u.SetName("other." + w.group)
			_, err := e.dynamic.Resource(definitions()).Create(e.ctx, u, metav1.CreateOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
		}},
	}
}

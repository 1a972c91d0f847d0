// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// definition makes a CustomResourceDefinition of a cluster-scoped kind in example.com/v1, without a status of its own and
// with color as a selectable field.
func definition(kind, plural string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": plural + ".example.com"},
		"spec": map[string]any{
			"group": "example.com", "scope": "Cluster", "names": map[string]any{"plural": plural, "kind": kind},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true, "selectableFields": []any{map[string]any{"jsonPath": ".spec.color"}},
			}},
		},
	}}
}

func thing(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Thing", "metadata": map[string]any{"name": name},
		"spec": map[string]any{"color": "red"}, "status": map[string]any{"ready": true},
	}}
}

func things(t *testing.T, server *kubefake.Server) dynamic.ResourceInterface {
	t.Helper()
	client, err := dynamic.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	return client.Resource(schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "things"})
}

func TestDefinition_canBeSeededWithItsObjectsInAnyOrder(t *testing.T) {
	server, _ := newServer(t, thing("a"), definition("Thing", "things"))
	got, err := things(t, server).Get(t.Context(), "a", metav1.GetOptions{})
	if err != nil || got.GetGeneration() != 1 || got.GetUID() == "" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestDefinition_withoutStatusSubresourceTakesStatusWithTheRest(t *testing.T) {
	server, _ := newServer(t, definition("Thing", "things"))
	got, err := things(t, server).Create(t.Context(), thing("a"), metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got.Object["status"] = map[string]any{"ready": false}
	got, err = things(t, server).Update(t.Context(), got, metav1.UpdateOptions{})
	if err != nil || got.GetGeneration() != 2 {
		t.Errorf("got %v, %v; want generation 2", got, err)
	}
	if _, err := things(t, server).UpdateStatus(t.Context(), got, metav1.UpdateOptions{}); err == nil {
		t.Error("there is no status subresource")
	}
}

func TestDefinition_selectableFieldsSelect(t *testing.T) {
	server, _ := newServer(t, definition("Thing", "things"), thing("a"))
	for selector, want := range map[string]int{"spec.color=red": 1, "spec.color=blue": 0} {
		list, err := things(t, server).List(t.Context(), metav1.ListOptions{FieldSelector: selector})
		if err != nil || len(list.Items) != want {
			t.Errorf("%s: got %v, %v; want %d", selector, list, err, want)
		}
	}
}

func TestDefinition_isAcceptedWhenItsNamesAreFree(t *testing.T) {
	other := definition("Thing", "otherthings")
	server, _ := newServer(t, definition("Thing", "things"), other)
	client, err := dynamic.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	crds := client.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	others := client.Resource(schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "otherthings"})
	if _, err := others.List(t.Context(), metav1.ListOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("got %v, want not found", err)
	}
	if err := crds.Delete(t.Context(), "things.example.com", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := others.List(t.Context(), metav1.ListOptions{}); err != nil {
		t.Error(err)
	}
	got, err := crds.Get(t.Context(), other.GetName(), metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := got.MarshalJSON(); err != nil || !strings.Contains(string(text), "InitialNamesAccepted") {
		t.Errorf("got %s, %v; want it established", text, err)
	}
}

func TestDefinition_doesNotTakeKindsOfOthers(t *testing.T) {
	server, _ := newServer(t, definition("Thing", "things"))
	if err := server.Put(definition("Thing", "otherthings")); err != nil {
		t.Fatal(err)
	}
	client, err := dynamic.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	crds := client.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	got, err := crds.Get(t.Context(), "otherthings.example.com", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := got.MarshalJSON()
	if err != nil || !strings.Contains(string(text), "NameConflict") {
		t.Errorf("got %s, %v; want a name conflict", text, err)
	}
	var objects []runtime.Object
	if err := server.Put(append(objects, thing("a"))...); err != nil {
		t.Errorf("the first is not served any more: %v", err)
	}
}

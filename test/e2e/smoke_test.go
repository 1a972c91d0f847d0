// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

func configMapsOf(t *testing.T, config *rest.Config) dynamic.ResourceInterface {
	t.Helper()
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace("default")
}

func newConfigMap(name, value string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1",
		"kind":       "ConfigMap",
		"metadata":   map[string]any{"name": name, "labels": map[string]any{"of": "smoke"}},
		"data":       map[string]any{"key": value},
	}}
}

// nextEvent returns the next event of a watch as "TYPE name value".
func nextEvent(t *testing.T, w watch.Interface) string {
	t.Helper()
	select {
	case event, open := <-w.ResultChan():
		if !open {
			t.Fatal("the watch ended")
		}
		object, ok := event.Object.(*unstructured.Unstructured)
		if !ok {
			t.Fatalf("the watch sent %s %v", event.Type, event.Object)
		}
		value, _, _ := unstructured.NestedString(object.Object, "data", "key")
		return string(event.Type) + " " + object.GetName() + " " + value
	case <-t.Context().Done():
		t.Fatal("no event")
		return ""
	}
}

// configMapValues lists the config maps of the smoke tests, by name.
func configMapValues(t *testing.T, configMaps dynamic.ResourceInterface) map[string]string {
	t.Helper()
	list, err := configMaps.List(t.Context(), metav1.ListOptions{LabelSelector: "of=smoke"})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, item := range list.Items {
		values[item.GetName()], _, _ = unstructured.NestedString(item.Object, "data", "key")
	}
	return values
}

func TestAPIServer_createListWatch(t *testing.T) {
	configMaps := configMapsOf(t, startServer(t).RESTConfig())
	w, err := configMaps.Watch(t.Context(), metav1.ListOptions{LabelSelector: "of=smoke"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	created, err := configMaps.Create(t.Context(), newConfigMap("a", "1"), metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := configMaps.Create(t.Context(), newConfigMap("a", "1"), metav1.CreateOptions{}); !apierrors.IsAlreadyExists(err) {
		t.Errorf("second creation: %v, want that it already exists", err)
	}
	changed := newConfigMap("a", "2")
	changed.SetResourceVersion(created.GetResourceVersion())
	if _, err := configMaps.Update(t.Context(), changed, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := configMaps.Update(t.Context(), changed, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		t.Errorf("update of an old version: %v, want a conflict", err)
	}
	if _, err := configMaps.Create(t.Context(), newConfigMap("b", "1"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := configMaps.Delete(t.Context(), "a", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ADDED a 1", "MODIFIED a 2", "ADDED b 1", "DELETED a 2"} {
		if got := nextEvent(t, w); got != want {
			t.Errorf("watch: got %q, want %q", got, want)
		}
	}
	if diff := cmp.Diff(map[string]string{"b": "1"}, configMapValues(t, configMaps)); diff != "" {
		t.Errorf("list mismatch (-want +got):\n%s", diff)
	}
}

func TestAPIServer_killLosesNothing(t *testing.T) {
	server := startServer(t)
	configMaps := configMapsOf(t, server.RESTConfig())
	want := map[string]string{}
	var last *unstructured.Unstructured
	for _, name := range []string{"a", "b", "c"} {
		var err error
		if last, err = configMaps.Create(t.Context(), newConfigMap(name, "1"), metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		want[name] = "1"
	}
	server.Kill()
	if _, err := configMaps.List(t.Context(), metav1.ListOptions{}); err == nil {
		t.Error("a killed API server answers")
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, configMapValues(t, configMaps)); diff != "" {
		t.Errorf("after the restart, list mismatch (-want +got):\n%s", diff)
	}
	got, err := configMaps.Get(t.Context(), last.GetName(), metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(last, got); diff != "" {
		t.Errorf("after the restart, object mismatch (-want +got):\n%s", diff)
	}

	// A watch goes on from a version of before the kill.
	w, err := configMaps.Watch(t.Context(), metav1.ListOptions{ResourceVersion: last.GetResourceVersion()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	if err := configMaps.Delete(t.Context(), "b", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if got, want := nextEvent(t, w), "DELETED b 1"; got != want {
		t.Errorf("watch: got %q, want %q", got, want)
	}
}

func TestAPIServer_userMayDoOnlyWhatItIsGranted(t *testing.T) {
	server := startServer(t)
	reader, err := server.User("reader")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := configMapsOf(t, server.RESTConfig()).Create(t.Context(), newConfigMap("a", "1"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	configMaps := configMapsOf(t, reader.RESTConfig())
	if _, err := configMaps.List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("list before the grant: %v, want it forbidden", err)
	}

	grant(t, server, "reader", rbacv1.PolicyRule{
		APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "list", "watch"},
	})
	got := configMapValues(t, configMaps)
	if diff := cmp.Diff([]string{"a"}, slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("list mismatch (-want +got):\n%s", diff)
	}
	for name, err := range map[string]error{
		"create": second(configMaps.Create(t.Context(), newConfigMap("b", "1"), metav1.CreateOptions{})),
		"update": second(configMaps.Update(t.Context(), newConfigMap("a", "2"), metav1.UpdateOptions{})),
		"delete": configMaps.Delete(t.Context(), "a", metav1.DeleteOptions{}),
	} {
		if !apierrors.IsForbidden(err) {
			t.Errorf("%s: %v, want it forbidden", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

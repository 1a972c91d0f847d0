// SPDX-License-Identifier: Apache-2.0

package clienttest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kclient/clienttest"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/util/sets"
	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
)

func newClient(t *testing.T) *kubefake.Client {
	t.Helper()
	c := kubefake.NewClient(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	t.Cleanup(c.Close)
	return c
}

type podClient = clienttest.TestClient[*corev1.Pod]

func direct(t test.Failer, c kube.Client) podClient {
	return clienttest.NewDirectClient[*corev1.Pod, corev1.Pod, *corev1.PodList](t, c)
}

func pod(name, version string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, Labels: map[string]string{"v": version}},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning},
	}
}

// failure returns the message with which the test ends.
func failure(f func(test.Failer)) string {
	if err := test.Wrap(f); err != nil {
		return err.Error()
	}
	return ""
}

func TestTestWriter_writesWithoutResourceVersions(t *testing.T) {
	pods := direct(t, newClient(t))
	given := pod("web", "1")
	pods.Create(given)
	given.Labels["v"] = "2"
	pods.Update(given)
	if got := pods.UpdateStatus(given); got.Labels["v"] != "2" || got.Status.Phase != corev1.PodRunning {
		t.Errorf("got labels %v, phase %s", got.Labels, got.Status.Phase)
	}
	given.Labels["v"] = "3"
	got := pods.CreateOrUpdate(given)
	if given.ResourceVersion != "" || given.UID != "" {
		t.Error("the given object was changed")
	}
	if diff := cmp.Diff(got, pods.Get("web", "shop")); diff != "" || got.Labels["v"] != "3" {
		t.Errorf("what is there mismatch (-want +got):\n%s", diff)
	}
	pods.Delete("web", "shop")
	if got := pods.Get("web", "shop"); got != nil {
		t.Errorf("got %v, want nothing", got)
	}
	if got := pods.CreateOrUpdateStatus(given); got.Status.Phase != corev1.PodRunning || got.Labels["v"] != "3" {
		t.Errorf("got labels %v, phase %s", got.Labels, got.Status.Phase)
	}
}

func TestTestWriter_patchesAndApplies(t *testing.T) {
	pods := direct(t, newClient(t))
	pods.Create(pod("web", "1"))
	patch := func(patch string) []byte { return []byte(patch) }
	got := pods.Patch("web", "shop", types.MergePatchType, patch(`{"metadata":{"labels":{"v":"2"}},"status":{"phase":"Failed"}}`))
	if got.Labels["v"] != "2" || got.Status.Phase == corev1.PodFailed {
		t.Errorf("got labels %v, phase %s", got.Labels, got.Status.Phase)
	}
	got = pods.PatchStatus("web", "shop", types.MergePatchType, patch(`{"status":{"phase":"Failed"}}`))
	if got.Status.Phase != corev1.PodFailed {
		t.Errorf("got phase %s", got.Status.Phase)
	}
	got = pods.ApplyStatus("web", "shop", types.ApplyPatchType,
		patch(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"status":{"phase":"Succeeded"}}`), "kubelet")
	if got.Status.Phase != corev1.PodSucceeded {
		t.Errorf("got phase %s", got.Status.Phase)
	}
	given := pod("web", "3")
	if got := pods.Apply(given, "tests"); got.Labels["v"] != "3" || got.Status.Phase != corev1.PodSucceeded || given.ResourceVersion != "" {
		t.Errorf("got labels %v, phase %s", got.Labels, got.Status.Phase)
	}
	assert.Equal(t, pods.Apply(pod("new", "1"), "tests").Name, "new")
	assert.Equal(t, pods.Get("web", "shop").Labels, map[string]string{"v": "3"})
}

// writerOnly hides what else a client can do.
type writerOnly struct {
	kclient.ReadWriter[*corev1.Pod]
}

func TestApply_needsAWriterThatCan(t *testing.T) {
	c := newClient(t)
	got := failure(func(f test.Failer) {
		clienttest.WrapReadWriter[*corev1.Pod](f, writerOnly{kclient.New[*corev1.Pod](c)}).Apply(pod("web", "1"), "tests")
	})
	assert.Equal(t, got, "apply *v1.Pod shop/web: clienttest_test.writerOnly is no kclient.WriterCtx")
}

func TestTestWriter_errorsEndTheTest(t *testing.T) {
	c := newClient(t)
	direct(t, c).Create(pod("old", "1"))
	stale := direct(t, c).Get("old", "shop")
	direct(t, c).Update(pod("old", "2"))
	for want, do := range map[string]func(podClient){
		`create *v1.Pod shop/old: pods "old" already exists`:       func(p podClient) { p.Create(pod("old", "1")) },
		`update *v1.Pod shop/web: pods "web" not found`:            func(p podClient) { p.Update(pod("web", "1")) },
		`update status of *v1.Pod shop/web: pods "web" not found`:  func(p podClient) { p.UpdateStatus(pod("web", "1")) },
		`patch *v1.Pod shop/web: pods "web" not found`:             func(p podClient) { p.Patch("web", "shop", types.MergePatchType, []byte(`{}`)) },
		`patch status of *v1.Pod shop/web: pods "web" not found`:   func(p podClient) { p.PatchStatus("web", "shop", types.MergePatchType, []byte(`{}`)) },
		`apply status of *v1.Pod shop/web:`:                        func(p podClient) { p.ApplyStatus("web", "shop", types.ApplyPatchType, []byte(`[]`), "t") },
		`apply *v1.Pod shop/old: Operation cannot be fulfilled`:    func(p podClient) { p.Apply(stale, "t") },
		`delete *v1.Pod shop/web: pods "web" not found`:            func(p podClient) { p.Delete("web", "shop") },
		`update *v1.Pod shop/old: Operation cannot be fulfilled`:   func(p podClient) { p.Update(stale) },
		`create or update *v1.Pod none/web: namespaces "none" not`: func(p podClient) { x := pod("web", ""); x.Namespace = "none"; p.CreateOrUpdate(x) },
		`get *v1.Pod shop/broken: on purpose`:                      func(p podClient) { p.Get("broken", "shop") },
		`list *v1.Pod in namespace "broken": on purpose`:           func(p podClient) { p.List("broken", nil) },
	} {
		broken := func(r kubefake.Request) bool { return r.Name == "broken" || r.Namespace == "broken" }
		fault := c.Server().FailNext(1, kubefake.Match{Func: broken}, apierrors.NewBadRequest("on purpose"))
		got := failure(func(f test.Failer) { do(direct(f, c)) })
		if !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		fault.Stop()
	}
}

func TestNewWriter_namesTypesThatTheClientDoesNotKnow(t *testing.T) {
	c := newClient(t)
	type unknown struct{ corev1.Pod }
	got := failure(func(f test.Failer) { clienttest.NewWriter[*unknown](f, c) })
	if !strings.Contains(got, "unknown") {
		t.Errorf("got %q, want the type's name", got)
	}
}

func TestNewDirectClient_listsWhatMatches(t *testing.T) {
	pods := direct(t, newClient(t))
	pods.Create(pod("a", "1"))
	pods.Create(pod("b", "2"))
	if diff := cmp.Diff(sets.New("a", "b"), clienttest.Names(pods.List("", nil))); diff != "" {
		t.Errorf("names mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(sets.New("b"), clienttest.Names(pods.List("shop", klabels.SelectorFromSet(klabels.Set{"v": "2"})))); diff != "" {
		t.Errorf("names mismatch (-want +got):\n%s", diff)
	}
	if got := pods.List("default", klabels.Everything()); len(got) != 0 {
		t.Errorf("got %v, want nothing", got)
	}
}

func TestWrap_readsFromTheCacheAndTracks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := kubefake.NewClient(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
		informer := kclient.New[*corev1.Pod](c)
		pods := clienttest.Wrap(t, informer)
		got := assert.NewTracker[string](t)
		informer.AddEventHandler(clienttest.TrackerHandler(got))
		stop := make(chan struct{})
		c.RunAndWait(stop)
		pods.Create(pod("a", "1"))
		synctest.Wait()
		if pods.Get("a", "shop") == nil || len(pods.List("shop", nil)) != 1 {
			t.Error("the pod is not in the cache")
		}
		pods.Update(pod("a", "2"))
		synctest.Wait()
		pods.Delete("a", "shop")
		synctest.Wait()
		got.WaitOrdered("add/a", "update/a", "delete/a")
		close(stop)
		c.Shutdown()
		c.Close()
	})
}

var widgets = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "widgets"}

func getCRD(t *testing.T, c kube.Client, name string) *unstructured.Unstructured {
	t.Helper()
	crds := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	u, err := c.Dynamic().Resource(crds).Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// served tells of each version whether it is served.
func served(t *testing.T, c kube.Client, versions ...string) string {
	t.Helper()
	var out []string
	for _, version := range versions {
		gvr := widgets.GroupResource().WithVersion(version)
		list, err := c.Dynamic().Resource(gvr).List(t.Context(), metav1.ListOptions{})
		switch {
		case apierrors.IsNotFound(err):
			out = append(out, version+" not")
		case err != nil:
			t.Fatal(err)
		default:
			out = append(out, fmt.Sprintf("%s %s of %d", version, list.GetKind(), len(list.Items)))
		}
	}
	return strings.Join(out, ", ")
}

func TestMakeCRD_servesTheVersion(t *testing.T) {
	c := newClient(t)
	clienttest.MakeCRD(t, c, widgets)
	if got, want := served(t, c, "v1", "v2"), "v1 WidgetList of 0, v2 not"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	widget := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Widget", "metadata": map[string]any{"name": "a"}, "spec": map[string]any{"any": "thing"},
	}}
	if _, err := c.Dynamic().Resource(widgets).Namespace("shop").Create(t.Context(), widget, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	clienttest.MakeCRDWithAnnotations(t, c, widgets.GroupResource().WithVersion("v2"), map[string]string{"a": "b"})
	clienttest.MakeCRDWithAnnotations(t, c, widgets, map[string]string{"c": "d"})
	if got, want := served(t, c, "v1", "v2"), "v1 WidgetList of 1, v2 WidgetList of 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if diff := cmp.Diff(map[string]string{"a": "b", "c": "d"}, getCRD(t, c, "widgets.example.com").GetAnnotations()); diff != "" {
		t.Errorf("annotations mismatch (-want +got):\n%s", diff)
	}
}

func TestMakeCRDVersions_servesTheseAndStoresTheFirst(t *testing.T) {
	c := newClient(t)
	clienttest.MakeCRDVersions(t, c, widgets.GroupResource(), "v1alpha1")
	clienttest.MakeCRDVersions(t, c, widgets.GroupResource(), "v1", "v1beta1")
	if got, want := served(t, c, "v1", "v1beta1", "v1alpha1"), "v1 WidgetList of 0, v1beta1 WidgetList of 0, v1alpha1 not"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	stored, _, err := unstructured.NestedStringSlice(getCRD(t, c, "widgets.example.com").Object, "status", "storedVersions")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"v1alpha1", "v1"}, stored); diff != "" {
		t.Errorf("stored versions mismatch (-want +got):\n%s", diff)
	}
	if got := failure(func(f test.Failer) { clienttest.MakeCRDVersions(f, c, widgets.GroupResource()) }); got == "" {
		t.Error("a definition without versions was made")
	}
}

func TestMakeCRD_takesKindAndScopeFromTheClientsTypes(t *testing.T) {
	c := newClient(t)
	got := failure(func(f test.Failer) {
		// The server has this one already.
		clienttest.MakeCRD(f, c, schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "storageclasses"})
	})
	if !strings.Contains(got, "names are not accepted") {
		t.Errorf("got %q", got)
	}
	u := getCRD(t, c, "storageclasses.storage.k8s.io")
	kind, _, _ := unstructured.NestedString(u.Object, "spec", "names", "kind")
	scope, _, _ := unstructured.NestedString(u.Object, "spec", "scope")
	if kind != "StorageClass" || scope != "Cluster" || u.GetAnnotations()["api-approved.kubernetes.io"] == "" {
		t.Errorf("got kind %s, scope %s, annotations %v", kind, scope, u.GetAnnotations())
	}
}

func TestDeleteCRD_takesTheObjectsAlong(t *testing.T) {
	c := newClient(t)
	clienttest.DeleteCRD(t, c, widgets)
	clienttest.MakeCRD(t, c, widgets)
	clienttest.DeleteCRD(t, c, widgets)
	if got, want := served(t, c, "v1"), "v1 not"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMakeCRD_errorsEndTheTest(t *testing.T) {
	c := newClient(t)
	crds := kubefake.Match{Resource: "customresourcedefinitions"}
	for _, do := range []func(test.Failer){
		func(f test.Failer) { clienttest.MakeCRD(f, c, widgets) },
		func(f test.Failer) { clienttest.DeleteCRD(f, c, widgets) },
	} {
		fault := c.Server().FailNext(1, crds, apierrors.NewForbidden(schema.GroupResource{}, "", errors.New("on purpose")))
		if got := failure(do); !strings.Contains(got, "CustomResourceDefinition widgets.example.com: ") || !strings.Contains(got, "on purpose") {
			t.Errorf("got %q", got)
		}
		fault.Stop()
	}
}

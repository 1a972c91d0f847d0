// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
)

var smoke = kclient.Filter{Namespace: "default", LabelSelector: "of=smoke"}

func typedConfigMap(name, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, Labels: map[string]string{"of": "smoke"}},
		Data:       map[string]string{"key": value},
	}
}

// tellConfigMaps adds a handler that tells what happens to config maps.
func tellConfigMaps(configMaps kclient.Informer[*corev1.ConfigMap]) told {
	c := newTold()
	configMaps.AddEventHandler(controllers.EventHandler[*corev1.ConfigMap]{
		AddFunc: func(o *corev1.ConfigMap) { c <- "add " + o.Name + " " + o.Data["key"] },
		UpdateFunc: func(old, o *corev1.ConfigMap) {
			c <- "update " + o.Name + " " + old.Data["key"] + " to " + o.Data["key"]
		},
		DeleteFunc: func(o *corev1.ConfigMap) { c <- "delete " + o.Name + " " + o.Data["key"] },
	})
	return c
}

func TestKClient_handlersAndCacheFollowWrites(t *testing.T) {
	client, stop := newClient(t, startServer(t).RESTConfig())
	writer := kclient.NewWriteClient[*corev1.ConfigMap](client)
	if _, err := writer.Create(typedConfigMap("before", "1")); err != nil {
		t.Fatal(err)
	}
	unseen := typedConfigMap("unseen", "1")
	unseen.Labels = nil
	if _, err := writer.Create(unseen); err != nil {
		t.Fatal(err)
	}

	configMaps := kclient.NewFiltered[*corev1.ConfigMap](client, smoke)
	tell := tellConfigMaps(configMaps)
	if !client.RunAndWait(stop) || !client.WaitForCacheSync("config maps", stop, configMaps.HasSynced) {
		t.Fatal("not synced")
	}
	tell.want(t, "add before 1")

	created, err := configMaps.Create(typedConfigMap("a", "1"))
	if err != nil {
		t.Fatal(err)
	}
	if created.UID == "" || created.ResourceVersion == "" {
		t.Errorf("created object has uid %q and resource version %q", created.UID, created.ResourceVersion)
	}
	tell.want(t, "add a 1")
	if got := configMaps.Get("a", "default"); got == nil || got.ResourceVersion != created.ResourceVersion {
		t.Errorf("cache has %v, want resource version %s", got, created.ResourceVersion)
	}
	if _, err := configMaps.Create(typedConfigMap("a", "1")); !apierrors.IsAlreadyExists(err) {
		t.Errorf("second creation: %v, want that it already exists", err)
	}

	change := created.DeepCopy()
	change.Data["key"] = "2"
	if _, err := configMaps.Update(change); err != nil {
		t.Fatal(err)
	}
	tell.want(t, "update a 1 to 2")
	if _, err := configMaps.Update(change); !apierrors.IsConflict(err) {
		t.Errorf("update of an old version: %v, want a conflict", err)
	}
	patched, err := configMaps.Patch("a", "default", apitypes.MergePatchType, []byte(`{"data":{"key":"3"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if patched.Data["key"] != "3" {
		t.Errorf("patch returned %v", patched.Data)
	}
	tell.want(t, "update a 2 to 3")

	// To those who watch by a label, an object that loses it is gone.
	if _, err := configMaps.Patch("a", "default", apitypes.JSONPatchType,
		[]byte(`[{"op":"remove","path":"/metadata/labels/of"}]`)); err != nil {
		t.Fatal(err)
	}
	tell.want(t, "delete a 3")
	if got := configMaps.Get("a", "default"); got != nil {
		t.Errorf("cache has %v, want nothing", got)
	}
	if err := configMaps.Delete("before", "default"); err != nil {
		t.Fatal(err)
	}
	tell.want(t, "delete before 1")
	if err := configMaps.Delete("before", "default"); !apierrors.IsNotFound(err) {
		t.Errorf("second deletion: %v, want that it is not found", err)
	}
	tell.wantNoMore(t)
}

func TestKClient_statusAndSpecAreWrittenApart(t *testing.T) {
	client, _ := newClient(t, startServer(t).RESTConfig())
	deployments := kclient.NewWriteClient[*appsv1.Deployment](client)
	labels := map[string]string{"app": "web"}
	created, err := deployments.Create(&appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web"}}},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	// summary is what the writes below may change.
	type summary struct {
		Generation, Observed int64
		Replicas, Ready      int32
	}
	check := func(step string, got *appsv1.Deployment, err error, want summary) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		if diff := cmp.Diff(want, summary{
			Generation: got.Generation, Observed: got.Status.ObservedGeneration,
			Replicas: *got.Spec.Replicas, Ready: got.Status.ReadyReplicas,
		}); diff != "" {
			t.Fatalf("%s mismatch (-want +got):\n%s", step, diff)
		}
	}
	check("Create", created, nil, summary{Generation: 1, Replicas: 1})

	both := created.DeepCopy()
	*both.Spec.Replicas = 5
	both.Status.Replicas, both.Status.ReadyReplicas, both.Status.ObservedGeneration = 2, 2, 1
	got, err := deployments.UpdateStatus(both)
	check("UpdateStatus", got, err, summary{Generation: 1, Observed: 1, Replicas: 1, Ready: 2})

	both = got.DeepCopy()
	*both.Spec.Replicas = 5
	both.Status.ReadyReplicas = 0
	got, err = deployments.Update(both)
	check("Update", got, err, summary{Generation: 2, Observed: 1, Replicas: 5, Ready: 2})

	patch := []byte(`{"spec":{"replicas":7},"status":{"readyReplicas":1}}`)
	got, err = deployments.PatchStatus("web", "default", apitypes.MergePatchType, patch)
	check("PatchStatus", got, err, summary{Generation: 2, Observed: 1, Replicas: 5, Ready: 1})

	applied, err := json.Marshal(map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "web"},
		"status": map[string]any{"observedGeneration": 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err = deployments.ApplyStatus("web", "default", apitypes.ApplyPatchType, applied, "e2e")
	check("ApplyStatus", got, err, summary{Generation: 2, Observed: 2, Replicas: 5, Ready: 1})
}

func TestKClient_indexFollowsTheServer(t *testing.T) {
	client, stop := newClient(t, startServer(t).RESTConfig())
	configMaps := kclient.NewFiltered[*corev1.ConfigMap](client, smoke)
	byValue := kclient.CreateStringIndex(configMaps, "value", func(o *corev1.ConfigMap) []string {
		return []string{o.Data["key"]}
	})
	names := func(value string) []string {
		var names []string
		for _, o := range byValue.Lookup(value) {
			names = append(names, o.Name)
		}
		return names
	}
	tell := tellConfigMaps(configMaps)
	if !client.RunAndWait(stop) {
		t.Fatal("not synced")
	}
	for _, o := range []*corev1.ConfigMap{typedConfigMap("a", "red"), typedConfigMap("b", "red"), typedConfigMap("c", "blue")} {
		if _, err := configMaps.Create(o); err != nil {
			t.Fatal(err)
		}
	}
	tell.want(t, "add a red", "add b red", "add c blue")
	if diff := cmp.Diff([]string{"a", "b"}, names("red")); diff != "" {
		t.Errorf("red mismatch (-want +got):\n%s", diff)
	}
	if _, err := configMaps.Update(typedConfigMap("a", "blue")); err != nil {
		t.Fatal(err)
	}
	if err := configMaps.Delete("b", "default"); err != nil {
		t.Fatal(err)
	}
	tell.want(t, "update a red to blue", "delete b red")
	if diff := cmp.Diff([]string(nil), names("red")); diff != "" {
		t.Errorf("red mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "c"}, names("blue")); diff != "" {
		t.Errorf("blue mismatch (-want +got):\n%s", diff)
	}
}

func TestKClient_untypedInformersSeeTheSameObjects(t *testing.T) {
	client, stop := newClient(t, startServer(t).RESTConfig())
	gvr := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	dynamic := kclient.NewDynamic(client, gvr, smoke)
	metadata := kclient.NewMetadata(client, gvr, smoke)
	byScheme := kclient.NewUntypedInformer(client, gvr, smoke)
	if _, err := kclient.NewWriteClient[*corev1.ConfigMap](client).Create(typedConfigMap("a", "1")); err != nil {
		t.Fatal(err)
	}
	if !client.RunAndWait(stop) {
		t.Fatal("not synced")
	}
	for name, got := range map[string]controllers.Object{
		"dynamic":  dynamic.Get("a", "default"),
		"metadata": metadata.Get("a", "default"),
		"untyped":  byScheme.Get("a", "default"),
	} {
		if diff := cmp.Diff(map[string]string{"of": "smoke"}, got.GetLabels()); diff != "" {
			t.Errorf("%s: labels mismatch (-want +got):\n%s", name, diff)
		}
	}
}

// TestKClient_informerOutlivesTheAPIServer kills the API server under an informer,
// which then must be told exactly what changed afterwards.
func TestKClient_informerOutlivesTheAPIServer(t *testing.T) {
	server := startServer(t)
	client, stop := newClient(t, server.RESTConfig())
	configMaps := kclient.NewFiltered[*corev1.ConfigMap](client, smoke)
	for _, name := range []string{"a", "b"} {
		if _, err := configMaps.Create(typedConfigMap(name, "1")); err != nil {
			t.Fatal(err)
		}
	}
	tell := tellConfigMaps(configMaps)
	if !client.RunAndWait(stop) || !client.WaitForCacheSync("config maps", stop, configMaps.HasSynced) {
		t.Fatal("not synced")
	}
	<-tell // a and b, in any order
	<-tell
	server.Kill()
	if got := configMaps.Get("a", "default"); got == nil {
		t.Error("the cache forgot an object when the server died")
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := configMaps.Update(typedConfigMap("a", "2")); err != nil {
		t.Fatal(err)
	}
	tell.want(t, "update a 1 to 2")
	if err := configMaps.Delete("b", "default"); err != nil {
		t.Fatal(err)
	}
	tell.want(t, "delete b 1")
	tell.wantNoMore(t)
}

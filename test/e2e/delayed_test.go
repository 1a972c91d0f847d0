// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

var (
	crdResource = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	wheels      = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "wheels"}
)

// wheelDefinition defines wheels in versions, the first of which is stored; those that
// begin with a minus are not served.
func wheelDefinition(versions ...string) *unstructured.Unstructured {
	var list []any
	for i, v := range versions {
		name, notServed := strings.CutPrefix(v, "-")
		list = append(list, map[string]any{
			"name": name, "served": !notServed, "storage": i == 0,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
		})
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "wheels.example.com"},
		"spec": map[string]any{
			"group": "example.com", "scope": "Cluster", "names": map[string]any{"plural": "wheels", "singular": "wheel", "kind": "Wheel"},
			"versions": list,
		},
	}}
}

// makeWheel makes a wheel in a version as soon as the server serves that, which it does a
// little after it says so.
func makeWheel(t *testing.T, direct dynamic.ResourceInterface, version, name string) {
	t.Helper()
	wheel := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/" + version, "kind": "Wheel", "metadata": map[string]any{"name": name},
	}}
	for {
		_, err := direct.Create(t.Context(), wheel, metav1.CreateOptions{})
		if err == nil {
			return
		}
		if !apierrors.IsNotFound(err) || t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
}

// define has the server serve wheels in versions, see wheelDefinition.
func define(t *testing.T, client kube.Client, versions ...string) {
	t.Helper()
	crds := client.Dynamic().Resource(crdResource)
	for {
		wanted := wheelDefinition(versions...)
		present, err := crds.Get(t.Context(), wanted.GetName(), metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			need(crds.Create(t.Context(), wanted, metav1.CreateOptions{}))(t)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		present.Object["spec"] = wanted.Object["spec"]
		if _, err = crds.Update(t.Context(), present, metav1.UpdateOptions{}); err == nil {
			return
		}
		if !apierrors.IsConflict(err) { // with the server, which writes the status
			t.Fatal(err)
		}
	}
}

// A delayed client follows its definition: absent, served in another version only,
// served, through a crash of the server, gone, and back.
func TestKClient_delayedFollowsTheLifeOfItsDefinition(t *testing.T) {
	server := startServer(t)
	client, stop := newClient(t, server.RESTConfig())
	crds, direct := client.Dynamic().Resource(crdResource), client.Dynamic().Resource(wheels)
	delayed := kclient.NewDelayedInformer[controllers.Object](client, wheels, kubetypes.DynamicInformer, kclient.Filter{})
	tell := newTold()
	delayed.AddEventHandler(controllers.EventHandler[controllers.Object]{
		AddFunc:    func(o controllers.Object) { tell <- "add " + o.GetName() },
		DeleteFunc: func(o controllers.Object) { tell <- "delete " + o.GetName() },
	})
	if !client.RunAndWait(stop) || !client.WaitForCacheSync("wheels", stop, delayed.HasSynced) {
		t.Fatal("not synced without a definition")
	}

	define(t, client, "v1alpha1", "-v1")
	early := schema.GroupVersionResource{Group: wheels.Group, Version: "v1alpha1", Resource: wheels.Resource}
	if !client.CrdWatcher().WaitForCRD(early, stop) || client.CrdWatcher().Known(wheels) {
		t.Error("known is another version than the one that is served")
	}
	define(t, client, "v1alpha1", "v1")
	makeWheel(t, direct, "v1", "a")
	tell.want(t, "add a")

	server.Kill()
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	makeWheel(t, direct, "v1", "b")
	tell.want(t, "add b")

	if err := direct.Delete(t.Context(), "b", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	tell.want(t, "delete b")
	if err := crds.Delete(t.Context(), wheelDefinition().GetName(), metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	tell.want(t, "delete a")
	// It is gone when its objects are.
	gone := make(chan struct{})
	unfollow := client.CrdWatcher().Follow(wheels, func(served bool, _ <-chan struct{}) {
		if !served {
			close(gone)
		}
	})
	<-gone
	unfollow()
	for {
		_, err := crds.Create(t.Context(), wheelDefinition("v1"), metav1.CreateOptions{})
		if err == nil {
			break
		}
		if !apierrors.IsAlreadyExists(err) {
			t.Fatal(err)
		}
	}
	makeWheel(t, direct, "v1", "c")
	tell.want(t, "add c")
	tell.wantNoMore(t)
}

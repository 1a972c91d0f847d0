// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"net/http"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// flags returns a patch of which versions of widgets are served and which of them is stored.
func flags(served map[string]bool, stored string) []byte {
	anything := `{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}`
	text := ""
	for _, name := range []string{"v1", "v1beta1", "v1alpha1"} {
		if isServed, ok := served[name]; ok {
			if text != "" {
				text += ","
			}
			text += `{"name":"` + name + `","served":` + boolean(isServed) + `,"storage":` + boolean(name == stored) + `,"schema":` + anything + `}`
		}
	}
	return []byte(`{"spec":{"versions":[` + text + `]}}`)
}

func boolean(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func (e *env) wantStored(u *unstructured.Unstructured, want ...string) {
	e.Helper()
	got, _, err := unstructured.NestedStringSlice(u.Object, "status", "storedVersions")
	e.noError(err)
	if diff := cmp.Diff(want, got); diff != "" {
		e.Errorf("stored versions mismatch (-want +got):\n%s", diff)
	}
}

// untilServed waits until the list of a resource succeeds, or is not found. A server follows a changed definition a little
// later, and nothing tells when.
func (e *env) untilServed(c dynamic.ResourceInterface, served bool) {
	e.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := c.List(e.ctx, metav1.ListOptions{})
		if served && err == nil || !served && apierrors.IsNotFound(err) {
			return
		}
		if err != nil && !apierrors.IsNotFound(err) {
			e.Fatal(err)
		}
		select {
		case <-tick.C:
		case <-e.ctx.Done():
			e.Fatalf("served: want %t, got error %v", served, err)
		}
	}
}

// lifecycleTests are about how a definition changes.
func lifecycleTests() []test {
	return []test{
		{"saysThatItIsEstablished", func(e *env) {
			w := e.defineWidgets()
			u := must(e.dynamic.Resource(definitions()).Get(e.ctx, w.definition().GetName(), metav1.GetOptions{}))(e)
			if !hasCondition(u, "NamesAccepted") || !hasCondition(u, "Established") {
				e.Errorf("status %v", u.Object["status"])
			}
			names, _, err := unstructured.NestedMap(u.Object, "status", "acceptedNames")
			e.noError(err)
			want := map[string]any{"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList", "shortNames": []any{"wd"}}
			if diff := cmp.Diff(want, names); diff != "" {
				e.Errorf("accepted names mismatch (-want +got):\n%s", diff)
			}
			e.wantStored(u, "v1")
		}},
		{"servesWhatItSaysNow", func(e *env) {
			w := e.defineWidgets()
			must(e.widgets(w, "v1").Create(e.ctx, w.widget("v1", "a"), metav1.CreateOptions{}))(e)
			crds, name := e.dynamic.Resource(definitions()), w.definition().GetName()
			must(crds.Patch(e.ctx, name, types.MergePatchType,
				flags(map[string]bool{"v1": true, "v1beta1": false, "v1alpha1": true}, "v1"), metav1.PatchOptions{}))(e)
			e.untilServed(e.widgets(w, "v1beta1"), false)
			e.untilServed(e.widgets(w, "v1alpha1"), true)
			must(e.widgets(w, "v1alpha1").Get(e.ctx, "a", metav1.GetOptions{}))(e)
		}},
		{"remembersWhatWasStored", func(e *env) {
			w := e.defineWidgets()
			crds, name := e.dynamic.Resource(definitions()), w.definition().GetName()
			both := map[string]bool{"v1": true, "v1beta1": true}
			u := must(crds.Patch(e.ctx, name, types.MergePatchType, flags(both, "v1beta1"), metav1.PatchOptions{}))(e)
			e.wantStored(u, "v1", "v1beta1")
			_, err := crds.Patch(e.ctx, name, types.MergePatchType, flags(map[string]bool{"v1beta1": true}, "v1beta1"), metav1.PatchOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
			u = must(crds.Patch(e.ctx, name, types.MergePatchType, []byte(`{"status":{"storedVersions":["v1beta1"]}}`), metav1.PatchOptions{}, "status"))(e)
			e.wantStored(u, "v1beta1")
			u = must(crds.Patch(e.ctx, name, types.MergePatchType, flags(map[string]bool{"v1beta1": true}, "v1beta1"), metav1.PatchOptions{}))(e)
			e.wantStored(u, "v1beta1")
			e.untilServed(e.widgets(w, "v1"), false)
			if !hasCondition(u, "Established") {
				e.Errorf("status %v", u.Object["status"])
			}
		}},
		{"keepsItsScopeAndKind", func(e *env) {
			w := e.defineWidgets()
			crds, name := e.dynamic.Resource(definitions()), w.definition().GetName()
			for _, patch := range []string{`{"spec":{"scope":"Cluster"}}`, `{"spec":{"names":{"kind":"Gadget"}}}`} {
				_, err := crds.Patch(e.ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
				e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
			}
		}},
		{"comesBackEmpty", func(e *env) {
			w := e.defineWidgets()
			must(e.widgets(w, "v1").Create(e.ctx, w.widget("v1", "a"), metav1.CreateOptions{}))(e)
			e.noError(e.dynamic.Resource(definitions()).Delete(e.ctx, w.definition().GetName(), metav1.DeleteOptions{}))
			e.untilServed(e.widgets(w, "v1"), false)
			e.defineWidgets()
			e.untilServed(e.widgets(w, "v1"), true)
			if list := must(e.widgets(w, "v1").List(e.ctx, metav1.ListOptions{}))(e); len(list.Items) != 0 {
				e.Errorf("%d objects are still there", len(list.Items))
			}
		}},
	}
}

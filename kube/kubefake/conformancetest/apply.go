// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"fmt"
	"net/http"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func (e *env) applyMap(manager, data string, force bool) (map[string]string, error) {
	e.Helper()
	cm, err := e.client.CoreV1().ConfigMaps(e.namespace).Patch(e.ctx, "a", types.ApplyPatchType,
		[]byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":`+data+`}`),
		metav1.PatchOptions{FieldManager: manager, Force: &force})
	if err != nil {
		return nil, err
	}
	return cm.Data, nil
}

func applyTests() []test {
	return []test{
		{"createsAndMerges", func(e *env) {
			must(e.applyMap("one", `{"x":"1"}`, false))(e)
			got := must(e.applyMap("two", `{"y":"2"}`, false))(e)
			if diff := cmp.Diff(map[string]string{"x": "1", "y": "2"}, got); diff != "" {
				e.Errorf("data mismatch (-want +got):\n%s", diff)
			}
			got = must(e.applyMap("one", `{"z":"3"}`, false))(e)
			if diff := cmp.Diff(map[string]string{"y": "2", "z": "3"}, got); diff != "" {
				e.Errorf("data after one gave up x mismatch (-want +got):\n%s", diff)
			}
		}},
		{"createsWhatHasRequiredFieldsAndOwnsThem", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			for _, manager := range []string{"one", "two"} {
				_, err := deployments.Patch(e.ctx, "d", types.ApplyPatchType, []byte(`{"apiVersion":"apps/v1","kind":"Deployment",`+
					`"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"app":"d"}},"template":{"metadata":{"labels":{"app":"d"}},`+
					`"spec":{"containers":[{"name":"main","image":"example.com/main:`+manager+`"}]}}}}`), metav1.PatchOptions{FieldManager: manager})
				if manager == "one" {
					e.noError(err)
					continue
				}
				e.status(err, http.StatusConflict, metav1.StatusReasonConflict,
					`Apply failed with 1 conflict: conflict with "one": .spec.template.spec.containers[name="main"].image`)
			}
		}},
		{"refusesWhatOthersOwn", func(e *env) {
			must(e.applyMap("one", `{"x":"1"}`, false))(e)
			_, err := e.applyMap("two", `{"x":"2"}`, false)
			e.status(err, http.StatusConflict, metav1.StatusReasonConflict, `Apply failed with 1 conflict: conflict with "one": .data.x`)
			got := must(e.applyMap("two", `{"x":"2"}`, true))(e)
			if got["x"] != "2" {
				e.Errorf("data after forcing %v", got)
			}
		}},
		{"refusesWhatWasThereBefore", func(e *env) {
			e.createConfigMap("a", nil)
			_, err := e.applyMap("one", `{"key":"other"}`, false)
			if !apierrors.IsConflict(err) {
				e.Errorf("got %v, want a conflict", err)
			}
			must(e.applyMap("one", `{"key":"value"}`, false))(e)
		}},
		{"recordsOtherWrites", func(e *env) {
			must(e.applyMap("one", `{"x":"1"}`, false))(e)
			must(e.client.CoreV1().ConfigMaps(e.namespace).Patch(e.ctx, "a", types.MergePatchType,
				[]byte(`{"data":{"x":"2"}}`), metav1.PatchOptions{FieldManager: "editor"}))(e)
			_, err := e.applyMap("one", `{"x":"1"}`, false)
			if !apierrors.IsConflict(err) {
				e.Errorf("got %v, want a conflict with editor", err)
			}
		}},
		{"changesNothingWhenNothingChanged", func(e *env) {
			must(e.applyMap("one", `{"x":"1"}`, false))(e)
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			before := must(maps.Get(e.ctx, "a", metav1.GetOptions{}))(e)
			must(e.applyMap("one", `{"x":"1"}`, false))(e)
			after := must(maps.Get(e.ctx, "a", metav1.GetOptions{}))(e)
			if before.ResourceVersion != after.ResourceVersion {
				e.Errorf("resourceVersion %s, want %s as before", after.ResourceVersion, before.ResourceVersion)
			}
		}},
		{"mergesListsByKey", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			must(deployments.Create(e.ctx, e.deployment("d"), metav1.CreateOptions{FieldManager: "creator"}))(e)
			force := true
			d := must(deployments.Patch(e.ctx, "d", types.ApplyPatchType,
				[]byte(`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"template":{"spec":{"containers":[{"name":"side","image":"example.com/side:2"}]}}}}`),
				metav1.PatchOptions{FieldManager: "one", Force: &force}))(e)
			if diff := cmp.Diff([]string{"main example.com/main:1", "side example.com/side:2"}, images(d)); diff != "" {
				e.Errorf("containers mismatch (-want +got):\n%s", diff)
			}
		}},
		{"ofTheStatusChangesNothingElse", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			must(deployments.Create(e.ctx, e.deployment("d"), metav1.CreateOptions{}))(e)
			d := must(deployments.Patch(e.ctx, "d", types.ApplyPatchType,
				[]byte(`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"paused":true},"status":{"replicas":4}}`),
				metav1.PatchOptions{FieldManager: "one"}, "status"))(e)
			if d.Spec.Paused || d.Status.Replicas != 4 {
				e.Errorf("paused %v, replicas %d, want false and 4", d.Spec.Paused, d.Status.Replicas)
			}
		}},
		{"wantsAManager", func(e *env) {
			code, _, data := e.request(http.MethodPatch, fmt.Sprintf("/api/v1/namespaces/%s/configmaps/a", e.namespace),
				http.Header{"Content-Type": {string(types.ApplyPatchType)}}, []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}`))
			if code != http.StatusUnprocessableEntity {
				e.Errorf("got %d %s, want 422", code, data)
			}
		}},
		{"refusesUnknownFields", func(e *env) {
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Patch(e.ctx, "a", types.ApplyPatchType,
				[]byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"nonsense":1}`), metav1.PatchOptions{FieldManager: "one"})
			if err == nil {
				e.Error("a field that does not exist was applied")
			}
		}},
	}
}

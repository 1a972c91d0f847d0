// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"net/http"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func images(d *appsv1.Deployment) []string {
	var out []string
	for _, c := range d.Spec.Template.Spec.Containers {
		out = append(out, c.Name+" "+c.Image)
	}
	return out
}

func patchTests() []test {
	return []test{
		{"strategicMergesListsByKey", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			must(deployments.Create(e.ctx, e.deployment("d"), metav1.CreateOptions{}))(e)
			d := must(deployments.Patch(e.ctx, "d", types.StrategicMergePatchType,
				[]byte(`{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"example.com/side:2"}]}}}}`), metav1.PatchOptions{}))(e)
			if diff := cmp.Diff([]string{"main example.com/main:1", "side example.com/side:2"}, images(d)); diff != "" {
				e.Errorf("containers mismatch (-want +got):\n%s", diff)
			}
			if d.Generation != 2 {
				e.Errorf("generation %d, want 2", d.Generation)
			}
		}},
		{"mergeReplacesListsAndRemovesNulls", func(e *env) {
			e.createConfigMap("a", map[string]string{"x": "1", "y": "2"})
			cm := must(e.client.CoreV1().ConfigMaps(e.namespace).Patch(e.ctx, "a", types.MergePatchType,
				[]byte(`{"metadata":{"labels":{"x":null,"z":"3"}}}`), metav1.PatchOptions{}))(e)
			if diff := cmp.Diff(map[string]string{"y": "2", "z": "3"}, cm.Labels); diff != "" {
				e.Errorf("labels mismatch (-want +got):\n%s", diff)
			}
		}},
		{"jsonRunsOperations", func(e *env) {
			e.createConfigMap("a", nil)
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			cm := must(maps.Patch(e.ctx, "a", types.JSONPatchType,
				[]byte(`[{"op":"test","path":"/data/key","value":"value"},{"op":"add","path":"/data/more","value":"1"}]`), metav1.PatchOptions{}))(e)
			if cm.Data["more"] != "1" {
				e.Errorf("data %v", cm.Data)
			}
			_, err := maps.Patch(e.ctx, "a", types.JSONPatchType, []byte(`[{"op":"test","path":"/data/key","value":"other"}]`), metav1.PatchOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
			_, err = maps.Patch(e.ctx, "a", types.JSONPatchType, []byte(`{}`), metav1.PatchOptions{})
			e.status(err, http.StatusBadRequest, metav1.StatusReasonBadRequest, "")
		}},
		{"refusesAnOldResourceVersion", func(e *env) {
			cm := e.createConfigMap("a", nil)
			e.change("a", "2", nil)
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Patch(e.ctx, "a", types.MergePatchType,
				[]byte(`{"metadata":{"resourceVersion":"`+cm.ResourceVersion+`"},"data":{"key":"3"}}`), metav1.PatchOptions{})
			e.status(err, http.StatusConflict, metav1.StatusReasonConflict, "")
		}},
		{"ofTheStatusChangesNothingElse", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			must(deployments.Create(e.ctx, e.deployment("d"), metav1.CreateOptions{}))(e)
			d := must(deployments.Patch(e.ctx, "d", types.MergePatchType,
				[]byte(`{"spec":{"paused":true},"status":{"observedGeneration":5}}`), metav1.PatchOptions{}, "status"))(e)
			if d.Spec.Paused || d.Status.ObservedGeneration != 5 {
				e.Errorf("paused %v, observedGeneration %d, want false and 5", d.Spec.Paused, d.Status.ObservedGeneration)
			}
		}},
		{"refusesUnknownKinds", func(e *env) {
			e.createConfigMap("a", nil)
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Patch(e.ctx, "a", "application/nonsense", []byte(`{}`), metav1.PatchOptions{})
			e.status(err, http.StatusUnsupportedMediaType, metav1.StatusReasonUnsupportedMediaType, "")
		}},
		{"doesNotFindWhatIsMissing", func(e *env) {
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Patch(e.ctx, "a", types.MergePatchType, []byte(`{}`), metav1.PatchOptions{})
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, `configmaps "a" not found`)
		}},
	}
}

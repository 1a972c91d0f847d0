// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// uidTests are of writes of an object with the UID of another one. Updates with one are among the updateTests.
func uidTests() []test {
	return []test{
		{"isInvalidInAPatch", func(e *env) {
			e.createConfigMap("a", nil)
			for kind, patch := range map[types.PatchType]string{
				types.MergePatchType:          `{"metadata":{"uid":"other"}}`,
				types.StrategicMergePatchType: `{"metadata":{"uid":"other"},"data":{"key":"2"}}`,
				types.JSONPatchType:           `[{"op":"replace","path":"/metadata/uid","value":"other"}]`,
				types.ApplyPatchType:          `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"other"}}`,
			} {
				_, err := e.patchConfigMap(kind, patch)
				e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid,
					`ConfigMap "a" is invalid: metadata.uid: Invalid value: "other": field is immutable`)
			}
		}},
		{"isLessWrongThanAnOldResourceVersionInAPatch", func(e *env) {
			e.createConfigMap("a", nil)
			_, err := e.patchConfigMap(types.MergePatchType, `{"metadata":{"uid":"other","resourceVersion":"1"}}`)
			e.status(err, http.StatusConflict, metav1.StatusReasonConflict, `Operation cannot be fulfilled on configmaps "a": `+modified)
		}},
		{"canBeLeftOutOfAPatch", func(e *env) {
			cm := e.createConfigMap("a", nil)
			got := must(e.patchConfigMap(types.MergePatchType, `{"metadata":{"uid":null}}`))(e)
			if got.UID != cm.UID {
				e.Errorf("uid %q, want %q", got.UID, cm.UID)
			}
		}},
		{"isInvalidInAPatchOfTheStatus", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			must(deployments.Create(e.ctx, e.deployment("d"), metav1.CreateOptions{}))(e)
			_, err := deployments.Patch(e.ctx, "d", types.MergePatchType, []byte(`{"metadata":{"uid":"other"}}`), metav1.PatchOptions{}, "status")
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid,
				`Deployment.apps "d" is invalid: metadata.uid: Invalid value: "other": field is immutable`)
		}},
		{"isNotLookedAtInAPatchOfTheStatusOfACustomResource", func(e *env) {
			w := e.defineWidgets()
			objects := e.dynamic.Resource(w.in("v1")).Namespace(e.namespace)
			made := must(objects.Create(e.ctx, w.widget("v1", "a"), metav1.CreateOptions{}))(e)
			got := must(objects.Patch(e.ctx, "a", types.MergePatchType, []byte(`{"metadata":{"uid":"other"},"status":{"ready":true}}`),
				metav1.PatchOptions{}, "status"))(e)
			if got.GetUID() != made.GetUID() || got.Object["status"] == nil {
				e.Errorf("got uid %q and status %v, want %q and a status", got.GetUID(), got.Object["status"], made.GetUID())
			}
			_, err := objects.Patch(e.ctx, "a", types.MergePatchType, []byte(`{"metadata":{"uid":"other"}}`), metav1.PatchOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
		}},
		{"isAConflictInAnApplyOfWhatIsMissing", func(e *env) {
			_, err := e.patchConfigMap(types.ApplyPatchType, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"other"}}`)
			e.status(err, http.StatusConflict, metav1.StatusReasonConflict,
				`Operation cannot be fulfilled on configmaps "a": uid mismatch: the provided object specified uid other, and no existing object was found`)
		}},
		{"isAConflictInAnUpdateOfTheStatus", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			d := must(deployments.Create(e.ctx, e.deployment("d"), metav1.CreateOptions{}))(e)
			d.UID = "other"
			_, err := deployments.UpdateStatus(e.ctx, d, metav1.UpdateOptions{})
			e.status(err, http.StatusConflict, metav1.StatusReasonConflict, "")
		}},
		{"isAConflictInAPreconditionOfADeletion", func(e *env) {
			cm := e.createConfigMap("a", nil)
			other, old := types.UID("other"), "1"
			for message, preconditions := range map[string]metav1.Preconditions{
				fmt.Sprintf("the UID in the precondition (other) does not match the UID in record (%s). "+
					"The object might have been deleted and then recreated", cm.UID): {UID: &other},
				fmt.Sprintf("the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (%s). "+
					"The object might have been modified", cm.ResourceVersion): {ResourceVersion: &old},
			} {
				err := e.client.CoreV1().ConfigMaps(e.namespace).Delete(e.ctx, "a", metav1.DeleteOptions{Preconditions: &preconditions})
				e.status(err, http.StatusConflict, metav1.StatusReasonConflict, `Operation cannot be fulfilled on ConfigMap "a": `+message)
			}
		}},
		{"isNotLookedAtInACreation", func(e *env) {
			cm := e.configMap("a", nil)
			cm.UID = "other"
			got := must(e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, cm, metav1.CreateOptions{}))(e)
			if got.UID == "other" || got.UID == "" {
				e.Errorf("uid %q, want one of the server's", got.UID)
			}
		}},
	}
}

func (e *env) patchConfigMap(kind types.PatchType, patch string) (*corev1.ConfigMap, error) {
	e.Helper()
	opts := metav1.PatchOptions{}
	if kind == types.ApplyPatchType {
		force := true
		opts = metav1.PatchOptions{FieldManager: "one", Force: &force}
	}
	return e.client.CoreV1().ConfigMaps(e.namespace).Patch(e.ctx, "a", kind, []byte(patch), opts)
}

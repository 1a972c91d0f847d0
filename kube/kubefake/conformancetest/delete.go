// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"encoding/json"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func deleteTests() []test {
	return []test{
		{"answersWhatIsGone", func(e *env) {
			cm := e.createConfigMap("a", nil)
			code, _, data := e.request(http.MethodDelete, "/api/v1/namespaces/"+e.namespace+"/configmaps/a", nil, nil)
			var status metav1.Status
			e.noError(json.Unmarshal(data, &status))
			if code != http.StatusOK || status.Status != metav1.StatusSuccess || status.Details == nil ||
				status.Details.Name != "a" || status.Details.Kind != "configmaps" || status.Details.UID != cm.UID {
				e.Errorf("got %d %s", code, data)
			}
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Get(e.ctx, "a", metav1.GetOptions{})
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, `configmaps "a" not found`)
		}},
		{"doesNotFindWhatIsMissing", func(e *env) {
			err := e.client.CoreV1().ConfigMaps(e.namespace).Delete(e.ctx, "a", metav1.DeleteOptions{})
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, `configmaps "a" not found`)
		}},
		{"checksPreconditions", func(e *env) {
			cm := e.createConfigMap("a", nil)
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			other, old := types.UID("other"), "1"
			e.status(maps.Delete(e.ctx, "a", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &other}}),
				http.StatusConflict, metav1.StatusReasonConflict, "")
			e.status(maps.Delete(e.ctx, "a", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{ResourceVersion: &old}}),
				http.StatusConflict, metav1.StatusReasonConflict, "")
			e.noError(maps.Delete(e.ctx, "a", metav1.DeleteOptions{
				Preconditions: &metav1.Preconditions{UID: &cm.UID, ResourceVersion: &cm.ResourceVersion},
			}))
		}},
		{"waitsForFinalizers", func(e *env) {
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			cm := e.configMap("a", nil)
			cm.Finalizers = []string{"example.com/one"}
			must(maps.Create(e.ctx, cm, metav1.CreateOptions{}))(e)
			e.noError(maps.Delete(e.ctx, "a", metav1.DeleteOptions{}))
			held := must(maps.Get(e.ctx, "a", metav1.GetOptions{}))(e)
			if held.DeletionTimestamp == nil {
				e.Fatal("deletionTimestamp is not set")
			}
			more := held.DeepCopy()
			more.Finalizers = append(more.Finalizers, "example.com/two")
			_, err := maps.Update(e.ctx, more, metav1.UpdateOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
			e.noError(maps.Delete(e.ctx, "a", metav1.DeleteOptions{}))
			held.Finalizers = nil
			must(maps.Update(e.ctx, held, metav1.UpdateOptions{}))(e)
			_, err = maps.Get(e.ctx, "a", metav1.GetOptions{})
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, "")
		}},
		{"takesCollectionsBySelector", func(e *env) {
			e.createConfigMap("a", map[string]string{"go": "yes"})
			e.createConfigMap("b", map[string]string{"go": "yes"})
			e.createConfigMap("c", nil)
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			e.noError(maps.DeleteCollection(e.ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "go=yes"}))
			e.names([]string{"c"}, metav1.ListOptions{FieldSelector: "metadata.name!=kube-root-ca.crt"})
		}},
		{"dryRunDeletesNothing", func(e *env) {
			e.createConfigMap("a", nil)
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			e.noError(maps.Delete(e.ctx, "a", metav1.DeleteOptions{DryRun: []string{metav1.DryRunAll}}))
			must(maps.Get(e.ctx, "a", metav1.GetOptions{}))(e)
		}},
		{"acceptsPropagationPolicies", func(e *env) {
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			e.createConfigMap("a", nil)
			policy := metav1.DeletePropagationBackground
			e.noError(maps.Delete(e.ctx, "a", metav1.DeleteOptions{PropagationPolicy: &policy}))
			policy = "Nonsense"
			e.createConfigMap("a", nil)
			if err := maps.Delete(e.ctx, "a", metav1.DeleteOptions{PropagationPolicy: &policy}); err == nil {
				e.Error("a policy that is none was accepted")
			}
		}},
	}
}

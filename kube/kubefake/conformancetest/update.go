// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"fmt"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const modified = "the object has been modified; please apply your changes to the latest version and try again"

func updateTests() []test {
	return []test{
		{"refusesAnOldResourceVersion", func(e *env) {
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			first := e.createConfigMap("a", nil)
			second := first.DeepCopy()
			second.Data["key"] = "2"
			second = must(maps.Update(e.ctx, second, metav1.UpdateOptions{}))(e)
			if second.ResourceVersion == first.ResourceVersion {
				e.Error("the resourceVersion has not changed")
			}
			_, err := maps.Update(e.ctx, first, metav1.UpdateOptions{})
			e.status(err, http.StatusConflict, metav1.StatusReasonConflict, `Operation cannot be fulfilled on configmaps "a": `+modified)
		}},
		{"needsNoResourceVersionForMostBuiltinKinds", func(e *env) {
			cm := e.createConfigMap("a", nil)
			cm.ResourceVersion = ""
			cm.Data["key"] = "2"
			got := must(e.client.CoreV1().ConfigMaps(e.namespace).Update(e.ctx, cm, metav1.UpdateOptions{}))(e)
			if got.Data["key"] != "2" {
				e.Errorf("data %v", got.Data)
			}
		}},
		{"changesNothingWhenNothingChanged", func(e *env) {
			cm := e.createConfigMap("a", nil)
			got := must(e.client.CoreV1().ConfigMaps(e.namespace).Update(e.ctx, cm, metav1.UpdateOptions{}))(e)
			if got.ResourceVersion != cm.ResourceVersion {
				e.Errorf("resourceVersion %s, want %s as before", got.ResourceVersion, cm.ResourceVersion)
			}
		}},
		{"countsChangesOfTheSpecOnly", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			d := must(deployments.Create(e.ctx, e.deployment("d"), metav1.CreateOptions{}))(e)
			d.Labels = map[string]string{"a": "b"}
			d = must(deployments.Update(e.ctx, d, metav1.UpdateOptions{}))(e)
			if d.Generation != 1 {
				e.Errorf("generation %d after a change of labels, want 1", d.Generation)
			}
			three := int32(3)
			d.Spec.Replicas = &three
			d = must(deployments.Update(e.ctx, d, metav1.UpdateOptions{}))(e)
			if d.Generation != 2 {
				e.Errorf("generation %d after a change of the spec, want 2", d.Generation)
			}
			d.Status.ObservedGeneration = 2
			d = must(deployments.UpdateStatus(e.ctx, d, metav1.UpdateOptions{}))(e)
			if d.Generation != 2 {
				e.Errorf("generation %d after a change of the status, want 2", d.Generation)
			}
		}},
		{"keepsStatusAndTheRestApart", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			d := must(deployments.Create(e.ctx, e.deployment("d"), metav1.CreateOptions{}))(e)
			three := int32(3)
			d.Spec.Replicas, d.Status.Replicas = &three, 9
			d = must(deployments.Update(e.ctx, d, metav1.UpdateOptions{}))(e)
			if *d.Spec.Replicas != 3 || d.Status.Replicas != 0 {
				e.Errorf("after an update: spec %d, status %d, want 3 and 0", *d.Spec.Replicas, d.Status.Replicas)
			}
			four := int32(4)
			d.Spec.Replicas, d.Status.Replicas = &four, 9
			d = must(deployments.UpdateStatus(e.ctx, d, metav1.UpdateOptions{}))(e)
			if *d.Spec.Replicas != 3 || d.Status.Replicas != 9 {
				e.Errorf("after an update of the status: spec %d, status %d, want 3 and 9", *d.Spec.Replicas, d.Status.Replicas)
			}
		}},
		{"keepsWhatTheServerDecides", func(e *env) {
			cm := e.createConfigMap("a", nil)
			changed := cm.DeepCopy()
			changed.CreationTimestamp = metav1.Unix(1, 0)
			changed.UID = ""
			changed.Data["key"] = "2"
			got := must(e.client.CoreV1().ConfigMaps(e.namespace).Update(e.ctx, changed, metav1.UpdateOptions{}))(e)
			if got.UID != cm.UID || !got.CreationTimestamp.Equal(&cm.CreationTimestamp) || got.DeletionTimestamp != nil {
				e.Errorf("uid %s, creationTimestamp %v, deletionTimestamp %v", got.UID, got.CreationTimestamp, got.DeletionTimestamp)
			}
		}},
		{"refusesToMarkAsDeleted", func(e *env) {
			cm := e.createConfigMap("a", nil)
			now := metav1.Now()
			cm.DeletionTimestamp = &now
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Update(e.ctx, cm, metav1.UpdateOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
			if !strings.Contains(err.Error(), "metadata.deletionTimestamp") {
				e.Errorf("got message %q, want the field in it", err)
			}
		}},
		{"refusesAnotherUID", func(e *env) {
			cm := e.createConfigMap("a", nil)
			have := cm.UID
			cm.UID = "other"
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Update(e.ctx, cm, metav1.UpdateOptions{})
			e.status(err, http.StatusConflict, metav1.StatusReasonConflict, "")
			// A server may say more about where it found that.
			want := fmt.Sprintf("Precondition failed: UID in precondition: other, UID in object meta: %s", have)
			if !strings.Contains(err.Error(), want) {
				e.Errorf("got message %q, want one with %q", err, want)
			}
		}},
		{"refusesAnotherName", func(e *env) {
			e.createConfigMap("a", nil)
			code, _, data := e.request(http.MethodPut, "/api/v1/namespaces/"+e.namespace+"/configmaps/a",
				http.Header{"Content-Type": {"application/json"}}, []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}`))
			if code != http.StatusBadRequest {
				e.Errorf("got %d %s, want 400", code, data)
			}
		}},
		{"doesNotFindWhatIsMissing", func(e *env) {
			cm := e.configMap("a", nil)
			cm.ResourceVersion = "1"
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Update(e.ctx, cm, metav1.UpdateOptions{})
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, `configmaps "a" not found`)
		}},
		{"dryRunStoresNothing", func(e *env) {
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			cm := e.createConfigMap("a", nil)
			cm.Data["key"] = "2"
			got := must(maps.Update(e.ctx, cm, metav1.UpdateOptions{DryRun: []string{metav1.DryRunAll}}))(e)
			stored := must(maps.Get(e.ctx, "a", metav1.GetOptions{}))(e)
			if got.Data["key"] != "2" || stored.Data["key"] != "value" {
				e.Errorf("answered %v and stored %v", got.Data, stored.Data)
			}
		}},
	}
}

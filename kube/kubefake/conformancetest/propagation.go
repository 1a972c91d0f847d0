// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"slices"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
)

// deleted deletes an object and returns what the server answers into the object, which is what is left of it.
func (e *env) deleted(client rest.Interface, resource string, into runtime.Object, opts metav1.DeleteOptions) {
	e.Helper()
	e.noError(client.Delete().Namespace(e.namespace).Resource(resource).Name("a").Body(&opts).Do(e.ctx).Into(into))
}

func policy(p metav1.DeletionPropagation) metav1.DeleteOptions {
	return metav1.DeleteOptions{PropagationPolicy: &p}
}

// propagationTests are about what deletions say of dependents. What becomes of those is the work of a controller that a
// server alone does not have.
func propagationTests() []test {
	marked := func(e *env, obj metav1.Object, want ...string) {
		e.Helper()
		if obj.GetDeletionTimestamp() == nil {
			e.Error("it is not marked as deleted")
		}
		got := slices.Clone(obj.GetFinalizers())
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			e.Errorf("finalizers mismatch (-want +got):\n%s", diff)
		}
	}
	return []test{
		{"inTheForegroundWaits", func(e *env) {
			e.createConfigMap("a", nil)
			var left corev1.ConfigMap
			e.deleted(e.client.CoreV1().RESTClient(), "configmaps", &left, policy(metav1.DeletePropagationForeground))
			marked(e, &left, metav1.FinalizerDeleteDependents)
		}},
		{"ofOrphansWaits", func(e *env) {
			e.createConfigMap("a", nil)
			var left corev1.ConfigMap
			e.deleted(e.client.CoreV1().RESTClient(), "configmaps", &left, policy(metav1.DeletePropagationOrphan))
			marked(e, &left, metav1.FinalizerOrphanDependents)
		}},
		{"knowsTheDeprecatedField", func(e *env) {
			e.createConfigMap("a", nil)
			var left corev1.ConfigMap
			yes := true
			//nolint:staticcheck // clients still send it
			e.deleted(e.client.CoreV1().RESTClient(), "configmaps", &left, metav1.DeleteOptions{OrphanDependents: &yes})
			marked(e, &left, metav1.FinalizerOrphanDependents)
		}},
		{"keepsOtherFinalizers", func(e *env) {
			cm := e.configMap("a", nil)
			cm.Finalizers = []string{"example.com/one"}
			must(e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, cm, metav1.CreateOptions{}))(e)
			var left corev1.ConfigMap
			e.deleted(e.client.CoreV1().RESTClient(), "configmaps", &left, policy(metav1.DeletePropagationForeground))
			marked(e, &left, "example.com/one", metav1.FinalizerDeleteDependents)
			e.deleted(e.client.CoreV1().RESTClient(), "configmaps", &left, policy(metav1.DeletePropagationBackground))
			marked(e, &left, "example.com/one")
		}},
		{"inTheForegroundWaitsForDependentsThatBlock", func(e *env) {
			owner := e.createConfigMap("a", nil)
			yes := true
			dependent := e.configMap("b", nil)
			dependent.Finalizers = []string{"example.com/one"}
			dependent.OwnerReferences = []metav1.OwnerReference{{
				APIVersion: "v1", Kind: "ConfigMap", Name: "a", UID: owner.UID, BlockOwnerDeletion: &yes,
			}}
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			must(maps.Create(e.ctx, dependent, metav1.CreateOptions{}))(e)
			e.noError(maps.Delete(e.ctx, "a", policy(metav1.DeletePropagationForeground)))
			marked(e, must(maps.Get(e.ctx, "a", metav1.GetOptions{}))(e), metav1.FinalizerDeleteDependents)
		}},
		{"orphansThePodsOfReplicationControllersAndJobs", func(e *env) {
			labels := map[string]string{"app": "web"}
			template := podTemplate(labels)
			must(e.client.CoreV1().ReplicationControllers(e.namespace).Create(e.ctx, &corev1.ReplicationController{
				ObjectMeta: metav1.ObjectMeta{Name: "a"}, Spec: corev1.ReplicationControllerSpec{Selector: labels, Template: &template},
			}, metav1.CreateOptions{}))(e)
			var controller corev1.ReplicationController
			e.deleted(e.client.CoreV1().RESTClient(), "replicationcontrollers", &controller, metav1.DeleteOptions{})
			marked(e, &controller, metav1.FinalizerOrphanDependents)
			template = podTemplate(nil)
			template.Spec.RestartPolicy = corev1.RestartPolicyNever
			must(e.client.BatchV1().Jobs(e.namespace).Create(e.ctx, &batchv1.Job{
				ObjectMeta: metav1.ObjectMeta{Name: "a"}, Spec: batchv1.JobSpec{Template: template},
			}, metav1.CreateOptions{}))(e)
			var job batchv1.Job
			e.deleted(e.client.BatchV1().RESTClient(), "jobs", &job, metav1.DeleteOptions{})
			marked(e, &job, metav1.FinalizerOrphanDependents)
		}},
	}
}

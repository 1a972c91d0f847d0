// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"encoding/json"
	"net/http"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

func podTemplate(labels map[string]string) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: labels},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/app:1"}}},
	}
}

// deploy creates a deployment of two pods.
func (e *env) deploy(name string) *appsv1.Deployment {
	e.Helper()
	two := int32(2)
	labels := map[string]string{"app": name}
	return must(e.client.AppsV1().Deployments(e.namespace).Create(e.ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: &two, Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: podTemplate(labels),
		},
	}, metav1.CreateOptions{}))(e)
}

func scaleTests() []test {
	return []test{
		{"showsTheSizeOfADeployment", func(e *env) {
			d := e.deploy("web")
			scale := must(e.client.AppsV1().Deployments(e.namespace).GetScale(e.ctx, "web", metav1.GetOptions{}))(e)
			if scale.Name != "web" || scale.UID != d.UID || scale.ResourceVersion != d.ResourceVersion ||
				!scale.CreationTimestamp.Equal(&d.CreationTimestamp) || scale.Spec.Replicas != 2 || scale.Status.Selector != "app=web" {
				e.Errorf("got %+v", scale)
			}
			_, err := e.client.AppsV1().Deployments(e.namespace).GetScale(e.ctx, "other", metav1.GetOptions{})
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, `deployments.apps "other" not found`)
		}},
		{"changesTheSizeOfADeployment", func(e *env) {
			deployments := e.client.AppsV1().Deployments(e.namespace)
			before := e.deploy("web")
			scale := must(deployments.GetScale(e.ctx, "web", metav1.GetOptions{}))(e)
			scale.Spec.Replicas = 5
			changed := must(deployments.UpdateScale(e.ctx, "web", scale, metav1.UpdateOptions{}))(e)
			after := must(deployments.Get(e.ctx, "web", metav1.GetOptions{}))(e)
			if changed.Spec.Replicas != 5 || *after.Spec.Replicas != 5 || after.ResourceVersion != changed.ResourceVersion ||
				after.Generation != before.Generation+1 {
				e.Errorf("scale %+v, then replicas %d, generation %d", changed, *after.Spec.Replicas, after.Generation)
			}
			_, err := deployments.UpdateScale(e.ctx, "web", scale, metav1.UpdateOptions{})
			e.status(err, http.StatusConflict, metav1.StatusReasonConflict, "")
			scale.ResourceVersion, scale.Spec.Replicas = "", 6
			changed = must(deployments.UpdateScale(e.ctx, "web", scale, metav1.UpdateOptions{DryRun: []string{metav1.DryRunAll}}))(e)
			after = must(deployments.Get(e.ctx, "web", metav1.GetOptions{}))(e)
			if changed.Spec.Replicas != 6 || *after.Spec.Replicas != 5 {
				e.Errorf("dry run: scale %d, then replicas %d", changed.Spec.Replicas, *after.Spec.Replicas)
			}
			scale.Spec.Replicas = -1
			_, err = deployments.UpdateScale(e.ctx, "web", scale, metav1.UpdateOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
		}},
		{"patchesTheSizeOfADeployment", func(e *env) {
			e.deploy("web")
			deployments := e.client.AppsV1().Deployments(e.namespace)
			for i, kind := range []types.PatchType{types.MergePatchType, types.StrategicMergePatchType} {
				want := int32(7 + i)
				data := must(json.Marshal(map[string]any{"spec": map[string]any{"replicas": want}}))(e)
				must(deployments.Patch(e.ctx, "web", kind, data, metav1.PatchOptions{}, "scale"))(e)
				if got := must(deployments.Get(e.ctx, "web", metav1.GetOptions{}))(e); *got.Spec.Replicas != want {
					e.Errorf("%s: got %d, want %d", kind, *got.Spec.Replicas, want)
				}
			}
		}},
		{"isThereForAllWorkloads", func(e *env) {
			one := int32(1)
			labels := map[string]string{"app": "web"}
			selector := &metav1.LabelSelector{MatchLabels: labels}
			meta := metav1.ObjectMeta{Name: "web"}
			apps, core := e.client.AppsV1(), e.client.CoreV1()
			must(apps.ReplicaSets(e.namespace).Create(e.ctx, &appsv1.ReplicaSet{ObjectMeta: meta, Spec: appsv1.ReplicaSetSpec{
				Replicas: &one, Selector: selector, Template: podTemplate(labels),
			}}, metav1.CreateOptions{}))(e)
			must(apps.StatefulSets(e.namespace).Create(e.ctx, &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{
				Replicas: &one, Selector: selector, Template: podTemplate(labels), ServiceName: "web",
			}}, metav1.CreateOptions{}))(e)
			template := podTemplate(labels)
			must(core.ReplicationControllers(e.namespace).Create(e.ctx, &corev1.ReplicationController{
				ObjectMeta: meta, Spec: corev1.ReplicationControllerSpec{Replicas: &one, Selector: labels, Template: &template},
			}, metav1.CreateOptions{}))(e)
			for i, scale := range []*autoscalingv1.Scale{
				must(apps.ReplicaSets(e.namespace).GetScale(e.ctx, "web", metav1.GetOptions{}))(e),
				must(apps.StatefulSets(e.namespace).GetScale(e.ctx, "web", metav1.GetOptions{}))(e),
				must(core.ReplicationControllers(e.namespace).GetScale(e.ctx, "web", metav1.GetOptions{}))(e),
			} {
				if scale.Spec.Replicas != 1 || scale.Status.Selector != "app=web" {
					e.Errorf("%d: got %+v", i, scale)
				}
			}
			list := must(e.client.Discovery().ServerResourcesForGroupVersion("apps/v1"))(e)
			i := slices.IndexFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Name == "deployments/scale" })
			if i < 0 {
				e.Fatalf("resources %v", list.APIResources)
			}
			if r := list.APIResources[i]; r.Kind != "Scale" || r.Group != "autoscaling" || r.Version != "v1" || !slices.Equal(r.Verbs, []string{"get", "patch", "update"}) {
				e.Errorf("resource %+v", r)
			}
		}},
		{"isThereForCustomResourcesThatSaySo", func(e *env) {
			w := e.defineWidgets()
			c := e.widgets(w, "v1")
			must(c.Create(e.ctx, w.widget("v1", "a"), metav1.CreateOptions{}))(e)
			_, err := c.Get(e.ctx, "a", metav1.GetOptions{}, "scale")
			e.status(err, http.StatusInternalServerError, metav1.StatusReasonInternalError, "")
			_, err = e.widgets(w, "v1beta1").Get(e.ctx, "a", metav1.GetOptions{}, "scale")
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, "")
			must(c.Patch(e.ctx, "a", types.MergePatchType, []byte(`{"spec":{"replicas":2},"metadata":{"annotations":{"a":"b"}}}`), metav1.PatchOptions{}))(e)
			must(c.Patch(e.ctx, "a", types.MergePatchType, []byte(`{"status":{"replicas":1,"selector":"app=a"}}`), metav1.PatchOptions{}, "status"))(e)
			scale := must(c.Get(e.ctx, "a", metav1.GetOptions{}, "scale"))(e)
			if scale.GetKind() != "Scale" || scale.GetAPIVersion() != "autoscaling/v1" || len(scale.GetAnnotations()) != 0 {
				e.Errorf("got %v", scale)
			}
			status, _, err := unstructured.NestedMap(scale.Object, "status")
			e.noError(err)
			if status["replicas"] != int64(1) || status["selector"] != "app=a" {
				e.Errorf("status %v", status)
			}
			e.noError(unstructured.SetNestedField(scale.Object, int64(3), "spec", "replicas"))
			must(c.Update(e.ctx, scale, metav1.UpdateOptions{}, "scale"))(e)
			got := must(c.Get(e.ctx, "a", metav1.GetOptions{}))(e)
			replicas, _, err := unstructured.NestedInt64(got.Object, "spec", "replicas")
			e.noError(err)
			if replicas != 3 || got.GetGeneration() != 3 || got.GetAnnotations()["a"] != "b" {
				e.Errorf("scaled: %v", got)
			}
		}},
	}
}

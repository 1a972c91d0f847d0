// SPDX-License-Identifier: Apache-2.0

package clients_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const manifests = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: main, image: "example.com/web:1"}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: example.com/v1
kind: Wheel
metadata: {name: front}
spec: {size: 1}
`

// TestKubectl_doesItsEverydayWorkOnWhatOthersSee runs the commands of kubectl that change
// something, and looks at the outcome with other clients.
func TestKubectl_doesItsEverydayWorkOnWhatOthersSee(t *testing.T) {
	needKubectl(t)
	w := newWorld(t)
	deployments := w.typed.AppsV1().Deployments("default")
	wheel := w.dynamic.Resource(wheels().GroupVersionResource).Namespace("default")
	says := func(want, stdin string, args ...string) {
		t.Helper()
		got := w.kubectl(stdin, args...)
		if !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
			t.Errorf("kubectl %s says %q, want %q in it", strings.Join(args, " "), got, want)
		}
	}

	says("deployment.apps/web created service/web created wheel.example.com/front created", manifests, "create", "--save-config", "-f", "-")
	says("deployment.apps/web unchanged service/web unchanged wheel.example.com/front unchanged", manifests, "apply", "-f", "-")
	says("deployment.apps/web configured", strings.Replace(manifests, "web:1", "web:2", 1), "apply", "-f", "-")
	if got := need(deployments.Get(w.ctx, "web", metav1.GetOptions{}))(t); got.Spec.Template.Spec.Containers[0].Image != "example.com/web:2" || got.Generation != 2 {
		t.Errorf("after apply: image %s, generation %d", got.Spec.Template.Spec.Containers[0].Image, got.Generation)
	}
	says("wheel.example.com/front serverside-applied", strings.Replace(manifests, "size: 1", "size: 2", 1),
		"apply", "--server-side", "--force-conflicts", "-f", "-")
	if got := need(wheel.Get(w.ctx, "front", metav1.GetOptions{}))(t); got.Object["spec"].(map[string]any)["size"] != int64(2) {
		t.Errorf("after server-side apply: %v", got.Object["spec"])
	}
	says("wheel.example.com/front serverside-applied", strings.ReplaceAll(manifests, "size: 1", "size: 2"),
		"apply", "--server-side", "--dry-run=server", "--field-manager=other", "-f", "-")

	says("deployment.apps/web scaled", "", "scale", "deployment", "web", "--replicas=3", "--current-replicas=1")
	says("deployment.apps/web labeled", "", "label", "deployment", "web", "team=shop")
	says("deployment.apps/web annotated", "", "annotate", "deployment", "web", "example.com/note=hello")
	says("wheel.example.com/front patched", "", "patch", "wheel", "front", "--type=json", "-p", `[{"op":"add","path":"/spec/color","value":"red"}]`)
	says("deployment.apps/web image updated", "", "set", "image", "deployment/web", "main=example.com/web:3")
	got := need(deployments.Get(w.ctx, "web", metav1.GetOptions{}))(t)
	if *got.Spec.Replicas != 3 || got.Labels["team"] != "shop" || got.Annotations["example.com/note"] != "hello" ||
		got.Spec.Template.Spec.Containers[0].Image != "example.com/web:3" {
		t.Errorf("after scale, label, annotate and set image: %+v", got)
	}

	// Others write, kubectl waits and shows.
	got.Status.ObservedGeneration, got.Status.Replicas, got.Status.UpdatedReplicas, got.Status.ReadyReplicas, got.Status.AvailableReplicas = got.Generation, 3, 3, 3, 3
	need(deployments.UpdateStatus(w.ctx, got, metav1.UpdateOptions{}))(t)
	says(`deployment "web" successfully rolled out`, "", "rollout", "status", "deployment/web", "--timeout=20s")
	says("condition met", "", "wait", "deployment/web", "--for=jsonpath={.status.readyReplicas}=3", "--timeout=20s")
	says("web 3/3", "", "get", "deployments")
	says("color: red", "", "get", "wheel", "front", "-o", "yaml")
	says("Replicas: 3 desired", "", "describe", "deployment", "web")
	says("wheels", "", "api-resources", "--api-group=example.com")
	says("example.com/v1", "", "api-versions")
	says("service/web", "", "get", "all", "-o", "name")
	says("yes", "", "auth", "can-i", "delete", "deployments")

	says("deployment.apps/web replaced", w.kubectl("", "get", "deployment", "web", "-o", "yaml"), "replace", "-f", "-")
	says("deleted", manifests, "delete", "-f", "-", "--timeout=20s")
	if left := need(wheel.List(w.ctx, metav1.ListOptions{}))(t).Items; len(left) > 0 {
		t.Errorf("after delete there is still %s", left[0].GetName())
	}
}

// TestKubectl_diffShowsWhatApplyWouldChange needs no more than its exit code: 1 is that
// there is a difference.
func TestKubectl_diffShowsWhatApplyWouldChange(t *testing.T) {
	needKubectl(t)
	w := newWorld(t)
	w.kubectl(manifests, "apply", "-f", "-")
	if got := w.kubectl(manifests, "diff", "-f", "-"); got != "" {
		t.Errorf("diff of what is there: %s", got)
	}
	cmd := w.kubectlCommand("diff", "-f", "-")
	cmd.Stdin = strings.NewReader(strings.Replace(manifests, "web:1", "web:2", 1))
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "web:2") {
		t.Errorf("diff of what is not there: %v: %s; want the exit code 1 and web:2", err, out)
	}
}

// TestKubectl_waitsForADeletionByOthers has kubectl wait while another client deletes.
func TestKubectl_waitsForADeletionByOthers(t *testing.T) {
	needKubectl(t)
	w := newWorld(t)
	made := configMaps().object("a", "1")
	made.SetFinalizers([]string{"example.com/last"})
	w.noError(w.runtime.Create(w.ctx, made))
	w.noError(w.runtime.Delete(w.ctx, made))
	cmd := w.kubectlCommand("wait", "configmap/a", "--for=delete", "--timeout=20s")
	w.noError(cmd.Start())
	w.noError(w.runtime.Get(w.ctx, types.NamespacedName{Namespace: "default", Name: "a"}, made))
	made.SetFinalizers(nil)
	w.noError(w.runtime.Update(w.ctx, made))
	w.noError(cmd.Wait())
}

// SPDX-License-Identifier: Apache-2.0

package clients_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestClients_writeTheStatusOfACustomResource has each client write the status, and try to
// write something else with it, while all of them watch.
func TestClients_writeTheStatusOfACustomResource(t *testing.T) {
	needKubectl(t)
	w := newWorld(t)
	readers := w.readers(wheels())
	w.startOf(wheels(), readers)
	direct := w.dynamic.Resource(wheels().GroupVersionResource).Namespace("default")
	for writer, write := range map[string]func(*unstructured.Unstructured){
		"dynamic": func(o *unstructured.Unstructured) {
			need(direct.UpdateStatus(w.ctx, o, metav1.UpdateOptions{}))(t)
		},
		"controller-runtime": func(o *unstructured.Unstructured) { w.noError(w.runtime.Status().Update(w.ctx, o)) },
		"kubectl": func(*unstructured.Unstructured) {
			w.kubectl("", "patch", "wheel", "start", "--subresource=status", "--type=merge",
				"-p", `{"spec":{"value":"other"},"status":{"by":"kubectl"}}`)
		},
	} {
		before := need(direct.Get(w.ctx, "start", metav1.GetOptions{}))(t)
		object := before.DeepCopy()
		object.Object["spec"] = map[string]any{"value": "other"}
		object.Object["status"] = map[string]any{"by": writer}
		write(object)
		after := need(direct.Get(w.ctx, "start", metav1.GetOptions{}))(t)
		for who, reader := range readers {
			reader.want(t, who+" of "+writer, "MODIFIED start "+after.GetResourceVersion())
		}
		status, _ := after.Object["status"].(map[string]any)
		spec, _ := after.Object["spec"].(map[string]any)
		if status["by"] != writer || spec["value"] != "1" || after.GetGeneration() != before.GetGeneration() {
			t.Errorf("%s has written status %v, spec %v and generation %d; want its status only", writer, status, spec, after.GetGeneration())
		}
	}
	// What writes the rest leaves the status alone.
	object := need(direct.Get(w.ctx, "start", metav1.GetOptions{}))(t)
	object.Object["spec"], object.Object["status"] = map[string]any{"value": "2"}, map[string]any{}
	w.noError(w.runtime.Update(w.ctx, object))
	if status, _ := object.Object["status"].(map[string]any); status["by"] == nil || object.GetGeneration() != 2 {
		t.Errorf("after an update: status %v, generation %d; want the status as it was, and generation 2", status, object.GetGeneration())
	}
}

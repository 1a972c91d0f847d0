// SPDX-License-Identifier: Apache-2.0

package clients_test

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	ctrlclient "sigs.k8s.io/controller-runtime/pkg/client"
)

// writer is a client that writes objects of one resource in the namespace default. What
// it writes it returns in the resource version that it was told.
type writer struct {
	create, update func(name, value string) (version string)
	delete         func(name string)
}

// writers are the clients that can write objects of the resource, by name. The metadata
// client cannot.
func (w *world) writers(r resource) map[string]writer {
	writers := map[string]writer{
		"dynamic":            w.dynamicWriter(r),
		"controller-runtime": w.runtimeWriter(r),
		"kubectl":            w.kubectlWriter(r),
	}
	if r == configMaps() {
		writers["typed"] = w.typedWriter()
	}
	return writers
}

func (w *world) typedWriter() writer {
	client := w.typed.CoreV1().ConfigMaps("default")
	object := func(name, value string) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"value": value}}
	}
	return writer{
		create: func(name, value string) string {
			return need(client.Create(w.ctx, object(name, value), metav1.CreateOptions{}))(w.T).ResourceVersion
		},
		update: func(name, value string) string {
			return need(client.Update(w.ctx, object(name, value), metav1.UpdateOptions{}))(w.T).ResourceVersion
		},
		delete: func(name string) { w.noError(client.Delete(w.ctx, name, metav1.DeleteOptions{})) },
	}
}

func (w *world) dynamicWriter(r resource) writer {
	client := w.dynamic.Resource(r.GroupVersionResource).Namespace("default")
	return writer{
		create: func(name, value string) string {
			return need(client.Create(w.ctx, r.object(name, value), metav1.CreateOptions{}))(w.T).GetResourceVersion()
		},
		update: func(name, value string) string {
			object := need(client.Get(w.ctx, name, metav1.GetOptions{}))(w.T)
			w.noError(unstructured.SetNestedField(object.Object, value, r.body, "value"))
			return need(client.Update(w.ctx, object, metav1.UpdateOptions{}))(w.T).GetResourceVersion()
		},
		delete: func(name string) { w.noError(client.Delete(w.ctx, name, metav1.DeleteOptions{})) },
	}
}

func (w *world) runtimeWriter(r resource) writer {
	return writer{
		create: func(name, value string) string {
			object := r.object(name, value)
			w.noError(w.runtime.Create(w.ctx, object))
			return object.GetResourceVersion()
		},
		update: func(name, value string) string {
			object := r.object(name, "")
			w.noError(w.runtime.Get(w.ctx, types.NamespacedName{Namespace: "default", Name: name}, object))
			before := object.DeepCopy()
			w.noError(unstructured.SetNestedField(object.Object, value, r.body, "value"))
			w.noError(w.runtime.Patch(w.ctx, object, ctrlclient.MergeFrom(before)))
			return object.GetResourceVersion()
		},
		delete: func(name string) { w.noError(w.runtime.Delete(w.ctx, r.object(name, ""))) },
	}
}

func (w *world) kubectlWriter(r resource) writer {
	run := func(object *unstructured.Unstructured, args ...string) string {
		text := need(json.Marshal(object))(w.T)
		return w.kubectl(string(text), append(args, "-f", "-", "-o", "jsonpath={.metadata.resourceVersion}")...)
	}
	return writer{
		create: func(name, value string) string { return run(r.object(name, value), "create") },
		update: func(name, value string) string {
			return run(r.object(name, value), "apply", "--server-side", "--force-conflicts")
		},
		delete: func(name string) { w.kubectl("", "delete", r.GroupResource().String(), name) },
	}
}

// SPDX-License-Identifier: Apache-2.0

package clients_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// TestClients_seeEachOthersWrites has each client create, change and delete an object of
// a built-in resource and of a custom one, while all of them watch.
func TestClients_seeEachOthersWrites(t *testing.T) {
	needKubectl(t)
	for _, r := range []resource{configMaps(), wheels()} {
		t.Run(r.kind, func(t *testing.T) {
			w := newWorld(t)
			readers := w.readers(r)
			w.startOf(r, readers)
			for writer, write := range w.writers(r) {
				object := "by-" + writer
				tell := func(kind, version string) {
					t.Helper()
					for who, reader := range readers {
						reader.want(t, who+" of "+writer, kind+" "+object+" "+version)
						if kind == "DELETED" {
							continue
						}
						if got := reader.version(object); got != version {
							t.Errorf("%s reads version %s of what %s has written, want %s", who, got, writer, version)
						}
					}
				}
				tell("ADDED", write.create(object, "1"))
				changed := write.update(object, "2")
				tell("MODIFIED", changed)
				got := need(w.dynamic.Resource(r.GroupVersionResource).Namespace("default").Get(w.ctx, object, metav1.GetOptions{}))(t)
				if body, _ := got.Object[r.body].(map[string]any); body["value"] != "2" {
					t.Errorf("%s has written %v, want the value 2", writer, body)
				}
				labeled := need(w.metadata.Resource(r.GroupVersionResource).Namespace("default").Patch(w.ctx, object,
					types.MergePatchType, []byte(`{"metadata":{"labels":{"x":"y"}}}`), metav1.PatchOptions{}))(t)
				tell("MODIFIED", labeled.ResourceVersion)
				write.delete(object)
				tell("DELETED", w.lastVersion())
			}
		})
	}
}

// startOf makes an object and waits until everybody is told of it: kubectl takes a moment
// to begin.
func (w *world) startOf(r resource, readers map[string]reader) {
	w.Helper()
	made := need(w.dynamic.Resource(r.GroupVersionResource).Namespace("default").
		Create(w.ctx, r.object("start", "1"), metav1.CreateOptions{}))(w.T)
	for who, reader := range readers {
		reader.want(w.T, who, "ADDED start "+made.GetResourceVersion())
	}
}

// lastVersion returns the version of the latest change of all: of a deletion, for one.
func (w *world) lastVersion() string {
	w.Helper()
	return need(w.dynamic.Resource(configMaps().GroupVersionResource).List(w.ctx, metav1.ListOptions{}))(w.T).GetResourceVersion()
}

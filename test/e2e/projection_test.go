// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// TestKClient_projectionReadsNothingElse lists and watches in part what a real server
// sends, in protobuf and in JSON.
func TestKClient_projectionReadsNothingElse(t *testing.T) {
	server := startServer(t)
	for name, accept := range map[string]string{"protobuf": "", "json": runtime.ContentTypeJSON} {
		t.Run(name, func(t *testing.T) {
			config := server.RESTConfig()
			config.AcceptContentTypes = accept
			client, stop := newClient(t, config)
			writer := kclient.NewWriteClient[*corev1.ConfigMap](client)
			first, second := typedConfigMap("first-"+name, "1"), typedConfigMap("second-"+name, "2")
			for _, o := range []*corev1.ConfigMap{first, second} {
				o.Data["other"] = "never read"
				o.Annotations = map[string]string{"example.com/notes": "never read"}
			}
			if _, err := writer.Create(first); err != nil {
				t.Fatal(err)
			}
			filter := smoke
			filter.FieldSelector = "metadata.name!=none"
			filter.Projection = kubetypes.Project("data.key", "metadata.labels")
			configMaps := kclient.NewFiltered[*corev1.ConfigMap](client, filter)
			dynamic := kclient.NewDynamic(client, corev1.SchemeGroupVersion.WithResource("configmaps"), filter)
			told := make(chan *corev1.ConfigMap, 10)
			configMaps.AddEventHandler(controllers.EventHandler[*corev1.ConfigMap]{AddFunc: func(o *corev1.ConfigMap) {
				if o.Name == first.Name || o.Name == second.Name {
					told <- o
				}
			}})
			if !client.RunAndWait(stop) {
				t.Fatal("not ready")
			}
			want := func(o *corev1.ConfigMap, value string) {
				t.Helper()
				got := *<-told
				if got.UID == "" || got.ResourceVersion == "" {
					t.Errorf("%s has no UID or version", got.Name)
				}
				got.UID, got.ResourceVersion, got.TypeMeta = "", "", metav1.TypeMeta{}
				if diff := cmp.Diff(&corev1.ConfigMap{
					ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: o.Name, Labels: o.Labels},
					Data:       map[string]string{"key": value},
				}, &got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", o.Name, diff)
				}
			}
			want(first, "1")
			if _, err := writer.Create(second); err != nil {
				t.Fatal(err)
			}
			want(second, "2")
			u, ok := dynamic.Get(first.Name, "default").(*unstructured.Unstructured)
			if !ok {
				t.Fatal("there is no unstructured object")
			}
			if diff := cmp.Diff(map[string]any{"key": "1"}, u.Object["data"]); diff != "" {
				t.Errorf("unstructured data (-want +got):\n%s", diff)
			}
		})
	}
}

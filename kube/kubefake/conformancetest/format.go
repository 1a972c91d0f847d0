// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func configMaps() schema.GroupVersionResource {
	return schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
}

func formatTests() []test {
	return []test{
		{"protobufSaysTheSameAsJSON", func(e *env) {
			cfg := rest.CopyConfig(e.cfg)
			cfg.ContentType = "application/vnd.kubernetes.protobuf"
			proto := must(kubernetes.NewForConfig(cfg))(e)
			maps := proto.CoreV1().ConfigMaps(e.namespace)
			made := must(maps.Create(e.ctx, e.configMap("a", nil), metav1.CreateOptions{}))(e)
			w := must(maps.Watch(e.ctx, metav1.ListOptions{ResourceVersion: made.ResourceVersion}))(e)
			defer w.Stop()
			made.Data["key"] = "2"
			made = must(maps.Update(e.ctx, made, metav1.UpdateOptions{}))(e)
			kind, seen := e.next(w)
			plain := must(e.client.CoreV1().ConfigMaps(e.namespace).Get(e.ctx, "a", metav1.GetOptions{}))(e)
			if kind != watch.Modified {
				e.Errorf("got %s, want MODIFIED", kind)
			}
			for what, got := range map[string]any{"update": made, "watch": seen} {
				if diff := cmp.Diff(plain, got); diff != "" {
					e.Errorf("%s in protobuf mismatch (-json +protobuf):\n%s", what, diff)
				}
			}
			opts := metav1.ListOptions{FieldSelector: "metadata.name=a"}
			if diff := cmp.Diff(must(e.client.CoreV1().ConfigMaps(e.namespace).List(e.ctx, opts))(e), must(maps.List(e.ctx, opts))(e)); diff != "" {
				e.Errorf("list in protobuf mismatch (-json +protobuf):\n%s", diff)
			}
			_, err := maps.Get(e.ctx, "missing", metav1.GetOptions{})
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, `configmaps "missing" not found`)
			e.noError(maps.Delete(e.ctx, "a", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &made.UID}}))
		}},
		{"metadataClientsSeeMetadata", func(e *env) {
			made := e.createConfigMap("a", map[string]string{"x": "y"})
			maps := e.metadata.Resource(configMaps()).Namespace(e.namespace)
			got := must(maps.Get(e.ctx, "a", metav1.GetOptions{}))(e)
			if diff := cmp.Diff(made.ObjectMeta, got.ObjectMeta); diff != "" {
				e.Errorf("metadata mismatch (-want +got):\n%s", diff)
			}
			list := must(maps.List(e.ctx, metav1.ListOptions{LabelSelector: "x=y"}))(e)
			if len(list.Items) != 1 || list.Items[0].Name != "a" {
				e.Errorf("list has %d items", len(list.Items))
			}
			w := must(maps.Watch(e.ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion}))(e)
			defer w.Stop()
			e.change("a", "2", map[string]string{"x": "z"})
			select {
			case event := <-w.ResultChan():
				meta, ok := event.Object.(*metav1.PartialObjectMetadata)
				if !ok || event.Type != watch.Modified || meta.Labels["x"] != "z" {
					e.Errorf("got %s %#v", event.Type, event.Object)
				}
			case <-e.ctx.Done():
				e.Error("no event came")
			}
		}},
		{"dynamicClientsSeeKinds", func(e *env) {
			maps := e.dynamic.Resource(configMaps()).Namespace(e.namespace)
			obj := &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a"}, "data": map[string]any{"key": "value"},
			}}
			must(maps.Create(e.ctx, obj, metav1.CreateOptions{}))(e)
			list := must(maps.List(e.ctx, metav1.ListOptions{}))(e)
			for _, item := range list.Items {
				if item.GetKind() != "ConfigMap" || item.GetAPIVersion() != "v1" {
					e.Errorf("item is a %s %s", item.GetAPIVersion(), item.GetKind())
				}
			}
		}},
		{"tablesHaveNamesAndAges", func(e *env) {
			e.createConfigMap("a", nil)
			header := http.Header{"Accept": {"application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}}
			_, _, data := e.request(http.MethodGet, "/api/v1/namespaces/"+e.namespace+"/configmaps?fieldSelector=metadata.name%3Da", header, nil)
			var table metav1.Table
			e.noError(json.Unmarshal(data, &table))
			var columns []string
			for _, c := range table.ColumnDefinitions {
				columns = append(columns, c.Name)
			}
			if diff := cmp.Diff([]string{"Name", "Data", "Age"}, columns); diff != "" {
				e.Errorf("columns mismatch (-want +got):\n%s", diff)
			}
			if len(table.Rows) != 1 || table.Rows[0].Cells[0] != "a" || len(table.Rows[0].Object.Raw) == 0 {
				e.Errorf("rows %v", table.Rows)
			}
		}},
		{"refusesWhatItCannotWrite", func(e *env) {
			code, _, _ := e.request(http.MethodGet, "/api/v1/namespaces/"+e.namespace, http.Header{"Accept": {"image/png"}}, nil)
			if code != http.StatusNotAcceptable {
				e.Errorf("got %d, want 406", code)
			}
		}},
		{"discoveryKnowsTheResources", func(e *env) {
			lists, err := e.client.Discovery().ServerPreferredResources()
			e.noError(err)
			byName := map[string]metav1.APIResource{}
			for _, list := range lists {
				for _, r := range list.APIResources {
					byName[list.GroupVersion+" "+r.Name] = r
				}
			}
			pods := byName["v1 pods"]
			if pods.Kind != "Pod" || !pods.Namespaced || pods.SingularName != "pod" || !slices.Contains(pods.ShortNames, "po") || !slices.Contains(pods.Verbs, "watch") {
				e.Errorf("pods are %+v", pods)
			}
			if nodes := byName["v1 nodes"]; nodes.Namespaced || nodes.Kind != "Node" {
				e.Errorf("nodes are %+v", nodes)
			}
			if d := byName["apps/v1 deployments"]; d.Kind != "Deployment" || !slices.Contains(d.Categories, "all") {
				e.Errorf("deployments are %+v", d)
			}
			resources, err := e.client.Discovery().ServerResourcesForGroupVersion("apps/v1")
			e.noError(err)
			if !slices.ContainsFunc(resources.APIResources, func(r metav1.APIResource) bool { return r.Name == "deployments/status" }) {
				e.Error("deployments/status is missing")
			}
			_, err = e.client.Discovery().ServerResourcesForGroupVersion("nonsense.example.com/v1")
			if !apierrors.IsNotFound(err) {
				e.Errorf("unknown group: got %v, want not found", err)
			}
		}},
		{"discoveryIsTheSameWithoutAggregation", func(e *env) {
			legacy := must(discovery.NewDiscoveryClientForConfig(e.cfg))(e)
			legacy.UseLegacyDiscovery = true
			groups := func(c discovery.DiscoveryInterface) []string {
				list := must(c.ServerGroups())(e)
				var out []string
				for _, g := range list.Groups {
					out = append(out, g.PreferredVersion.GroupVersion)
				}
				return out
			}
			if diff := cmp.Diff(groups(e.client.Discovery()), groups(legacy)); diff != "" {
				e.Errorf("preferred versions mismatch (-aggregated +legacy):\n%s", diff)
			}
		}},
		{"saysItsVersionAndHealth", func(e *env) {
			info := must(e.client.Discovery().ServerVersion())(e)
			if info.Major != "1" || info.GitVersion == "" {
				e.Errorf("version %+v", info)
			}
			for _, path := range []string{"/healthz", "/readyz", "/livez"} {
				if code, _, body := e.request(http.MethodGet, path, nil, nil); code != http.StatusOK || string(body) != "ok" {
					e.Errorf("%s: got %d %s", path, code, body)
				}
			}
		}},
	}
}

// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// names checks the names of the config maps that are listed.
func (e *env) names(want []string, opts metav1.ListOptions) {
	e.Helper()
	list := must(e.client.CoreV1().ConfigMaps(e.namespace).List(e.ctx, opts))(e)
	var got []string
	for _, cm := range list.Items {
		got = append(got, cm.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		e.Errorf("list with labels %q and fields %q mismatch (-want +got):\n%s", opts.LabelSelector, opts.FieldSelector, diff)
	}
}

// pod makes a pod that the real server accepts too.
func (e *env) pod(name, node string) *corev1.Pod {
	e.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
	_, err := e.client.CoreV1().ServiceAccounts(e.namespace).Create(e.ctx, account, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		e.Fatal(err)
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: e.namespace, Name: name},
		Spec:       corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Name: "main", Image: "example.com/main:1"}}},
	}
}

func listTests() []test {
	return []test{
		{"selectsByLabels", func(e *env) {
			e.createConfigMap("a", map[string]string{"app": "x", "tier": "front"})
			e.createConfigMap("b", map[string]string{"app": "x"})
			e.createConfigMap("c", map[string]string{"app": "y"})
			e.names([]string{"a", "b"}, metav1.ListOptions{LabelSelector: "app=x"})
			e.names([]string{"b"}, metav1.ListOptions{LabelSelector: "app=x,!tier"})
			e.names([]string{"a", "b", "c"}, metav1.ListOptions{LabelSelector: "app in (x,y)"})
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).List(e.ctx, metav1.ListOptions{LabelSelector: "a=b=c"})
			e.status(err, http.StatusBadRequest, metav1.StatusReasonBadRequest, "")
		}},
		{"selectsByFields", func(e *env) {
			e.createConfigMap("a", nil)
			e.createConfigMap("b", nil)
			e.names([]string{"a"}, metav1.ListOptions{FieldSelector: "metadata.name=a"})
			e.names([]string{"b"}, metav1.ListOptions{FieldSelector: "metadata.namespace=" + e.namespace + ",metadata.name=b"})
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).List(e.ctx, metav1.ListOptions{FieldSelector: "data.key=value"})
			e.status(err, http.StatusBadRequest, metav1.StatusReasonBadRequest, "")
		}},
		{"selectsPodsByNodeAndPhase", func(e *env) {
			pods := e.client.CoreV1().Pods(e.namespace)
			must(pods.Create(e.ctx, e.pod("one", "node-1"), metav1.CreateOptions{}))(e)
			must(pods.Create(e.ctx, e.pod("two", ""), metav1.CreateOptions{}))(e)
			for selector, want := range map[string]int{
				"spec.nodeName=node-1": 1, "spec.nodeName=": 1, "spec.nodeName!=node-1": 1,
				"status.phase=Pending": 2, "status.phase!=Pending": 0,
			} {
				list := must(pods.List(e.ctx, metav1.ListOptions{FieldSelector: selector}))(e)
				if len(list.Items) != want {
					e.Errorf("%s: got %d pods, want %d", selector, len(list.Items), want)
				}
			}
		}},
		{"comesInPagesOfOneMoment", func(e *env) {
			for i := range 5 {
				e.createConfigMap(fmt.Sprint("cm-", i), map[string]string{"page": "yes"})
			}
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			opts := metav1.ListOptions{LabelSelector: "page=yes", Limit: 2}
			first := must(maps.List(e.ctx, opts))(e)
			if len(first.Items) != 2 || first.Continue == "" {
				e.Fatalf("first page: %d items, continue %q", len(first.Items), first.Continue)
			}
			e.noError(maps.Delete(e.ctx, "cm-2", metav1.DeleteOptions{}))
			e.createConfigMap("cm-9", map[string]string{"page": "yes"})
			var got []string
			for opts.Continue = first.Continue; opts.Continue != ""; {
				page := must(maps.List(e.ctx, opts))(e)
				if page.ResourceVersion != first.ResourceVersion {
					e.Errorf("resourceVersion %s, want %s of the first page", page.ResourceVersion, first.ResourceVersion)
				}
				for _, cm := range page.Items {
					got = append(got, cm.Name)
				}
				opts.Continue = page.Continue
			}
			if diff := cmp.Diff([]string{"cm-2", "cm-3", "cm-4"}, got); diff != "" {
				e.Errorf("other pages mismatch (-want +got):\n%s", diff)
			}
		}},
		{"hasItemsWithoutKind", func(e *env) {
			e.createConfigMap("a", nil)
			list := must(e.client.CoreV1().ConfigMaps(e.namespace).List(e.ctx, metav1.ListOptions{}))(e)
			if kind := list.Items[0].Kind; kind != "" {
				e.Errorf("kind %q, want none in lists of built-in kinds", kind)
			}
		}},
		{"isAsOldAsAsked", func(e *env) {
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			first := e.createConfigMap("a", nil)
			e.createConfigMap("b", nil)
			list := must(maps.List(e.ctx, metav1.ListOptions{
				ResourceVersion: first.ResourceVersion, ResourceVersionMatch: metav1.ResourceVersionMatchExact,
				FieldSelector: "metadata.name!=kube-root-ca.crt",
			}))(e)
			if len(list.Items) != 1 || list.Items[0].Name != "a" || list.ResourceVersion != first.ResourceVersion {
				e.Errorf("exact list has %d items at %s, want a at %s", len(list.Items), list.ResourceVersion, first.ResourceVersion)
			}
		}},
		{"refusesAFutureResourceVersion", func(e *env) {
			// A client would try again, as the answer tells it to.
			_, _, data := e.request(http.MethodGet, "/api/v1/namespaces/"+e.namespace+"/configmaps?resourceVersion=999999999", nil, nil)
			var status metav1.Status
			e.noError(json.Unmarshal(data, &status))
			err := &apierrors.StatusError{ErrStatus: status}
			if !apierrors.IsTimeout(err) || !apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge) {
				e.Errorf("got %s, want a timeout that says the resourceVersion is too large", data)
			}
		}},
		{"spansNamespaces", func(e *env) {
			e.createConfigMap("a", map[string]string{"owner": e.namespace})
			list := must(e.client.CoreV1().ConfigMaps("").List(e.ctx, metav1.ListOptions{LabelSelector: "owner=" + e.namespace}))(e)
			if len(list.Items) != 1 || list.Items[0].Namespace != e.namespace {
				e.Errorf("got %d items", len(list.Items))
			}
		}},
	}
}

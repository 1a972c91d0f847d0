// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"net/http"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube/kubefake"
)

func TestPut_takesEveryFormOfAnObjectAsTheSame(t *testing.T) {
	withKind := pod("shop", "web")
	withKind.APIVersion, withKind.Kind = "v1", "Pod"
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(withKind)
	if err != nil {
		t.Fatal(err)
	}
	server, client := newServer(t, pod("shop", "web"))
	before, err := client.CoreV1().Pods("shop").List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Put(withKind, &unstructured.Unstructured{Object: content}); err != nil {
		t.Fatal(err)
	}
	after, err := client.CoreV1().Pods("shop").List(t.Context(), metav1.ListOptions{})
	if err != nil || before.ResourceVersion != after.ResourceVersion {
		t.Errorf("resourceVersion %s, %v; want %s as before", after.ResourceVersion, err, before.ResourceVersion)
	}
}

func TestNewServer_canHoldPodsThatAreBeingDeleted(t *testing.T) {
	ending := pod("shop", "web")
	ending.DeletionTimestamp = &metav1.Time{Time: time.Now()}
	_, client := newServer(t, ending)
	pods := client.CoreV1().Pods("shop")
	got, err := pods.Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil || got.DeletionTimestamp == nil || *got.DeletionGracePeriodSeconds != 30 {
		t.Fatalf("got %v, %v", got, err)
	}
	got.Status.Phase = corev1.PodSucceeded
	if got, err = pods.UpdateStatus(t.Context(), got, metav1.UpdateOptions{}); err != nil || got.DeletionTimestamp == nil {
		t.Fatalf("after an update of the status: %v, %v", got, err)
	}
	if err := pods.Delete(t.Context(), "web", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if list, err := pods.List(t.Context(), metav1.ListOptions{}); err != nil || len(list.Items) != 0 {
		t.Errorf("after its end: %v, %v", list, err)
	}
}

func TestTransport_answersHeadWithoutBodies(t *testing.T) {
	server, _ := newServer(t, pod("shop", "web"))
	for _, path := range []string{"/api/v1/namespaces/shop/pods/web", "/api/v1/pods", "/api/v1/pods?watch=true"} {
		if code, body := do(t, server.Transport(), http.MethodHead, path, "", ""); code != http.StatusOK || len(body) > 0 {
			t.Errorf("%s: got %d %s", path, code, body)
		}
	}
}

func TestClient_isAKubeClientOnItsServer(t *testing.T) {
	client := kubefake.NewClient(pod("shop", "web"))
	defer client.Close()
	if err := client.Server().Put(pod("shop", "api")); err != nil {
		t.Fatal(err)
	}
	list, err := client.Dynamic().Resource(corev1.SchemeGroupVersion.WithResource("pods")).List(t.Context(), metav1.ListOptions{})
	if err != nil || len(list.Items) != 2 || client.ClusterID() != "fake" {
		t.Errorf("cluster %q has %v, %v; want fake with two pods", client.ClusterID(), list, err)
	}
}

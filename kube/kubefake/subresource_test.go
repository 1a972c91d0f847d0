// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestBinding_putsAPodOnANodeOnce(t *testing.T) {
	_, client := newServer(t, pod("shop", "web"))
	pods := client.CoreV1().Pods("shop")
	binding := &corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Target: corev1.ObjectReference{Kind: "Node", Name: "node-1"}}
	if err := pods.Bind(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	got, err := pods.Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil || got.Spec.NodeName != "node-1" || len(got.Status.Conditions) != 1 || got.Status.Conditions[0].Type != corev1.PodScheduled {
		t.Errorf("got %v, %v", got, err)
	}
	if err := pods.Bind(t.Context(), binding, metav1.CreateOptions{}); !apierrors.IsConflict(err) {
		t.Errorf("again: got %v, want a conflict", err)
	}
}

func TestEviction_deletesThePodUnlessDry(t *testing.T) {
	_, client := newServer(t, pod("shop", "web"))
	pods := client.CoreV1().Pods("shop")
	eviction := &policyv1.Eviction{
		ObjectMeta:    metav1.ObjectMeta{Name: "web"},
		DeleteOptions: &metav1.DeleteOptions{DryRun: []string{metav1.DryRunAll}},
	}
	if err := pods.EvictV1(t.Context(), eviction); err != nil {
		t.Fatal(err)
	}
	if _, err := pods.Get(t.Context(), "web", metav1.GetOptions{}); err != nil {
		t.Errorf("a dry run took the pod: %v", err)
	}
	eviction.DeleteOptions = nil
	if err := pods.EvictV1(t.Context(), eviction); err != nil {
		t.Fatal(err)
	}
	if _, err := pods.Get(t.Context(), "web", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("got %v, want not found", err)
	}
}

func TestFinalize_letsANamespaceGo(t *testing.T) {
	_, client := newServer(t, &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: "shop"},
		Spec:       corev1.NamespaceSpec{Finalizers: []corev1.FinalizerName{"example.com/wait"}},
	})
	namespaces := client.CoreV1().Namespaces()
	if err := namespaces.Delete(t.Context(), "shop", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	held, err := namespaces.Get(t.Context(), "shop", metav1.GetOptions{})
	if err != nil || len(held.Spec.Finalizers) != 1 {
		t.Fatalf("got %v, %v; want it held by one finalizer", held, err)
	}
	held.Spec.Finalizers = nil
	if _, err := namespaces.Finalize(t.Context(), held, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := namespaces.Get(t.Context(), "shop", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("got %v, want not found", err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
)

func TestStripPodUnusedFields_keepsWhatRoutingNeeds(t *testing.T) {
	always, never := corev1.ContainerRestartPolicyAlways, corev1.ContainerRestartPolicy("Never")
	ports := []corev1.ContainerPort{{ContainerPort: 8080}}
	full := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "cart", Namespace: "shop", Labels: map[string]string{"app": "cart"}, Annotations: map[string]string{"a": "b"},
			ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl"}},
		},
		Spec: corev1.PodSpec{
			Containers: []corev1.Container{{Name: "main", Image: "i", Ports: ports}, {Name: "portless"}},
			InitContainers: []corev1.Container{
				{Name: "sidecar", Image: "i", Ports: ports, RestartPolicy: &always},
				{Name: "portless", RestartPolicy: &always},
				{Name: "other", Ports: ports, RestartPolicy: &never},
				{Name: "init", Ports: ports},
			},
			ServiceAccountName: "sa", NodeName: "n1", HostNetwork: true, Hostname: "h", Subdomain: "s",
			Volumes: []corev1.Volume{{Name: "v"}}, PriorityClassName: "p",
		},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: "10.0.0.1", Conditions: []corev1.PodCondition{{Type: corev1.PodReady}},
			ContainerStatuses: []corev1.ContainerStatus{{Name: "main"}}, InitContainerStatuses: []corev1.ContainerStatus{{Name: "init"}},
		},
	}
	want := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "cart", Namespace: "shop", Labels: map[string]string{"app": "cart"}, Annotations: map[string]string{"a": "b"},
		},
		Spec: corev1.PodSpec{
			Containers:         []corev1.Container{{Ports: ports}},
			InitContainers:     []corev1.Container{{Ports: ports, RestartPolicy: &always}},
			ServiceAccountName: "sa", NodeName: "n1", HostNetwork: true, Hostname: "h", Subdomain: "s",
		},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: "10.0.0.1", Conditions: []corev1.PodCondition{{Type: corev1.PodReady}},
		},
	}
	for range 2 { // it may see its own result
		got, err := kube.StripPodUnusedFields(full)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pod mismatch (-want +got):\n%s", diff)
		}
	}
}

func TestStripNodeUnusedFields_keepsAddressesAndPlaces(t *testing.T) {
	got, err := kube.StripNodeUnusedFields(&corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: "n1", Labels: map[string]string{"zone": "a"}, Annotations: map[string]string{"a": "b"},
			ManagedFields: []metav1.ManagedFieldsEntry{{}}, OwnerReferences: []metav1.OwnerReference{{}},
		},
		Spec: corev1.NodeSpec{PodCIDR: "10.0.0.0/24"},
		Status: corev1.NodeStatus{
			Addresses: []corev1.NodeAddress{{Address: "10.1.1.1"}}, Images: []corev1.ContainerImage{{}},
			Capacity: corev1.ResourceList{}, Allocatable: corev1.ResourceList{}, Conditions: []corev1.NodeCondition{{}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "n1", Labels: map[string]string{"zone": "a"}},
		Spec:       corev1.NodeSpec{PodCIDR: "10.0.0.0/24"},
		Status:     corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Address: "10.1.1.1"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("node mismatch (-want +got):\n%s", diff)
	}
}

func TestStripUnusedFields_leaveOtherObjectsAlone(t *testing.T) {
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"a": "b"}}}
	for _, in := range []any{service, "text", nil} {
		for _, strip := range []func(any) (any, error){kube.StripPodUnusedFields, kube.StripNodeUnusedFields} {
			if got, err := strip(in); err != nil || got != in {
				t.Errorf("strip(%v) = %v, %v", in, got, err)
			}
		}
	}
	if len(service.Annotations) != 1 {
		t.Error("the service was changed")
	}
}

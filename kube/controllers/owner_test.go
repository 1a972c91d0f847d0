// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube/controllers"
)

var serviceKind = corev1.SchemeGroupVersion.WithKind("Service")

func service(namespace, name, uid string) *corev1.Service {
	return &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: apitypes.UID(uid)}}
}

func owned() *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "p"}}
}

func TestSetControllerReference_refusesASecondController(t *testing.T) {
	p := owned()
	if err := controllers.SetControllerReference(service("shop", "a", "1"), serviceKind, p); err != nil {
		t.Fatal(err)
	}
	if !metav1.IsControlledBy(p, service("shop", "a", "1")) {
		t.Errorf("references are %v", p.OwnerReferences)
	}
	err := controllers.SetControllerReference(service("shop", "b", "2"), serviceKind, p)
	var owned *controllers.AlreadyOwnedError
	if !errors.As(err, &owned) || owned.Owner.Name != "a" || err.Error() != "shop/p is controlled by Service a already" {
		t.Errorf("error is %v, want that a controls it", err)
	}
	if err := controllers.SetOwnerReference(service("shop", "b", "2"), serviceKind, p); err != nil {
		t.Errorf("a second owner: %v", err)
	}
	// The owner was deleted and made again; neither call makes a second reference.
	for range 2 {
		if err := controllers.SetControllerReference(service("shop", "a", "3"), serviceKind, p); err != nil {
			t.Fatal(err)
		}
	}
	if err := controllers.SetOwnerReference(service("shop", "a", "3"), serviceKind, p); err != nil {
		t.Fatal(err)
	}
	yes := true
	want := []metav1.OwnerReference{
		{APIVersion: "v1", Kind: "Service", Name: "b", UID: "2"},
		{APIVersion: "v1", Kind: "Service", Name: "a", UID: "3", Controller: &yes, BlockOwnerDeletion: &yes},
	}
	if diff := cmp.Diff(want, p.OwnerReferences); diff != "" {
		t.Errorf("references mismatch (-want +got):\n%s", diff)
	}
	if !controllers.RemoveOwnerReference(service("shop", "a", "3"), serviceKind, p) ||
		controllers.RemoveOwnerReference(service("shop", "a", "3"), serviceKind, p) {
		t.Error("RemoveOwnerReference does not report what it did")
	}
	if diff := cmp.Diff(want[:1], p.OwnerReferences); diff != "" {
		t.Errorf("references mismatch (-want +got):\n%s", diff)
	}
}

func TestSetControllerReference_refusesWhatWouldBeCollectedAsGarbage(t *testing.T) {
	for name, owner := range map[string]*corev1.Service{
		"another namespace": service("bank", "a", "1"),
		"not created":       service("shop", "a", ""),
	} {
		p := owned()
		if controllers.SetControllerReference(owner, serviceKind, p) == nil || controllers.SetOwnerReference(owner, serviceKind, p) == nil {
			t.Errorf("%s is no error", name)
		}
		if p.OwnerReferences != nil {
			t.Errorf("%s: references are %v", name, p.OwnerReferences)
		}
	}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n", UID: "1"}}
	if err := controllers.SetControllerReference(node, corev1.SchemeGroupVersion.WithKind("Node"), owned()); err != nil {
		t.Errorf("owner without a namespace: %v", err)
	}
}

func TestSetOwnerReference_leavesSharedSlicesAlone(t *testing.T) {
	shared := make([]metav1.OwnerReference, 1, 4)
	p := owned()
	p.OwnerReferences = shared
	if err := controllers.SetOwnerReference(service("shop", "a", "1"), serviceKind, p); err != nil {
		t.Fatal(err)
	}
	if shared[:2][1].Name != "" {
		t.Error("the array behind another's slice was written to")
	}
}

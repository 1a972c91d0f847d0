// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// AlreadyOwnedError says that an object has another controller.
type AlreadyOwnedError struct {
	// Namespace and Name are those of the object.
	Namespace, Name string
	// Owner is the controller that it has.
	Owner metav1.OwnerReference
}

// Error says who controls what.
func (e *AlreadyOwnedError) Error() string {
	return fmt.Sprintf("%s/%s is controlled by %s %s already", e.Namespace, e.Name, e.Owner.Kind, e.Owner.Name)
}

// SetControllerReference makes owner, of the given kind, the controller of object: it is
// deleted with it, and nobody else is its controller. It changes object only, which must
// not be in a cache. An object that has another controller is an [AlreadyOwnedError].
// Owners must have been created and be of the object's namespace, or of none; everything
// else is an error, for which the garbage collector would delete the object.
func SetControllerReference(owner Object, kind schema.GroupVersionKind, object Object) error {
	if existing := metav1.GetControllerOfNoCopy(object); existing != nil && !refersTo(*existing, owner, kind) {
		return &AlreadyOwnedError{Namespace: object.GetNamespace(), Name: object.GetName(), Owner: *existing}
	}
	return setOwner(owner, object, *metav1.NewControllerRef(owner, kind))
}

// SetOwnerReference is [SetControllerReference] for one of several owners: object is
// deleted with the last of them. If owner is its controller, that is left as it is.
func SetOwnerReference(owner Object, kind schema.GroupVersionKind, object Object) error {
	for _, reference := range object.GetOwnerReferences() {
		if refersTo(reference, owner, kind) && reference.UID == owner.GetUID() {
			return nil
		}
	}
	return setOwner(owner, object, metav1.OwnerReference{
		APIVersion: kind.GroupVersion().String(), Kind: kind.Kind, Name: owner.GetName(), UID: owner.GetUID(),
	})
}

// RemoveOwnerReference removes what [SetControllerReference] or [SetOwnerReference] added
// to object, and reports whether there was something.
func RemoveOwnerReference(owner Object, kind schema.GroupVersionKind, object Object) bool {
	var others []metav1.OwnerReference
	references := object.GetOwnerReferences()
	for _, reference := range references {
		if !refersTo(reference, owner, kind) {
			others = append(others, reference)
		}
	}
	if len(others) == len(references) {
		return false
	}
	object.SetOwnerReferences(others)
	return true
}

// setOwner adds the reference, in place of one to an owner of the same kind and name.
func setOwner(owner, object Object, reference metav1.OwnerReference) error {
	switch {
	case owner.GetUID() == "":
		return fmt.Errorf("owner %s %s/%s of %s/%s has no UID: create it first",
			reference.Kind, owner.GetNamespace(), owner.GetName(), object.GetNamespace(), object.GetName())
	case owner.GetNamespace() != "" && owner.GetNamespace() != object.GetNamespace():
		return fmt.Errorf("owner %s %s/%s of %s/%s is in another namespace",
			reference.Kind, owner.GetNamespace(), owner.GetName(), object.GetNamespace(), object.GetName())
	}
	RemoveOwnerReference(owner, schema.FromAPIVersionAndKind(reference.APIVersion, reference.Kind), object)
	object.SetOwnerReferences(slices.Concat(object.GetOwnerReferences(), []metav1.OwnerReference{reference}))
	return nil
}

// refersTo reports whether a reference is to an owner of this kind, whatever its version,
// and name.
func refersTo(reference metav1.OwnerReference, owner Object, kind schema.GroupVersionKind) bool {
	group := schema.FromAPIVersionAndKind(reference.APIVersion, reference.Kind).Group
	return group == kind.Group && reference.Kind == kind.Kind && reference.Name == owner.GetName()
}

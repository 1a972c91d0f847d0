// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

// generatedPrefix is how much of a generateName is used, so that the name is not too long with what is added.
const generatedPrefix = 58

// place puts an object into the namespace of the request.
func place(r *request, obj object.Object) error {
	switch ns := obj.GetNamespace(); {
	case ns == r.namespace:
	case ns == "", r.namespace == "":
		obj.SetNamespace(r.namespace)
	default:
		return apierrors.NewBadRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	return nil
}

// prepareCreate makes of what a client sent the object that is to be stored.
func (h *Handler) prepareCreate(info *resource.Info, obj object.Object) error {
	if obj.GetResourceVersion() != "" {
		return apierrors.NewBadRequest("resourceVersion should not be set on objects to be created")
	}
	if obj.GetName() == "" && obj.GetGenerateName() != "" {
		prefix := obj.GetGenerateName()
		obj.SetName(prefix[:min(len(prefix), generatedPrefix)] + rand.String(5))
	}
	if info.HasStatus && !info.KeepStatus {
		object.SetStatus(obj, nil)
	}
	h.stamp(info, obj)
	if info.Prepare != nil {
		info.Prepare(obj)
	}
	return h.complete(info, obj, nil)
}

// stamp sets what the server decides about a new object.
func (h *Handler) stamp(info *resource.Info, obj object.Object) {
	obj.SetUID(uuid.NewUUID())
	obj.SetCreationTimestamp(metav1.NewTime(h.now()).Rfc3339Copy())
	obj.SetDeletionTimestamp(nil)
	obj.SetDeletionGracePeriodSeconds(nil)
	obj.SetSelfLink("")
	obj.SetGeneration(0)
	if info.Generation {
		obj.SetGeneration(1)
	}
}

// complete does what every write of an object needs, and says what is wrong with it.
func (h *Handler) complete(info *resource.Info, obj, old object.Object) error {
	resource.MergeStringData(obj)
	if ns, ok := obj.(*corev1.Namespace); ok {
		resource.LabelNamespace(ns)
	}
	meta := field.NewPath("metadata")
	errs := validation.ValidateObjectMetaAccessor(obj, info.Namespaced, info.NameErrors, meta)
	if old != nil {
		errs = append(errs, validation.ValidateObjectMetaAccessorUpdate(obj, old, meta)...)
	}
	if info.Resource == resource.Definitions() {
		if err := h.completeDefinition(obj.(*unstructured.Unstructured), old); err != nil {
			fieldErrs := resource.FieldErrors(err)
			if fieldErrs == nil {
				return apierrors.NewBadRequest(err.Error())
			}
			errs = append(errs, fieldErrs...)
		}
	}
	if len(errs) > 0 {
		return apierrors.NewInvalid(info.Kind.GVK.GroupKind(), obj.GetName(), errs)
	}
	return nil
}

// way is how a client changes an object.
type way int

const (
	byUpdate way = iota // it sent the object: it may have to say which version it saw
	byPatch
	byApply // its ownership of fields is recorded already
)

// prepareUpdate makes of what a client sent in place of old the object that is to be stored.
func (h *Handler) prepareUpdate(r *request, old, obj object.Object, how way) (object.Object, error) {
	gr := r.groupResource()
	if err := place(r, obj); err != nil {
		return nil, err
	}
	switch obj.GetName() {
	case r.name:
	case "":
		obj.SetName(r.name)
	default:
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the name of the object (%s) does not match the name on the URL (%s)", obj.GetName(), r.name))
	}
	// A patch that changes the UID is invalid, see complete.
	if uid := obj.GetUID(); how == byUpdate && uid != "" && uid != old.GetUID() {
		return nil, otherUID(gr, r.name, uid, old.GetUID())
	}
	switch version := obj.GetResourceVersion(); {
	case version == "" || version == "0":
		if how == byUpdate && !r.info.Unconditional {
			return nil, apierrors.NewInvalid(r.info.Kind.GVK.GroupKind(), r.name, field.ErrorList{
				field.Invalid(field.NewPath("metadata", "resourceVersion"), uint64(0), "must be specified for an update"),
			})
		}
	case version != old.GetResourceVersion():
		if _, err := parseVersion(version); err != nil {
			return nil, err
		}
		return nil, conflict(gr, r.name)
	}
	obj = merge(r, old, obj)
	if how != byApply {
		obj = h.owners.Update(r.info, r.subresource, old, obj, manager(r))
	}
	if r.info.Generation && !object.SameSpec(old, obj, r.info.HasStatus) {
		obj.SetGeneration(old.GetGeneration() + 1)
	}
	return obj, h.complete(r.info, obj, old)
}

// merge returns the new object where the request may change something, and the old one where it may not.
func merge(r *request, old, obj object.Object) object.Object {
	switch r.subresource {
	case "status":
		status := obj
		obj = old.DeepCopyObject().(object.Object)
		object.SetStatus(obj, status)
		obj.SetManagedFields(status.GetManagedFields())
		if r.info.Kind.Typed { // of custom resources nothing else is looked at
			obj.SetUID(status.GetUID())
		}
	case "finalize":
		finalizers := obj.(*corev1.Namespace).Spec.Finalizers
		obj = old.DeepCopyObject().(object.Object)
		obj.(*corev1.Namespace).Spec.Finalizers = finalizers
	default:
		if r.info.HasStatus {
			object.SetStatus(obj, old)
		}
		if ns, ok := obj.(*corev1.Namespace); ok {
			ns.Spec = old.(*corev1.Namespace).Spec
		}
	}
	obj.SetResourceVersion(old.GetResourceVersion())
	if obj.GetUID() == "" {
		obj.SetUID(old.GetUID())
	}
	obj.SetCreationTimestamp(old.GetCreationTimestamp())
	// What is left out of the marks of a deletion stays; what is given must be what it was, see complete.
	if obj.GetDeletionTimestamp() == nil {
		obj.SetDeletionTimestamp(old.GetDeletionTimestamp())
	}
	if obj.GetDeletionGracePeriodSeconds() == nil {
		obj.SetDeletionGracePeriodSeconds(old.GetDeletionGracePeriodSeconds())
	}
	obj.SetGeneration(old.GetGeneration())
	obj.SetSelfLink("")
	return obj
}

// markDeleted returns a copy of the object that is being deleted.
func (h *Handler) markDeleted(info *resource.Info, obj object.Object) object.Object {
	out := obj.DeepCopyObject().(object.Object)
	now := metav1.NewTime(h.now()).Rfc3339Copy()
	zero := int64(0)
	out.SetDeletionTimestamp(&now)
	out.SetDeletionGracePeriodSeconds(&zero)
	if info != nil && info.Generation {
		out.SetGeneration(out.GetGeneration() + 1)
	}
	if ns, ok := out.(*corev1.Namespace); ok {
		ns.Status.Phase = corev1.NamespaceTerminating
	}
	return out
}

// dryRun reads the dryRun parameter of a request with options of the kind.
func dryRun(kind string, values []string) (bool, error) {
	for _, v := range values {
		if v != metav1.DryRunAll {
			return false, invalidOptions(kind, field.NotSupported(field.NewPath("dryRun"), v, []string{metav1.DryRunAll}))
		}
	}
	return len(values) > 0, nil
}

// manager returns who owns the fields that a request writes.
func manager(r *request) string {
	if name := r.query.Get("fieldManager"); name != "" {
		return name
	}
	name, _, _ := strings.Cut(r.http.UserAgent(), "/")
	return name
}

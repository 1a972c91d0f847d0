// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

// Add stores a copy of the object as it is, status included. It creates the object's namespace if that is missing. It
// fails with an error that apierrors.IsAlreadyExists knows when the object is there; namespaces, which can be there for
// the sake of others, are replaced.
func (h *Handler) Add(obj runtime.Object) error { return h.seed(obj, false) }

// Put does what Add does, but replaces the object that is there.
func (h *Handler) Put(obj runtime.Object) error { return h.seed(obj, true) }

func (h *Handler) seed(obj runtime.Object, replace bool) error {
	defer h.collect()
	info, own, err := h.adopt(obj)
	if err != nil {
		return err
	}
	if info.Namespaced {
		if err := h.ensureNamespace(own.GetNamespace()); err != nil {
			return fmt.Errorf("%s %q: namespace %q: %w", info.Kind.GVK.Kind, own.GetName(), own.GetNamespace(), err)
		}
	}
	table := h.store.Table(info.Storage)
	replace = replace || table == h.store.Namespaces()
	for {
		var err error
		switch seen := table.Get(store.KeyOf(own)); {
		case seen == nil:
			err = h.putNew(info, table, own)
		case replace:
			err = h.putOver(info, table, seen, own)
		default:
			err = apierrors.NewAlreadyExists(info.Resource.GroupResource(), own.GetName())
		}
		switch {
		case errors.Is(err, store.ErrStale), errors.Is(err, store.ErrMissing), replace && errors.Is(err, store.ErrExists):
		case err != nil:
			return fmt.Errorf("%s %q: %w", info.Kind.GVK.Kind, own.GetName(), err)
		default:
			return nil
		}
	}
}

// putNew stores a copy of the given object, which was not there.
func (h *Handler) putNew(info *resource.Info, table *store.Table, given object.Object) error {
	obj := given.DeepCopyObject().(object.Object)
	h.stamp(info, obj)
	if uid := given.GetUID(); uid != "" {
		obj.SetUID(uid)
	}
	if created := given.GetCreationTimestamp(); !created.IsZero() {
		obj.SetCreationTimestamp(created.Rfc3339Copy())
	}
	if generation := given.GetGeneration(); generation > 0 && info.Generation {
		obj.SetGeneration(generation)
	}
	keepDeletion(obj, given)
	if info.Prepare != nil {
		info.Prepare(obj)
		if info.HasStatus && object.HasAnyStatus(given) {
			object.SetStatus(obj, given)
		}
	}
	if err := h.complete(info, obj, nil); err != nil {
		return err
	}
	_, err := h.commitCreate(info, table, info.Item(obj), false)
	return err
}

// keepDeletion lets an object be one that is being deleted. Without finalizers something has to hold it: the grace period
// that the kubelet gives a pod.
func keepDeletion(obj, given object.Object) {
	at := given.GetDeletionTimestamp()
	if at == nil {
		return
	}
	short := at.Rfc3339Copy()
	grace := given.GetDeletionGracePeriodSeconds()
	if grace == nil || *grace == 0 && len(given.GetFinalizers()) == 0 {
		seconds := int64(corev1.DefaultTerminationGracePeriodSeconds)
		grace = &seconds
	}
	obj.SetDeletionTimestamp(&short)
	obj.SetDeletionGracePeriodSeconds(grace)
}

// putOver stores a copy of the given object in the place of the one that the caller saw.
func (h *Handler) putOver(info *resource.Info, table *store.Table, seen *object.Item, given object.Object) error {
	old := info.View(seen).Object
	obj := given.DeepCopyObject().(object.Object)
	obj.SetResourceVersion(old.GetResourceVersion())
	obj.SetUID(old.GetUID())
	obj.SetCreationTimestamp(old.GetCreationTimestamp())
	obj.SetDeletionTimestamp(old.GetDeletionTimestamp())
	obj.SetDeletionGracePeriodSeconds(old.GetDeletionGracePeriodSeconds())
	keepDeletion(obj, given)
	obj.SetGeneration(old.GetGeneration())
	if ns, ok := obj.(*corev1.Namespace); ok {
		ns.Spec = old.(*corev1.Namespace).Spec
	}
	if info.HasStatus && !object.HasAnyStatus(obj) {
		object.SetStatus(obj, old)
	}
	if info.Generation && !object.SameSpec(old, obj, info.HasStatus) {
		obj.SetGeneration(old.GetGeneration() + 1)
	}
	if err := h.complete(info, obj, old); err != nil {
		return err
	}
	// The item is what is compared, because it has no apiVersion and kind where the stored one has none.
	it := info.Item(obj)
	if object.Same(old, it.Object) {
		return nil
	}
	_, err := h.commitUpdate(info, table, seen, it, false)
	return err
}

// adopt returns a copy of the object as the server keeps it, and what it is.
func (h *Handler) adopt(obj runtime.Object) (*resource.Info, object.Object, error) {
	info, own, err := h.identify(obj)
	switch {
	case err != nil:
		return nil, nil, err
	case info.Review():
		return nil, nil, fmt.Errorf("%s is a question, not an object", info.Kind.GVK)
	case !info.Namespaced:
		own.SetNamespace("")
	case own.GetNamespace() == "":
		own.SetNamespace(metav1.NamespaceDefault)
	}
	return info, own, nil
}

func (h *Handler) identify(obj runtime.Object) (*resource.Info, object.Object, error) {
	gvk := obj.GetObjectKind().GroupVersionKind()
	if gvk.Empty() {
		kinds, _, err := scheme.Scheme.ObjectKinds(obj)
		if err != nil || len(kinds) == 0 {
			return nil, nil, fmt.Errorf("%T is not a built-in kind: set its apiVersion and kind", obj)
		}
		gvk = kinds[0]
	}
	info, ok := h.registry.ForKind(gvk)
	if !ok {
		return nil, nil, fmt.Errorf("%s is not served: give its CustomResourceDefinition first", gvk)
	}
	if info.Kind.Typed {
		own, err := typed(info, obj)
		return info, own, err
	}
	u, ok := obj.DeepCopyObject().(*unstructured.Unstructured)
	if !ok {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", gvk, err)
		}
		u = &unstructured.Unstructured{Object: content}
		u.SetGroupVersionKind(gvk)
	}
	if err := checkMetadata(u); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", gvk, err)
	}
	return info, u, nil
}

func typed(info *resource.Info, obj runtime.Object) (object.Object, error) {
	if u, ok := obj.(*unstructured.Unstructured); ok {
		own := info.New()
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(u.Object, own, true); err != nil {
			return nil, fmt.Errorf("%s %q: %w", info.Kind.GVK.Kind, u.GetName(), err)
		}
		return own, nil
	}
	own, ok := obj.DeepCopyObject().(object.Object)
	if !ok {
		return nil, fmt.Errorf("%T has no metadata", obj)
	}
	return own, nil
}

func (h *Handler) ensureNamespace(name string) error {
	info, ok := h.registry.ForKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	if !ok || h.store.Namespaces().Get(store.Key{Name: name}) != nil {
		return nil
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if err := h.prepareCreate(info, ns); err != nil {
		return err
	}
	_, err := h.commitCreate(info, h.store.Namespaces(), info.Item(ns), false)
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}

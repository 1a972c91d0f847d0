// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"net/http"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

func (h *Handler) delete(r *request) (*Response, error) {
	opts, err := deleteOptions(r)
	if err != nil {
		return nil, err
	}
	return h.deleteWith(r, opts)
}

func (h *Handler) deleteWith(r *request, opts *metav1.DeleteOptions) (*Response, error) {
	dry, err := checkDelete(opts)
	if err != nil {
		return nil, err
	}
	it, gone, err := h.deleteObject(r, opts, dry)
	if err != nil {
		return nil, err
	}
	if !gone {
		return h.show(r, http.StatusOK, it, nil)
	}
	return jsonResponse(http.StatusOK, &metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusSuccess,
		Details: &metav1.StatusDetails{
			Name: it.Object.GetName(), Group: r.gvr.Group, Kind: r.gvr.Resource, UID: it.Object.GetUID(),
		},
	}), nil
}

// checkDelete says whether the deletion is a dry run, and what is wrong with its options.
func checkDelete(opts *metav1.DeleteOptions) (bool, error) {
	if p := opts.PropagationPolicy; p != nil {
		switch *p {
		case metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan:
		default:
			return false, invalidOptions("DeleteOptions", field.NotSupported(field.NewPath("propagationPolicy"), *p, []metav1.DeletionPropagation{
				metav1.DeletePropagationForeground, metav1.DeletePropagationBackground, metav1.DeletePropagationOrphan,
			}))
		}
	}
	return dryRun("DeleteOptions", opts.DryRun)
}

// deleteObject deletes the object of the request. gone is false when something holds it, so that it is only marked.
func (h *Handler) deleteObject(r *request, opts *metav1.DeleteOptions, dry bool) (it *object.Item, gone bool, err error) {
	for {
		seen := r.table.Get(r.key())
		if seen == nil {
			return nil, false, apierrors.NewNotFound(r.groupResource(), r.name)
		}
		if err := checkPreconditions(r, opts.Preconditions, seen.Object); err != nil {
			return nil, false, err
		}
		it, gone, err := h.commitDelete(r.info, r.table, seen, opts, dry)
		if errors.Is(err, store.ErrStale) && r.ctx().Err() == nil {
			continue
		}
		if err != nil {
			return nil, false, h.refusal(r, r.name, err)
		}
		return it, gone, nil
	}
}

func checkPreconditions(r *request, pre *metav1.Preconditions, obj object.Object) error {
	if pre == nil {
		return nil
	}
	if pre.UID != nil && *pre.UID != obj.GetUID() {
		return deletePreconditionFailed(r.info, r.name, "UID", string(*pre.UID), string(obj.GetUID()), "deleted and then recreated")
	}
	if pre.ResourceVersion != nil && *pre.ResourceVersion != obj.GetResourceVersion() {
		return deletePreconditionFailed(r.info, r.name, "ResourceVersion", *pre.ResourceVersion, obj.GetResourceVersion(), "modified")
	}
	return nil
}

// commitDelete removes an object, or marks it where finalizers hold it.
func (h *Handler) commitDelete(
	info *resource.Info, table *store.Table, seen *object.Item, opts *metav1.DeleteOptions, dry bool,
) (it *object.Item, gone bool, err error) {
	finalizers := finalizersFor(info, seen.Object, opts)
	switch {
	case table == h.store.Namespaces():
		switch name := seen.Object.GetName(); name {
		case metav1.NamespaceDefault, metav1.NamespaceSystem, metav1.NamespacePublic:
			return nil, false, apierrors.NewForbidden(info.Resource.GroupResource(), name, errors.New("this namespace may not be deleted"))
		}
		if seen.Object.GetDeletionTimestamp() != nil {
			return seen, false, nil
		}
		marked := info.Item(h.markDeleted(info, seen.Object))
		it, err = table.DeleteNamespace(seen, marked, h.markContent, dry)
		return it, false, err
	case len(finalizers) > 0:
		var marked object.Object
		switch {
		case seen.Object.GetDeletionTimestamp() == nil:
			marked = h.markDeleted(info, seen.Object)
		case slices.Equal(finalizers, seen.Object.GetFinalizers()):
			return seen, false, nil
		default:
			marked = seen.Object.DeepCopyObject().(object.Object)
		}
		marked.SetFinalizers(finalizers)
		it, err = h.commitUpdate(info, table, seen, object.NewItem(seen.Kind, marked), dry)
		return it, false, err
	case info.Resource == resource.Definitions() && !dry:
		it, err = h.deleteDefinition(table, seen)
		return it, true, err
	}
	it, err = table.Delete(seen, dry)
	return it, true, err
}

// finalizersFor returns the finalizers that a deletion leaves, with one for garbage collection where something is to happen
// to the dependents before the object goes: the one that the options ask for, or that is there, or that is usual.
func finalizersFor(info *resource.Info, obj object.Object, opts *metav1.DeleteOptions) []string {
	present := obj.GetFinalizers()
	finalizers := slices.DeleteFunc(slices.Clone(present), store.IsCollectorFinalizer)
	orphan, foreground := info.OrphanDependents, false
	//nolint:staticcheck // clients still send the deprecated field
	old := opts.OrphanDependents
	switch policy := opts.PropagationPolicy; {
	case policy != nil:
		orphan, foreground = *policy == metav1.DeletePropagationOrphan, *policy == metav1.DeletePropagationForeground
	case old != nil:
		orphan = *old
	case slices.Contains(present, metav1.FinalizerOrphanDependents):
		orphan = true
	case slices.Contains(present, metav1.FinalizerDeleteDependents):
		orphan, foreground = false, true
	}
	switch {
	case orphan:
		finalizers = append(finalizers, metav1.FinalizerOrphanDependents)
	case foreground:
		finalizers = append(finalizers, metav1.FinalizerDeleteDependents)
	}
	return finalizers
}

// markContent marks an object that is deleted because its namespace is.
func (h *Handler) markContent(it *object.Item) object.Object {
	info, _ := h.registry.ForKind(it.Kind.GVK)
	return h.markDeleted(info, it.Object)
}

func (h *Handler) deleteCollection(r *request) (*Response, error) {
	opts, err := deleteOptions(r)
	if err != nil {
		return nil, err
	}
	dry, err := checkDelete(opts)
	if err != nil {
		return nil, err
	}
	sel, err := newSelection(r)
	if err != nil {
		return nil, err
	}
	items, meta, err := h.listPage(r, sel, 0)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		one := *r
		one.name = it.Object.GetName()
		if _, _, err := h.deleteObject(&one, opts, dry); err != nil && !apierrors.IsNotFound(err) {
			return nil, err
		}
	}
	body, err := newEncoder(r.info, r.out).list(items, meta)
	if err != nil {
		return nil, err
	}
	return newResponse(http.StatusOK, r.out.contentType(), body...), nil
}

// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

// PauseCollection keeps garbage where it is until the returned function is called, which may be more than once.
func (h *Handler) PauseCollection() (resume func()) {
	h.garbage.Lock()
	defer h.garbage.Unlock()
	h.paused++
	over := false
	return func() {
		h.garbage.Lock()
		if !over {
			over = true
			h.paused--
		}
		h.garbage.Unlock()
		h.collect()
	}
}

// collect does what the garbage collector of a cluster does about all that has happened, and about what follows from it.
// Others that change something at the same time wait here until that is done too.
func (h *Handler) collect() {
	h.garbage.Lock()
	defer h.garbage.Unlock()
	for h.paused == 0 {
		loose := h.store.TakeLoose()
		if len(loose) == 0 {
			return
		}
		for _, l := range loose {
			h.collectAfter(l)
		}
	}
}

func (h *Handler) collectAfter(l store.Loose) {
	if l.Gone {
		for _, d := range h.store.Dependents(l.Item.Object) {
			h.collectDependent(d)
		}
	} else {
		h.settle(l.Table, l.Item)
	}
	for _, ref := range l.Item.Object.GetOwnerReferences() {
		// An owner may have waited for this.
		if table, owner, _ := h.owner(ref, l.Item.Object.GetNamespace()); owner != nil {
			h.settle(table, owner)
		}
	}
}

// owner finds the object that a reference names. known is false where its kind is not served or cannot be an owner here, so
// that nobody can tell.
func (h *Handler) owner(ref metav1.OwnerReference, namespace string) (table *store.Table, it *object.Item, known bool) {
	info, ok := h.registry.ForKind(schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind))
	if !ok || info.Namespaced && namespace == "" {
		return nil, nil, false
	}
	if !info.Namespaced {
		namespace = ""
	}
	table = h.store.Table(info.Storage)
	it = table.Get(store.Key{Namespace: namespace, Name: ref.Name})
	if it == nil || it.Object.GetUID() != ref.UID {
		return table, nil, true
	}
	return table, it, true
}

// settle deals with the dependents of an object that waits for them, and lets it go when none holds it any more.
func (h *Handler) settle(table *store.Table, it *object.Item) {
	now := table.Get(store.KeyOf(it.Object))
	if now == nil || now.Object.GetUID() != it.Object.GetUID() || !store.WaitsForDependents(now.Object) {
		return
	}
	uid := now.Object.GetUID()
	if slices.Contains(now.Object.GetFinalizers(), metav1.FinalizerOrphanDependents) {
		for _, d := range h.store.Dependents(now.Object) {
			h.changeOwners(d, func(refs []metav1.OwnerReference) []metav1.OwnerReference {
				return slices.DeleteFunc(refs, func(ref metav1.OwnerReference) bool { return ref.UID == uid })
			})
		}
	} else {
		for _, d := range h.store.Dependents(now.Object) {
			h.collectDependent(d)
		}
		if slices.ContainsFunc(h.store.Dependents(now.Object), func(d store.Dependent) bool { return blocks(d.Item.Object, uid) }) {
			return
		}
	}
	h.rewrite(table, now, func(obj object.Object) {
		obj.SetFinalizers(slices.DeleteFunc(obj.GetFinalizers(), store.IsCollectorFinalizer))
	})
}

// blocks reports whether the dependent has to go before the owner can.
func blocks(dependent object.Object, owner types.UID) bool {
	return slices.ContainsFunc(dependent.GetOwnerReferences(), func(ref metav1.OwnerReference) bool {
		return ref.UID == owner && ref.BlockOwnerDeletion != nil && *ref.BlockOwnerDeletion
	})
}

// collectDependent deletes an object whose owners are all gone or wait for it. Where others are left it forgets those only.
func (h *Handler) collectDependent(d store.Dependent) {
	obj := d.Item.Object
	if obj.GetDeletionTimestamp() != nil {
		return
	}
	kept, waiting := 0, false
	var over []types.UID
	for _, ref := range obj.GetOwnerReferences() {
		_, owner, known := h.owner(ref, obj.GetNamespace())
		switch {
		case known && owner == nil:
			over = append(over, ref.UID)
		case known && slices.Contains(owner.Object.GetFinalizers(), metav1.FinalizerDeleteDependents) && store.WaitsForDependents(owner.Object):
			over = append(over, ref.UID)
			waiting = true
		default:
			kept++
		}
	}
	if kept > 0 {
		h.changeOwners(d, func(refs []metav1.OwnerReference) []metav1.OwnerReference {
			return slices.DeleteFunc(refs, func(ref metav1.OwnerReference) bool { return slices.Contains(over, ref.UID) })
		})
		return
	}
	background := metav1.DeletePropagationBackground
	opts := &metav1.DeleteOptions{PropagationPolicy: &background}
	switch dependents := h.store.Dependents(obj); {
	case slices.ContainsFunc(obj.GetFinalizers(), store.IsCollectorFinalizer):
		// What it is to do about its own dependents is said by its finalizer.
		opts.PropagationPolicy = nil
	case waiting && len(dependents) > 0:
		foreground := metav1.DeletePropagationForeground
		opts.PropagationPolicy = &foreground
		if slices.ContainsFunc(dependents, func(d store.Dependent) bool { return store.WaitsForDependents(d.Item.Object) }) {
			// They own each other. Somebody has to go first.
			h.changeOwners(d, unblocked)
		}
	}
	h.deleteDependent(d, opts)
}

func unblocked(refs []metav1.OwnerReference) []metav1.OwnerReference {
	no := false
	for i := range refs {
		refs[i].BlockOwnerDeletion = &no
	}
	return refs
}

func (h *Handler) deleteDependent(d store.Dependent, opts *metav1.DeleteOptions) {
	for {
		info, ok := h.registry.ForKind(d.Item.Kind.GVK)
		seen := d.Table.Get(store.KeyOf(d.Item.Object))
		if !ok || seen == nil || seen.Object.GetUID() != d.Item.Object.GetUID() {
			return
		}
		if _, _, err := h.commitDelete(info, d.Table, seen, opts, false); !errors.Is(err, store.ErrStale) {
			// Whoever else ended it, or its resource, did the work.
			return
		}
	}
}

// changeOwners changes the references of a dependent to its owners.
func (h *Handler) changeOwners(d store.Dependent, change func([]metav1.OwnerReference) []metav1.OwnerReference) {
	h.rewrite(d.Table, d.Item, func(obj object.Object) { obj.SetOwnerReferences(change(obj.GetOwnerReferences())) })
}

// rewrite changes an object unless it is gone.
func (h *Handler) rewrite(table *store.Table, it *object.Item, change func(object.Object)) {
	for {
		info, ok := h.registry.ForKind(it.Kind.GVK)
		seen := table.Get(store.KeyOf(it.Object))
		if !ok || seen == nil || seen.Object.GetUID() != it.Object.GetUID() {
			return
		}
		obj := seen.Object.DeepCopyObject().(object.Object)
		change(obj)
		if object.Same(seen.Object, obj) {
			return
		}
		if _, err := h.commitUpdate(info, table, seen, object.NewItem(seen.Kind, obj), false); !errors.Is(err, store.ErrStale) {
			return
		}
	}
}

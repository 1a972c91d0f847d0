// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

// completeDefinition fills in what the server decides about a CustomResourceDefinition. old is nil for a new one.
func (h *Handler) completeDefinition(u *unstructured.Unstructured, old object.Object) error {
	def, err := resource.ParseDefinition(u)
	if err != nil {
		return err
	}
	if before, ok := old.(*unstructured.Unstructured); ok {
		if err := def.Changes(u, before); err != nil {
			return err
		}
	}
	def.SetEstablished(u, h.registry.Accepts(u.GetName(), def.Infos()), h.now())
	return nil
}

// createDefinition stores a definition. Its resources are served before anyone can see it.
func (h *Handler) createDefinition(table *store.Table, it *object.Item) (*object.Item, error) {
	h.definitions.Lock()
	defer h.definitions.Unlock()
	if table.Get(store.KeyOf(it.Object)) != nil {
		return nil, store.ErrExists
	}
	if err := h.serve(it.Object); err != nil {
		return nil, err
	}
	// Nobody else writes definitions now, and they have no namespace, so this cannot fail.
	return table.Create(it, false)
}

// updateDefinition stores a changed definition and serves what it says now.
func (h *Handler) updateDefinition(table *store.Table, seen, it *object.Item) (*object.Item, error) {
	h.definitions.Lock()
	defer h.definitions.Unlock()
	if table.Get(store.KeyOf(it.Object)) != seen {
		return nil, store.ErrStale
	}
	if it.Object.GetDeletionTimestamp() != nil && len(it.Object.GetFinalizers()) == 0 {
		h.retire(it.Object.GetName())
	} else if err := h.serve(it.Object); err != nil {
		return nil, err
	}
	defer h.reconsider(table)
	return table.Update(seen, it, false)
}

// deleteDefinition ends what a definition serves and removes it.
func (h *Handler) deleteDefinition(table *store.Table, seen *object.Item) (*object.Item, error) {
	h.definitions.Lock()
	defer h.definitions.Unlock()
	if table.Get(store.KeyOf(seen.Object)) != seen {
		return nil, store.ErrStale
	}
	h.retire(seen.Object.GetName())
	defer h.reconsider(table)
	return table.Delete(seen, false)
}

// reconsider serves definitions whose names were taken and are not any more. The caller holds the lock of the definitions.
func (h *Handler) reconsider(table *store.Table) {
	items, _, err := table.List("")
	if err != nil {
		return
	}
	for _, it := range items {
		u, ok := it.Object.(*unstructured.Unstructured)
		if !ok || resource.IsEstablished(u) || u.GetDeletionTimestamp() != nil {
			continue
		}
		next := u.DeepCopy()
		if h.completeDefinition(next, nil) != nil || !resource.IsEstablished(next) || h.serve(next) != nil {
			continue
		}
		// Nobody else writes definitions now.
		_, _ = table.Update(it, object.NewItem(it.Kind, next), false)
	}
}

func (h *Handler) serve(obj object.Object) error {
	u, ok := obj.(*unstructured.Unstructured)
	if !ok {
		return errors.New("a CustomResourceDefinition is kept as unstructured")
	}
	def, err := resource.ParseDefinition(u)
	if err != nil {
		return err
	}
	var infos []*resource.Info
	if h.registry.Accepts(u.GetName(), def.Infos()) {
		infos = def.Infos()
	}
	h.drop(h.registry.Set(u.GetName(), infos))
	return nil
}

func (h *Handler) retire(name string) { h.drop(h.registry.Set(name, nil)) }

func (h *Handler) drop(gone []schema.GroupVersionResource) {
	for _, storage := range gone {
		h.store.Drop(storage)
	}
}

// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

func (h *Handler) update(r *request) (*Response, error) {
	obj, warnings, err := h.readObject(r)
	if err != nil {
		return nil, err
	}
	dry, err := dryRun("UpdateOptions", r.query["dryRun"])
	if err != nil {
		return nil, err
	}
	it, err := h.change(r, dry, func(old object.Object) (object.Object, error) {
		return h.prepareUpdate(r, old, obj.DeepCopyObject().(object.Object), byUpdate)
	})
	if err != nil {
		return nil, err
	}
	return h.show(r, http.StatusOK, it, warnings)
}

// change replaces the object of the request by what next makes of it, again when somebody else was faster. The object
// that next gets must stay as it is.
func (h *Handler) change(r *request, dry bool, next func(old object.Object) (object.Object, error)) (*object.Item, error) {
	for {
		seen := r.table.Get(r.key())
		if seen == nil {
			return nil, apierrors.NewNotFound(r.groupResource(), r.name)
		}
		old := r.info.View(seen)
		obj, err := next(old.Object)
		if err != nil {
			return nil, err
		}
		// The item is what is compared, because it has no apiVersion and kind where the stored one has none.
		it := r.info.Item(obj)
		if object.Same(old.Object, it.Object) {
			return old, nil
		}
		it, err = h.commitUpdate(r.info, r.table, seen, it, dry)
		if errors.Is(err, store.ErrStale) && r.ctx().Err() == nil {
			continue
		}
		if err != nil {
			return nil, h.refusal(r, r.name, err)
		}
		return it, nil
	}
}

// commitUpdate stores a changed object and does what follows from it.
func (h *Handler) commitUpdate(info *resource.Info, table *store.Table, seen, it *object.Item, dry bool) (*object.Item, error) {
	if info.Resource == resource.Definitions() && !dry {
		return h.updateDefinition(table, seen, it)
	}
	return table.Update(seen, it, dry)
}

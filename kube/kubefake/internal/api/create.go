// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"net/http"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

// generateTries is how often a generated name is tried.
const generateTries = 8

func (h *Handler) create(r *request) (*Response, error) {
	obj, warnings, err := h.readObject(r)
	if err != nil {
		return nil, err
	}
	dry, err := dryRun("CreateOptions", r.query["dryRun"])
	if err != nil {
		return nil, err
	}
	it, err := h.createObject(r, obj, dry)
	if err != nil {
		return nil, err
	}
	return h.show(r, http.StatusCreated, it, warnings)
}

// readObject reads the body of a request as an object of its resource.
func (h *Handler) readObject(r *request) (object.Object, []string, error) {
	media, err := mediaType(r.http)
	if err != nil {
		return nil, nil, err
	}
	data, err := readBody(r.http)
	if err != nil {
		return nil, nil, err
	}
	dec, err := newDecoder(r.info, r.query.Get("fieldValidation"))
	if err != nil {
		return nil, nil, err
	}
	obj, err := dec.object(data, media)
	return obj, dec.warnings, err
}

func (h *Handler) createObject(r *request, obj object.Object, dry bool) (*object.Item, error) {
	if err := place(r, obj); err != nil {
		return nil, err
	}
	generated := obj.GetName() == "" && obj.GetGenerateName() != ""
	for try := 1; ; try++ {
		candidate := obj
		if generated {
			candidate = obj.DeepCopyObject().(object.Object)
		}
		if err := h.prepareCreate(r.info, candidate); err != nil {
			return nil, err
		}
		it, err := h.commitCreate(r.info, r.table, r.info.Item(candidate), dry)
		if generated && errors.Is(err, store.ErrExists) && try < generateTries {
			continue
		}
		if err != nil {
			return nil, h.refusal(r, candidate.GetName(), err)
		}
		return it, nil
	}
}

// commitCreate stores a new object and does what follows from it.
func (h *Handler) commitCreate(info *resource.Info, table *store.Table, it *object.Item, dry bool) (*object.Item, error) {
	if info.Resource == resource.Definitions() && !dry {
		return h.createDefinition(table, it)
	}
	return table.Create(it, dry)
}

// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// apply is a server-side apply: it creates the object or merges into the present one what the client wants to own.
func (h *Handler) apply(r *request, data []byte, dry bool) (*Response, error) {
	applied, err := readApplied(r, data)
	if err != nil {
		return nil, err
	}
	merged := func(present object.Object) (object.Object, error) {
		return h.owners.Apply(r.info, r.subresource, present, applied, r.query.Get("fieldManager"), r.flag("force"))
	}
	for {
		if r.table.Get(r.key()) == nil && r.subresource == "" {
			it, err := h.applyNew(r, merged, dry)
			if apierrors.IsAlreadyExists(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			return h.show(r, http.StatusCreated, it, nil)
		}
		it, err := h.change(r, dry, func(old object.Object) (object.Object, error) {
			obj, err := merged(old)
			if err != nil {
				return nil, err
			}
			return h.prepareUpdate(r, old, obj, byApply)
		})
		if apierrors.IsNotFound(err) && r.subresource == "" && r.ctx().Err() == nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		return h.show(r, http.StatusOK, it, nil)
	}
}

func (h *Handler) applyNew(r *request, merged func(object.Object) (object.Object, error), dry bool) (*object.Item, error) {
	empty := r.info.New()
	if u, ok := empty.(*unstructured.Unstructured); ok {
		u.SetGroupVersionKind(r.info.Kind.GVK)
	}
	obj, err := merged(empty)
	if err != nil {
		return nil, err
	}
	if uid := obj.GetUID(); uid != "" {
		return nil, missingUID(r.groupResource(), r.name, uid)
	}
	if err := place(r, obj); err != nil {
		return nil, err
	}
	if err := h.prepareCreate(r.info, obj); err != nil {
		return nil, err
	}
	it, err := h.commitCreate(r.info, r.table, r.info.Item(obj), dry)
	if err != nil {
		return nil, h.refusal(r, obj.GetName(), err)
	}
	return it, nil
}

func readApplied(r *request, data []byte) (*unstructured.Unstructured, error) {
	if r.query.Get("fieldManager") == "" {
		return nil, invalidOptions("PatchOptions", field.Required(field.NewPath("fieldManager"), "is required for apply patch"))
	}
	content := map[string]any{}
	text, err := yaml.YAMLToJSON(data)
	u := &unstructured.Unstructured{Object: content}
	if err == nil {
		err = u.UnmarshalJSON(text)
	}
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
	}
	if gvk := u.GroupVersionKind(); gvk != r.info.Kind.GVK {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the object provided is a %s, expected is %s", gvk, r.info.Kind.GVK))
	}
	if err := checkMetadata(u); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
	}
	if name := u.GetName(); name != "" && name != r.name {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the name of the object (%s) does not match the name on the URL (%s)", name, r.name))
	}
	u.SetName(r.name)
	return u, nil
}

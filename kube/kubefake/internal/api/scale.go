// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"net/http"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

// scale answers a request for the size of an object.
func (h *Handler) scale(r *request) (*Response, error) {
	part := *r
	part.info = resource.ScaleInfo(r.info)
	out, err := negotiate(r.http.Header.Get("Accept"), true)
	if err != nil {
		return nil, err
	}
	part.out = out
	switch itemVerb(r.http.Method) {
	case "get":
		return h.getScale(r, &part)
	case "update":
		obj, warnings, err := h.readObject(&part)
		if err != nil {
			return nil, err
		}
		return h.changeScale(r, &part, "UpdateOptions", func(object.Object) (object.Object, []string, error) { return obj, warnings, nil })
	case "patch":
		return h.patchScale(r, &part)
	}
	return nil, notAllowed(r)
}

func (h *Handler) getScale(r, part *request) (*Response, error) {
	seen := r.table.Get(r.key())
	if seen == nil {
		return nil, apierrors.NewNotFound(r.groupResource(), r.name)
	}
	scale, found, err := r.info.Scale.Of(r.info.View(seen).Object)
	if err == nil && !found {
		err = apierrors.NewInternalError(fmt.Errorf("%s %q does not say how many replicas it wants", r.info.Kind.GVK.Kind, r.name))
	}
	if err != nil {
		return nil, err
	}
	return h.show(part, http.StatusOK, part.info.Item(scale), nil)
}

func (h *Handler) patchScale(r, part *request) (*Response, error) {
	media, err := mediaType(r.http)
	if err != nil {
		return nil, err
	}
	data, err := readBody(r.http)
	if err != nil {
		return nil, err
	}
	// Server-side apply of a size is not there, so this refuses it.
	apply, err := newPatcher(part.info, types.PatchType(media), data)
	if err != nil {
		return nil, err
	}
	dec, err := newDecoder(part.info, r.query.Get("fieldValidation"))
	if err != nil {
		return nil, err
	}
	return h.changeScale(r, part, "PatchOptions", func(present object.Object) (object.Object, []string, error) {
		dec.warnings = nil
		obj, err := patched(part, dec, apply, present)
		return obj, dec.warnings, err
	})
}

// changeScale gives the object of the request the size that next makes of the present one.
func (h *Handler) changeScale(
	r, part *request, options string, next func(present object.Object) (object.Object, []string, error),
) (*Response, error) {
	dry, err := dryRun(options, r.query["dryRun"])
	if err != nil {
		return nil, err
	}
	var warnings []string
	it, err := h.change(r, dry, func(old object.Object) (object.Object, error) {
		present, _, err := r.info.Scale.Of(old)
		if err != nil {
			return nil, err
		}
		obj, more, err := next(present)
		if err != nil {
			return nil, err
		}
		warnings = more
		scale, ok := obj.(*autoscalingv1.Scale)
		if !ok {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("expected a Scale, got %T", obj))
		}
		return h.resized(r, part, old, scale)
	})
	if err != nil {
		return nil, err
	}
	scale, _, err := r.info.Scale.Of(it.Object)
	if err != nil {
		return nil, err
	}
	return h.show(part, http.StatusOK, part.info.Item(scale), warnings)
}

// resized returns the object with the size that the client wants.
func (h *Handler) resized(r, part *request, old object.Object, scale *autoscalingv1.Scale) (object.Object, error) {
	if name := scale.GetName(); name != "" && name != r.name {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the name of the object (%s) does not match the name on the URL (%s)", name, r.name))
	}
	if scale.Spec.Replicas < 0 {
		return nil, apierrors.NewInvalid(part.info.Kind.GVK.GroupKind(), r.name, field.ErrorList{
			field.Invalid(field.NewPath("spec", "replicas"), scale.Spec.Replicas, "must be greater than or equal to 0"),
		})
	}
	obj := old.DeepCopyObject().(object.Object)
	if err := r.info.Scale.Set(obj, scale.Spec.Replicas); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if uid := scale.GetUID(); uid != "" {
		obj.SetUID(uid)
	}
	if version := scale.GetResourceVersion(); version != "" {
		obj.SetResourceVersion(version)
	}
	return h.prepareUpdate(r, old, obj, byPatch)
}

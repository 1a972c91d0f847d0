// SPDX-License-Identifier: Apache-2.0

package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

// maxPatchOperations is how many operations a JSON patch may have, as on the real server.
const maxPatchOperations = 10000

// A patcher makes the JSON of the changed object out of that of the present one.
type patcher func(present []byte) ([]byte, error)

func (h *Handler) patch(r *request) (*Response, error) {
	media, err := mediaType(r.http)
	if err != nil {
		return nil, err
	}
	data, err := readBody(r.http)
	if err != nil {
		return nil, err
	}
	dry, err := dryRun("PatchOptions", r.query["dryRun"])
	if err != nil {
		return nil, err
	}
	if types.PatchType(media) == types.ApplyYAMLPatchType {
		return h.apply(r, data, dry)
	}
	apply, err := newPatcher(r.info, types.PatchType(media), data)
	if err != nil {
		return nil, err
	}
	dec, err := newDecoder(r.info, r.query.Get("fieldValidation"))
	if err != nil {
		return nil, err
	}
	var warnings []string
	it, err := h.change(r, dry, func(old object.Object) (object.Object, error) {
		dec.warnings = nil
		obj, err := patched(r, dec, apply, old)
		if err != nil {
			return nil, err
		}
		warnings = dec.warnings
		return h.prepareUpdate(r, old, obj, byPatch)
	})
	if err != nil {
		return nil, err
	}
	return h.show(r, http.StatusOK, it, warnings)
}

// patched returns the object that the patch makes of old.
func patched(r *request, dec *decoder, apply patcher, old object.Object) (object.Object, error) {
	// NewItem would own old, which others read at the same time.
	present, err := (&object.Item{Kind: r.info.Kind, Object: old}).JSON()
	if err != nil {
		return nil, err
	}
	next, err := apply(present)
	if err != nil {
		return nil, err
	}
	obj, err := dec.object(next, jsonType)
	if err != nil {
		return nil, err
	}
	if obj.GetName() == "" && old.GetName() != "" {
		return nil, apierrors.NewBadRequest("metadata.name: Required value: a patch must not remove the name")
	}
	return obj, nil
}

func newPatcher(info *resource.Info, kind types.PatchType, data []byte) (patcher, error) {
	switch kind {
	case types.JSONPatchType:
		return jsonPatcher(info, data)
	case types.MergePatchType:
		return mergePatcher(data)
	case types.StrategicMergePatchType:
		if info.Kind.Typed {
			return strategicPatcher(info, data)
		}
	case types.ApplyYAMLPatchType, types.ApplyCBORPatchType:
	}
	accepted := fmt.Sprintf("%s, %s, %s", types.JSONPatchType, types.MergePatchType, types.ApplyYAMLPatchType)
	if info.Kind.Typed {
		accepted += fmt.Sprintf(", %s", types.StrategicMergePatchType)
	}
	return nil, unsupportedMedia("the body of the request was in an unknown format - accepted media types include: " + accepted)
}

func jsonPatcher(info *resource.Info, data []byte) (patcher, error) {
	ops, err := jsonpatch.DecodePatch(data)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding JSON patch: %v", err))
	}
	if len(ops) > maxPatchOperations {
		return nil, apierrors.NewRequestEntityTooLargeError(
			fmt.Sprintf("The allowed maximum operations in a JSON patch is %d, got %d", maxPatchOperations, len(ops)))
	}
	return func(present []byte) ([]byte, error) {
		next, err := ops.Apply(present)
		if err != nil {
			return nil, apierrors.NewGenericServerResponse(http.StatusUnprocessableEntity, "", info.Resource.GroupResource(), "", err.Error(), 0, false)
		}
		return next, nil
	}, nil
}

func mergePatcher(data []byte) (patcher, error) {
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
	}
	return func(present []byte) ([]byte, error) {
		next, err := jsonpatch.MergePatch(present, data)
		if err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("applying merge patch: %v", err))
		}
		return next, nil
	}, nil
}

func strategicPatcher(info *resource.Info, data []byte) (patcher, error) {
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
	}
	return func(present []byte) ([]byte, error) {
		next, err := strategicpatch.StrategicMergePatch(present, data, info.New())
		switch {
		case errors.Is(err, mergepatch.ErrBadJSONDoc), errors.Is(err, mergepatch.ErrBadPatchFormatForPrimitiveList),
			errors.Is(err, mergepatch.ErrBadPatchFormatForRetainKeys), errors.Is(err, mergepatch.ErrBadPatchFormatForSetElementOrderList),
			errors.Is(err, mergepatch.ErrUnsupportedStrategicMergePatchFormat):
			return nil, apierrors.NewBadRequest(err.Error())
		case err != nil:
			return nil, failure(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, err.Error())
		}
		return next, nil
	}, nil
}

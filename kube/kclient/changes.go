// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube/controllers"
)

// PatchChanges sends what was changed between two states of an object as a merge patch,
// and nothing if that is nothing; then it returns changed. Neither is modified. The usual
// way to write a status:
//
//	changed := cached.DeepCopy()
//	changed.Status.Phase = "Ready"
//	answer, err := kclient.PatchChanges(ctx, client, cached, changed, kclient.Subresource("status"))
//
// With Subresource("status") changes of the status count, without it all others. Lists
// are replaced as a whole, with what somebody else may have put there meanwhile: where
// that can be, add IfResourceVersion(cached.ResourceVersion), and a newer version is a
// conflict. All options that PatchCtx takes can be given.
func PatchChanges[T controllers.Object](
	ctx context.Context, c WriterCtx[T], original, changed T, opts ...WriteOption,
) (T, error) {
	var none T
	o, err := collect(toPatch, opts)
	if err != nil {
		return none, err
	}
	if original.GetName() != changed.GetName() || original.GetNamespace() != changed.GetNamespace() {
		return none, fmt.Errorf("changes of %s/%s: the changed object is %s/%s",
			original.GetNamespace(), original.GetName(), changed.GetNamespace(), changed.GetName())
	}
	from, err := contentOf(original)
	if err != nil {
		return none, err
	}
	to, err := contentOf(changed)
	if err != nil {
		return none, err
	}
	from, to = intent(from, o.subresource), intent(to, o.subresource)
	for _, content := range []map[string]any{from, to} {
		if metadata, ok := content["metadata"].(map[string]any); ok {
			delete(metadata, "resourceVersion") // that is not for writers to change
		}
		delete(content, "apiVersion")
		delete(content, "kind")
	}
	patch := difference(from, to)
	if len(patch) == 0 {
		return changed, nil
	}
	data, err := json.Marshal(patch)
	if err != nil {
		return none, fmt.Errorf("encode changes of %s/%s: %w", original.GetNamespace(), original.GetName(), err)
	}
	return c.PatchCtx(ctx, original.GetName(), original.GetNamespace(), apitypes.MergePatchType, data, opts...)
}

// difference returns the merge patch that makes one JSON object the other. Neither has
// fields that are null.
func difference(from, to map[string]any) map[string]any {
	patch := map[string]any{}
	for key := range from {
		if _, remains := to[key]; !remains {
			patch[key] = nil
		}
	}
	for key, value := range to {
		before, existed := from[key]
		if existed && reflect.DeepEqual(before, value) {
			continue
		}
		patch[key] = value
		fields, isObject := value.(map[string]any)
		if former, wasObject := before.(map[string]any); isObject && wasObject {
			patch[key] = difference(former, fields)
		}
	}
	return patch
}

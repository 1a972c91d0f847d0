// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	apitypes "k8s.io/apimachinery/pkg/types"
	kjson "k8s.io/apimachinery/pkg/util/json" // which keeps large integers
)

// apply sends what its owner wants of an object. It may change content.
func (c *writeClient[T]) apply(ctx context.Context, content map[string]any, o writeOptions) (T, error) {
	var none T
	// GetName and the like take what is of another type for nothing.
	config := unstructured.Unstructured{Object: content}
	switch {
	case config.GetName() == "":
		return none, fmt.Errorf("apply %s: metadata.name is missing", c.info.GVK.Kind)
	case o.fieldOwner == "":
		return none, fmt.Errorf("apply %s %s/%s: no owner of its fields; name one with FieldOwner",
			c.info.GVK.Kind, config.GetNamespace(), config.GetName())
	}
	gvk := c.info.GVK
	if content["apiVersion"] == nil || content["apiVersion"] == "" {
		content["apiVersion"] = gvk.GroupVersion().String()
	}
	if content["kind"] == nil || content["kind"] == "" {
		content["kind"] = gvk.Kind
	}
	if got := config.GroupVersionKind(); got != gvk {
		return none, fmt.Errorf("apply %s/%s: is a %s, not a %s", config.GetNamespace(), config.GetName(), got, gvk)
	}
	o.setPreconditions(content)
	data, err := json.Marshal(content)
	if err != nil {
		return none, fmt.Errorf("encode %s %s/%s: %w", gvk.Kind, config.GetNamespace(), config.GetName(), err)
	}
	return c.patch(ctx, config.GetName(), config.GetNamespace(), apitypes.ApplyPatchType, data, o)
}

// contentOf returns a value as its JSON object, which shares nothing with it.
func contentOf(value any) (map[string]any, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", value, err)
	}
	var content map[string]any
	if err := kjson.Unmarshal(data, &content); err != nil {
		return nil, fmt.Errorf("%T is no JSON object: %w", value, err)
	}
	if content == nil {
		return nil, fmt.Errorf("%T is null, not a JSON object", value)
	}
	return content, nil
}

// statusField holds what the status subresource is about.
const statusField = "status"

// intent leaves of a whole object what somebody can want: of its metadata not what the
// server alone decides; the status for the status subresource, and everything else for
// the object.
func intent(content map[string]any, subresource string) map[string]any {
	wanted := map[string]any{}
	for key, value := range content {
		isHead := key == "apiVersion" || key == "kind" || key == "metadata"
		if isHead || (key == statusField) == (subresource == statusSubresource) {
			wanted[key] = value
		}
	}
	metadata, _ := wanted["metadata"].(map[string]any)
	if subresource == statusSubresource {
		maps.DeleteFunc(metadata, func(key string, _ any) bool {
			return key != "name" && key != "namespace" && key != "uid" && key != "resourceVersion"
		})
	}
	for _, key := range []string{
		"managedFields", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink",
	} {
		delete(metadata, key)
	}
	dropNulls(wanted)
	return wanted
}

// dropNulls removes fields that are null, as the encodings of some Go types have them
// for what is not set.
func dropNulls(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, field := range v {
			if field == nil {
				delete(v, key)
				continue
			}
			dropNulls(field)
		}
	case []any:
		for _, item := range v {
			dropNulls(item)
		}
	}
}

// setPreconditions names the object, or the version of it, that a request is about.
func (o writeOptions) setPreconditions(content map[string]any) {
	if o.uid == "" && o.resourceVersion == "" {
		return
	}
	metadata, _ := content["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
		content["metadata"] = metadata
	}
	if o.uid != "" {
		metadata["uid"] = string(o.uid)
	}
	if o.resourceVersion != "" {
		metadata["resourceVersion"] = o.resourceVersion
	}
}

// errNotJSON is returned for an apply patch in YAML that is to have preconditions.
var errNotJSON = errors.New("IfUID and IfResourceVersion need a patch in JSON")

// conditional puts the preconditions into a patch: one that changes what cannot be
// changed is a conflict.
func conditional(pt apitypes.PatchType, data []byte, o writeOptions) ([]byte, error) {
	if o.uid == "" && o.resourceVersion == "" {
		return data, nil
	}
	if pt != apitypes.JSONPatchType {
		var content map[string]any
		if err := kjson.Unmarshal(data, &content); err != nil || content == nil {
			return nil, errors.Join(errNotJSON, err)
		}
		o.setPreconditions(content)
		return json.Marshal(content)
	}
	var operations []any
	if err := kjson.Unmarshal(data, &operations); err != nil {
		return nil, errors.Join(errNotJSON, err)
	}
	if o.uid != "" {
		operations = append(operations, map[string]any{"op": "replace", "path": "/metadata/uid", "value": o.uid})
	}
	if o.resourceVersion != "" {
		operations = append(operations, map[string]any{
			"op": "replace", "path": "/metadata/resourceVersion", "value": o.resourceVersion,
		})
	}
	return json.Marshal(operations)
}

// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// withDefinitions returns the loader's kinds and those that the manifests define
// themselves with a CustomResourceDefinition.
func (l *loader) withDefinitions() Kinds {
	defined := map[schema.GroupVersionKind]bool{} // value: namespaced
	for _, c := range l.found {
		gvk := c.obj.GroupVersionKind()
		if gvk.Group != "apiextensions.k8s.io" || gvk.Kind != "CustomResourceDefinition" {
			continue
		}
		if _, served := l.kinds(gvk); !served {
			continue
		}
		group, _, _ := unstructured.NestedString(c.obj.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(c.obj.Object, "spec", "names", "kind")
		scope, _, _ := unstructured.NestedString(c.obj.Object, "spec", "scope")
		versions, _, _ := unstructured.NestedSlice(c.obj.Object, "spec", "versions")
		for _, v := range versions {
			m, _ := v.(map[string]any)
			version, _ := m["name"].(string)
			if served, _ := m["served"].(bool); served && version != "" && kind != "" {
				defined[schema.GroupVersionKind{Group: group, Version: version, Kind: kind}] = scope == "Namespaced"
			}
		}
	}
	return func(gvk schema.GroupVersionKind) (namespaced, served bool) {
		if namespaced, served = l.kinds(gvk); served {
			return namespaced, true
		}
		namespaced, served = defined[gvk]
		return namespaced, served
	}
}

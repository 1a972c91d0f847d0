// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"log/slog"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// EnqueueForParentHandler returns a function, for [ObjectHandler], that adds the
// names of an object's owners of a kind to the queue. Whether an owner is the
// controller does not matter, nor does the version; owners are looked for in the
// object's namespace. An owner reference that cannot be parsed is logged and
// skipped.
func EnqueueForParentHandler(q Queue, kind schema.GroupVersionKind) func(obj Object) {
	return func(obj Object) {
		for _, owner := range obj.GetOwnerReferences() {
			version, err := schema.ParseGroupVersion(owner.APIVersion)
			if err != nil {
				slog.Default().With("scope", "controllers").Error("owner reference has no API version",
					"namespace", obj.GetNamespace(), "name", obj.GetName(), "owner", owner.Name, "err", err)
				continue
			}
			if version.Group == kind.Group && owner.Kind == kind.Kind {
				q.Add(types.NamespacedName{Namespace: obj.GetNamespace(), Name: owner.Name})
			}
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// TypeMetaSetter is an object whose apiVersion and kind can be set.
type TypeMetaSetter interface {
	runtime.Object
	SetGroupVersionKind(gvk schema.GroupVersionKind)
}

// EnsureTypeMeta sets apiVersion and kind of an object of a type of Kubernetes
// itself, if it has none; objects that come from caches and from the API server
// have none. It changes and returns its argument. Objects of other types are left
// alone: types.Registry.EnsureTypeMeta knows those of a client.
func EnsureTypeMeta[T TypeMetaSetter](t T) T {
	if !t.GetObjectKind().GroupVersionKind().Empty() {
		return t
	}
	if kinds, _, err := scheme.Scheme.ObjectKinds(t); err == nil && len(kinds) == 1 {
		t.SetGroupVersionKind(kinds[0])
	}
	return t
}

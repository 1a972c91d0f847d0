// SPDX-License-Identifier: Apache-2.0

package kubetypes

import "github.com/krtkit/krtkit/util/cluster"

// InformerOptions describes the cache behind an informer. Two informers of one
// resource share a cache if everything but Cluster is the same here.
type InformerOptions struct {
	// LabelSelector, FieldSelector and Namespace limit list and watch on the server.
	// Selectors are compared as strings.
	LabelSelector string
	FieldSelector string
	Namespace     string
	// Cluster says in logs whose objects these are.
	Cluster cluster.ID
	// Projection, ObjectTransform and TransformKey are those of [Filter].
	Projection      *Projection
	ObjectTransform func(obj any) (any, error)
	TransformKey    string
	// InformerType is the form in which objects are cached.
	InformerType InformerType
	// Optional is set if the API server may not serve the resource, yet or any more.
	// The cache is empty then.
	Optional bool
}

// InformerType is the form in which an informer caches objects.
type InformerType int

// The forms of cached objects.
const (
	// StandardInformer caches the Go type of the resource.
	StandardInformer InformerType = iota
	// DynamicInformer caches *unstructured.Unstructured.
	DynamicInformer
	// MetadataInformer caches *metav1.PartialObjectMetadata; only metadata travels.
	MetadataInformer
)

// String returns "standard", "dynamic" or "metadata", and "unknown" for any other
// value.
func (t InformerType) String() string {
	switch t {
	case StandardInformer:
		return "standard"
	case DynamicInformer:
		return "dynamic"
	case MetadataInformer:
		return "metadata"
	default:
		return "unknown"
	}
}

// SPDX-License-Identifier: Apache-2.0

package krt

import "github.com/krtkit/krtkit/util/cluster"

// ObjectWithCluster is an object and the cluster that it is from.
type ObjectWithCluster[T any] struct {
	ClusterID cluster.ID
	Object    *T
}

// ResourceName returns the key of the object, without the cluster, and "" if there is
// no object.
func (o ObjectWithCluster[T]) ResourceName() string {
	if o.Object == nil {
		return ""
	}
	return keyOf(o.Object)
}

// Equals reports whether both are from the same cluster and their objects are equal
// (see [Equal]), or both have none.
func (o *ObjectWithCluster[T]) Equals(o2 *ObjectWithCluster[T]) bool {
	if o.ClusterID != o2.ClusterID || o.Object == nil || o2.Object == nil {
		return o.ClusterID == o2.ClusterID && o.Object == o2.Object
	}
	return equal(o.Object, o2.Object)
}

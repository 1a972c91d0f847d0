// SPDX-License-Identifier: Apache-2.0

// Package cluster names Kubernetes clusters.
//
// A program that watches several clusters tells their objects apart by the [ID]
// of the cluster that they came from. The type keeps such a name from being
// mixed up with other strings:
//
//	local := cluster.ID("eu-1")
//
// # Guarantees
//
// An ID is a plain value: == is equality, and it can be a map key.
//
// # What a caller must not do
//
// [ID.Matches] takes the empty ID for any cluster, so it is no equality: it must
// not be used to look things up or to group them.
package cluster

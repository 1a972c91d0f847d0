// SPDX-License-Identifier: Apache-2.0

// Package ptr makes pointers to values and reads through pointers that may be
// nil.
//
// Optional fields of Kubernetes objects are pointers, and so are optional results
// of transformations:
//
//	spec.Replicas = new(int32(3)) // ptr.Of before Go 1.26
//	replicas := ptr.OrDefault(spec.Replicas, 1)
//
// # Guarantees
//
// No function changes what a pointer points to, keeps a pointer, or panics on a
// nil pointer.
//
// # What a caller must not do
//
// The pointer that [Of] returns points to a copy: it does not follow later
// changes of the variable that was passed.
package ptr

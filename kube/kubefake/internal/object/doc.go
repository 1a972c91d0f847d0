// SPDX-License-Identifier: Apache-2.0

// Package object holds what the server stores: Kubernetes objects that never
// change once stored, with their encodings computed at most once each.
//
// An [Item] is one version of one object. Built-in kinds are kept as their Go
// structs, kinds of CustomResourceDefinitions as unstructured maps; the rest of
// the server sees both as [Object].
//
//	it := object.NewItem(kind, pod)
//	body, err := it.JSON()
//
// # Guarantees
//
// Every method is safe for concurrent use and returns bytes that all callers share.
//
// # What callers must not do
//
// They must not change an object after NewItem, nor the bytes that an Item returns.
package object

// SPDX-License-Identifier: Apache-2.0

// Package ownership is server-side apply: it merges what clients apply and keeps in managedFields who owns which field.
//
// The merging is apimachinery's own. Built-in kinds have the schemas that come with client-go, so lists of containers or
// ports merge by key; custom resources have none here, so their lists are replaced as a whole. Ownership is kept from the
// first apply of an object on: objects that nobody applies cost nothing.
//
//	var owners ownership.Owners
//	next, err := owners.Apply(info, "", present, applied, "kubectl", false)
//
// # Guarantees
//
// An [Owners] is safe for concurrent use; its zero value is ready. Arguments are not changed.
//
// # What callers must not do
//
// They must not change the objects that they get, which may share parts with those that they gave.
package ownership

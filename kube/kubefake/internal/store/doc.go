// SPDX-License-Identifier: Apache-2.0

// Package store keeps objects under one resourceVersion and remembers their latest changes.
//
// A [Store] has a [Table] for each resource. Every change gets the next resourceVersion and is appended to its table's
// log. A watch is a [Cursor] on that log: it reads on from where it is, at its own speed, so that nobody waits for it.
//
//	s := store.New()
//	pods := s.Table(gvr)
//	it, err := pods.Create(item)
//	cursor, err := pods.Watch(0)
//	defer cursor.Close()
//
// # Guarantees
//
//   - A cursor sees each change of its table after its starting point once, in order, or fails with [ErrExpired].
//   - A snapshot and the resourceVersion that comes with it belong together.
//   - A change either happens on the item that the caller saw, or fails with [ErrStale].
//   - Nothing is created in a namespace that is missing or ending, and a namespace that is ending goes when it is empty.
//
// # What callers must not do
//
// They must not change an item after they gave it to the store. Cursors must be closed.
package store

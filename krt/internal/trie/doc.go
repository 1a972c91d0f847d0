// SPDX-License-Identifier: Apache-2.0

// Package trie is a hash map that can be frozen for free: copying a Map takes
// a few words, and later changes leave the copy alone.
//
// Every change names an owner, a number that the caller picks. Nodes that were
// made by the same owner are changed in place; any other node on the path is
// copied first. A caller that wants to keep a copy of a Map as it is takes a new
// owner for what comes after:
//
//	frozen := m     // nodes below are shared
//	owner++         // and no longer ours
//	m.Put(owner, e) // copies the path to e, frozen does not see it
//
// So a map that nobody froze costs no copying at all, and a frozen one costs a
// path of about log8(n) nodes for each change after it, shared by a batch.
//
// Elements are in leaves of up to 32, which divide in two when they are full
// and become one again when they are nearly empty: that is about 17 bytes for each
// element, however a Map came to what it holds, and none for a single one.
//
// A Map that is not being changed may be read by any number of goroutines. The
// package does no locking: who changes a Map must keep readers of that same
// variable away; readers of frozen copies need no lock.
package trie

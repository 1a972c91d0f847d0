// SPDX-License-Identifier: Apache-2.0

// Package clientgo is a controller as it is written by hand on client-go: a store that an
// informer would fill, a work queue of keys, and one worker that reconciles a key by
// reading the store and writing another one.
//
//	c := clientgo.Suite().Sync(objects)
//
// There is no informer, whose queues between the watch and the store would only cost it
// more: what changes the store enqueues the key.
package clientgo

// SPDX-License-Identifier: Apache-2.0

package scenario

import "time"

// Kube are the scenarios of caches of pods, which are filled by an API server.
type Kube struct {
	// Fill caches all pods of the server at the address, in a process of its own, and
	// measures the memory of that. Its time is that from nothing until the cache is filled.
	Fill func(address string, shape Shape) Case
	// Ready makes so many informers and waits until all are ready. Each request of theirs
	// takes so much longer. The time is that of the wait.
	Ready func(informers int, delay time.Duration) Case
	// IdleHandlers adds so many handlers to an informer, and keeps them.
	IdleHandlers func(handlers int) Case
	// CacheReads reads in several ways, while somebody writes and while nobody does.
	CacheReads func(load ReadLoad) Case
	// Fake makes what tests use in the place of an API server, an informer that is ready,
	// and stops both.
	Fake func() Case
	// Hello is the import path of a small controller, Client that of the package of caches
	// and clients.
	Hello, Client string
}

// Shape is how objects are cached.
type Shape int

// The shapes.
const (
	Default  Shape = iota // as the contender does it without being told anything
	Stripped              // without what routing does not need
	MetadataOnly
	// Projected has labels, node, address and phase; the rest is not decoded. Placed has the same in a Go type with no
	// other fields. Both are for those who can.
	Projected
	Placed
)

// ReadLoad is what reads are measured with.
type ReadLoad struct {
	// Pods is how many are cached.
	Pods int
	// Writes is how many of them are changed in a second.
	Writes int
	// Each is how long each way to read is measured.
	Each time.Duration
}

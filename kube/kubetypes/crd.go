// SPDX-License-Identifier: Apache-2.0

package kubetypes

import "k8s.io/apimachinery/pkg/runtime/schema"

// CrdWatcher knows which resources the API server serves: those of
// CustomResourceDefinitions that are established and serve the version, and others that
// the server names when it is asked. It asks for nothing until somebody wants to know.
// All methods are safe for concurrent use. Functions that are given to it are called one
// after the other, and must not block.
type CrdWatcher interface {
	// HasSynced reports whether Run was called, everything that was asked for is known,
	// and the functions that concerns have returned.
	HasSynced() bool
	// Known reports whether the resource is known to be served.
	Known(s schema.GroupVersionResource) bool
	// KnownOrCallback is Known. If it returns false, f is called once the resource is
	// served, with the stop channel that Run was called with; else never.
	KnownOrCallback(s schema.GroupVersionResource, f func(stop <-chan struct{})) bool
	// Follow calls f as soon as it is known whether the resource is served, and whenever
	// that changes, with the stop channel that Run was called with, until unfollow is
	// called. A call that is under way then may still end.
	Follow(s schema.GroupVersionResource, f func(served bool, stop <-chan struct{})) (unfollow func())
	// WaitForCRD waits until the resource is served. It returns false if stop is closed
	// before, or the watcher has ended.
	WaitForCRD(s schema.GroupVersionResource, stop <-chan struct{}) bool
	// Run watches until stop is closed. Only the first call does, and waits for that;
	// others return at once.
	Run(stop <-chan struct{})
}

// DelayedFilter says whether one resource is served.
type DelayedFilter interface {
	HasSynced() bool
	KnownOrCallback(f func(stop <-chan struct{})) bool
}

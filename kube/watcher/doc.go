// SPDX-License-Identifier: Apache-2.0

// Package watcher follows single objects of the API server.
//
// A [Controller] follows one ConfigMap, such as a controller's own configuration. Only
// that ConfigMap is listed and watched, and so it needs no rights to others.
//
//	c := watcher.NewController(client, "system", "settings", func(m *corev1.ConfigMap) {
//		if m == nil {
//			useDefaults()
//			return
//		}
//		use(m.Data)
//	})
//	go c.Run(stop)
//	kube.WaitForCacheSync("settings", stop, c.HasSynced)
//
// # Guarantees
//
//   - The callback gets the ConfigMap when it is there, is created, or is changed, and
//     nil when it is deleted; one call after the other, in order. If there is none at
//     first, it is not called.
//   - When HasSynced returns true, the callback has returned from the first state.
//   - The callback is only called while Run runs: not before it, nor after its return.
//
// # What callers must not do
//
// The ConfigMap is shared with everybody who reads it from the cache, and must not be
// changed. The callback must not wait for Run to return.
package watcher

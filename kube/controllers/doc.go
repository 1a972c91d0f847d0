// SPDX-License-Identifier: Apache-2.0

// Package controllers has the types that event handlers of Kubernetes objects are
// written with: what an object is, what an event is, and adapters from plain
// functions to client-go's handler interface.
//
// Informers speak of objects as any, and of an object whose deletion was missed as
// a cache.DeletedFinalStateUnknown. The adapters take both apart, so that a
// function gets a typed object or is not called at all.
//
//	pods.AddEventHandler(controllers.TypedObjectHandler(func(pod *corev1.Pod) {
//		queue.Add(pod.Namespace, pod.Name)
//	}))
//
// # Guarantees
//
// An adapter never calls a function with a nil object. It adds no goroutine and no
// lock: calls come as the informer makes them, one at a time for each handler.
//
// # What callers must not do
//
// Objects that handlers get are shared with the cache and must not be changed.
package controllers

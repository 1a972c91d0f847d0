// SPDX-License-Identifier: Apache-2.0

// Package controllers has what event handlers of Kubernetes objects are written
// with: what an object is, what an event is, adapters from plain functions to
// client-go's handler interface, and a queue of objects to reconcile.
//
// Informers speak of objects as any, and of an object whose deletion was missed as
// a cache.DeletedFinalStateUnknown. The adapters take both apart, so that a
// function gets a typed object or is not called at all.
//
// A [Queue] takes names of objects from handlers and has each reconciled once,
// however many events there were:
//
//	q := controllers.NewQueue("pods", controllers.WithReconciler(reconcile), controllers.WithMaxAttempts(5))
//	pods.AddEventHandler(controllers.ObjectHandler(q.AddObject))
//	client.RunAndWait(stop)
//	kube.WaitForCacheSync("pods", stop, pods.HasSynced)
//	q.Run(stop)
//
// [SetControllerReference] says whom the objects belong to that a controller makes.
//
// # Guarantees
//
// An adapter never calls a function with a nil object. It adds no goroutine and no
// lock: calls come as the informer makes them, one at a time for each handler.
//
// A queue never reconciles one object twice at the same time, and after each addition
// reconciles it at least once, unless the queue is stopped. Package util/queue, which
// does the work, says the rest.
//
// # What callers must not do
//
// Objects that handlers get are shared with the cache and must not be changed.
// Handlers should not take long: what takes long belongs behind a queue.
package controllers

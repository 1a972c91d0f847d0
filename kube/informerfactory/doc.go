// SPDX-License-Identifier: Apache-2.0

// Package informerfactory shares informers between the clients that want the same
// objects.
//
// Informers are the same if resource, selectors, namespace, form of the objects and
// transform are. Transforms are the same if they have the same name or, without
// names, are the same function value; two closures made by one function are
// different, and so have an informer each.
//
//	lease := factory.InformerFor(gvr, kubetypes.InformerOptions{Namespace: "shop"}, newInformer)
//	defer lease.Release()
//	factory.Start(stop)
//	if !factory.WaitForCacheSync(stop) {
//		return
//	}
//
// # Guarantees
//
// An informer is started once and runs until the stop channel that it was first
// started with is closed, or until the last lease on it is released. Then the
// factory forgets it: who asks later gets a new one. NotReady says at any time which
// informers do not hold a complete state, and why. All methods are safe for
// concurrent use.
//
// # What callers must not do
//
// Shutdown waits for informers and the handlers that they call; it must not be
// called by a handler, nor before the stop channels are closed.
package informerfactory

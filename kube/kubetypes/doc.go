// SPDX-License-Identifier: Apache-2.0

// Package kubetypes holds the neutral types that the packages of kube share:
// what an informer is asked to watch, and filters that change while it runs.
//
// A [Filter] says which objects a client sees. Its selectors and namespace go to
// the API server and so shape what is cached; its transform changes objects before
// they are cached; its object filter hides cached objects from one client, and may
// change its mind later. [InformerOptions] is the part of it that decides which
// clients can share a cache.
//
//	pods := kclient.NewFiltered[*corev1.Pod](client, kubetypes.Filter{
//		LabelSelector: "app=shop",
//		ObjectFilter:  namespaces,
//	})
//
// # Guarantees
//
// Filters that this package returns are safe for concurrent use if the functions
// that they are made of are.
//
// # What callers must not do
//
// A filter or transform must not call back into the client that uses it in order
// to add handlers or filters, and a filter must not change an object that it is
// shown: the object belongs to a cache that others read.
package kubetypes

// SPDX-License-Identifier: Apache-2.0

// Package namespace selects the namespaces that a controller looks at, by their labels.
//
// A filter is made of an informer of namespaces and a [Source] of label selectors, both
// of which may change at any time. Clients of other kinds that are given the filter show
// what is in selected namespaces and nothing else, and tell their handlers when that
// changes: to select a namespace adds its objects, to deselect it deletes them.
//
//	namespaces := kclient.New[*corev1.Namespace](client)
//	mesh := namespace.FromSingleton(config, func(c Config) []*metav1.LabelSelector {
//		return c.DiscoverySelectors
//	})
//	selected := namespace.NewDiscoveryNamespacesFilter(namespaces, mesh, stop)
//	pods := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{ObjectFilter: selected})
//
// # Guarantees
//
//   - A namespace is selected if any selector of the list matches its labels. Without
//     selectors, every namespace is, also one that nobody has heard of. A list with a
//     selector that is not valid changes nothing, and is logged; if it is the first,
//     nothing is selected.
//   - The filter lets through what is in a selected namespace, or is one, and what is in
//     no namespace at all. It takes names of namespaces too, and objects in tombstones.
//     Of metadata, that of a namespace is what has the label with its own name that the
//     API server gives to namespaces; a transform must not drop it.
//   - What changes is announced after the filter has begun to answer by it, in order, by
//     one goroutine, to handlers in the order in which they were added, and under no
//     lock: handlers may do what they like with the filter, the source and clients. A
//     namespace that is deleted is not announced: its objects are deleted before it.
//   - Informers do not wait for each other: what is in a namespace may be seen before it,
//     and after it was deleted or made anew. What the filter said too early is announced
//     when it turns out to be wrong, so that what handlers are told adds up to what is
//     shown.
//   - Handlers that are taken away again leave nothing behind. When stop closes, nor does
//     the filter in its source and in the informer.
//   - A change of a namespace costs matching its labels; a change of the list costs
//     matching every namespace with the selectors that were added or removed.
//
// # What callers must not do
//
// Handlers share the sets that they are given and must not change them. A handler must
// not block: it keeps the filter from following its source.
package namespace

// SPDX-License-Identifier: Apache-2.0

// Package kclient reads Kubernetes objects from caches and writes them to the API
// server, one client for each type.
//
// A [Client] answers reads from a cache that an informer keeps current, calls
// handlers when objects change, and sends writes straight to the server; the cache
// follows when the server announces the change. Clients of the same objects share a
// cache; filters, handlers and indexes belong to each client alone.
//
//	pods := kclient.New[*corev1.Pod](client)
//	pods.AddEventHandler(controllers.TypedObjectHandler(func(pod *corev1.Pod) {
//		queue.Add(pod.Namespace, pod.Name)
//	}))
//	byNode := kclient.CreateStringIndex(pods, "node", func(pod *corev1.Pod) []string {
//		return []string{pod.Spec.NodeName}
//	})
//	client.RunAndWait(stop)
//	kube.WaitForCacheSync("pods", stop, pods.HasSynced)
//	pod := pods.Get("cart-0", "shop")  // nil if there is none
//	neighbours := byNode.Lookup(pod.Spec.NodeName)
//
// # Guarantees
//
//   - One handler is called by one goroutine at a time. It sees the changes of each
//     object in order: an addition, then updates, then perhaps a deletion.
//   - A handler that is added late first gets an addition for every object that
//     passes the filter, and then exactly the changes that come after.
//   - When HasSynced returns true, every handler of this client has returned from
//     all of its initial objects.
//   - When a handler hears of an object, a read finds this state of it or a newer
//     one.
//   - A filter that changes its mind makes additions and deletions out of what it
//     shows and hides: what a handler was told adds up to what List returns.
//   - A slow handler delays no other handler, no reader and no cache.
//
// Less formally: a handler that keeps a map by what it is told has, in the end, what
// List returns.
//
// # Writing
//
// [Writer] has the short forms, [WriterCtx] those with a context and options: dry runs,
// field owners, preconditions, subresources. What somebody wants of an object is best
// applied; what was changed in a copy of it is best sent as [PatchChanges], which is no
// request if nothing was. WaitFor has the cache show a write:
//
//	answer, err := pods.ApplyCtx(ctx, wanted, kclient.FieldOwner("cart-controller"))
//	...
//	err = pods.WaitFor(ctx, answer.ResourceVersion)
//	pods.Get(wanted.Name, wanted.Namespace) // answer, or something newer
//
// [AddFinalizer] and [RemoveFinalizer] leave the finalizers of others alone;
// SetControllerReference is in package controllers, and meta.SetStatusCondition for
// conditions in k8s.io/apimachinery. [EventRecorder] writes what kubectl describe shows.
//
// # Memory
//
// A cache of whole objects is most of what many controllers are. What a [Filter] leaves
// out never is in it; from the least to the most:
//
//   - selectors and a namespace, of objects that nobody needs;
//   - a projection (kubetypes.Project), of fields: they are not even decoded;
//   - [NewMetadata], of everything but metadata, which is then all that travels;
//   - a Go type of one's own with few fields, in place of the scheme's (kube.WithTypes):
//     the Go type of a Pod takes 1.2 KiB when it is empty;
//   - transforms (kubetypes.Drop, Keep, InternStrings, or any function), after decoding.
//
// # What callers must not do
//
// Objects from reads and handlers are shared with everybody else and must not be
// changed; change a DeepCopy. In tests, kube.WithMutationDetector tells who does not. An
// object of a filter that leaves fields out must not be sent back with Update. A handler may read, add and end handlers, itself
// included, but a handler that never returns keeps Shutdown waiting.
//
// # When nothing arrives
//
// An informer does nothing before kube.Client's RunAndWait or Run, and one that is
// made later needs another call. Run's error says which informers are not ready, and
// why.
//
// A resource that the API server does not serve is listed in vain, again and again, and
// its informer never ready. For one that may be installed later, or be removed, as
// those of CustomResourceDefinitions, there are delayed clients: [NewFilteredDelayed],
// [NewDelayedInformer].
package kclient

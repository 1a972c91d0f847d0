// SPDX-License-Identifier: Apache-2.0

// Package kubefake is a Kubernetes API server in the process, for tests, examples and demos.
//
// It speaks the REST protocol of the real server, so every client works on it: typed, dynamic and metadata clients,
// informers, controller-runtime and, over [Server.Listen], kubectl. All of them see the same objects, because there is
// one store. It starts in about a millisecond and needs no binaries.
//
//	server := kubefake.NewServer(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}})
//	defer server.Close()
//	client, err := kubernetes.NewForConfig(server.RESTConfig())
//	pod, err := client.CoreV1().Pods("shop").Get(ctx, "web", metav1.GetOptions{})
//
// # Guarantees
//
//   - Objects have what the real server gives them: uid, creationTimestamp, generation, a resourceVersion that grows with
//     every change of anything. Writes with an old resourceVersion are conflicts.
//   - A watch from a resourceVersion sees every change after it once and in order, or ends with 410 Gone. A client that
//     reads its watch slowly delays nobody.
//   - Before a request that deletes something returns, its dependents are dealt with as its propagation policy says, and the
//     content of a namespace is gone.
//   - All that a request starts ends with its context; all that the server starts ends with [Server.Close], which waits
//     for it.
//   - Through [Server.Transport] nothing leaves the process and time comes from the time package only, so tests can run
//     in a testing/synctest bubble.
//
// README.md lists what differs from the real server.
//
// # What callers must not do
//
// They must not offer the server to anyone who may not do everything with it: it knows no users. A [Match]'s function must
// not block, because a request waits for it.
//
// # How to test with it
//
// Give clients [Server.RESTConfig], close the server when the test ends (t.Cleanup(server.Close)). [Server.Put] sets
// what clients cannot, [Server.Compact] makes old resourceVersions expire.
//
// Programs that work are easy to test; those that recover take a server that fails. [Server.FailNext], [Server.LoseNext],
// [Server.Delay], [Server.Hold], [Server.SlowWatches], [Server.CutWatchesEvery] and [Server.ExpireWatchesEvery] are faults in one
// call each, with a count of how often they acted:
//
//	fault := server.LoseNext(1, kubefake.Match{Verb: "create", Resource: "pods"})
//	…
//	if fault.Count() != 1 { … }
package kubefake

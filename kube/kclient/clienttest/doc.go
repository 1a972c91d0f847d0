// SPDX-License-Identifier: Apache-2.0

// Package clienttest makes tests of programs that use kube clients short: clients whose errors end the test, and
// CustomResourceDefinitions in one call.
//
// A [TestWriter] or [TestClient] is a kclient client whose methods return objects only. What it cannot do ends the test
// with the verb and the object in the message. The server can be kubefake or a real one.
//
//	client := kubefake.NewClient()
//	clienttest.MakeCRD(t, client, gvr)
//	pods := clienttest.NewDirectClient[*corev1.Pod, corev1.Pod, *corev1.PodList](t, client)
//	pods.Create(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}})
//	web := pods.Get("web", "shop")
//
// # Guarantees
//
//   - Objects that are given to a client are neither kept nor changed.
//   - An object without a resourceVersion replaces whatever is there. One with a resourceVersion does so only if that is
//     the present one: the conflict ends the test otherwise.
//   - When [MakeCRD] returns, the server has accepted the resource.
//
// # What callers must not do
//
// As testing.T does, clients end the test's goroutine: they must not be used in others.
package clienttest

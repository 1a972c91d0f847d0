// SPDX-License-Identifier: Apache-2.0

// Package kube is the way to an API server: one [Client], from which typed clients,
// informers and krt collections are made.
//
// A client is built from a rest.Config and does not connect before it is asked for
// something. Everything that is made from it, for any kind of object, shares one
// HTTP transport, one rate limiter and one set of caches. There are no generated
// clientsets in here: which types it can read and write is a matter of the
// runtime.Scheme that it is given (by default all types of Kubernetes itself) and
// of types that are registered with it.
//
//	client, err := kube.New(config, kube.WithClusterID("east"))
//	if err != nil {
//		return err
//	}
//	pods := kclient.New[*corev1.Pod](client)
//	if err := client.Run(ctx); err != nil {
//		return err
//	}
//	fmt.Println(pods.List("shop", klabels.Everything()))
//
// # Guarantees
//
// All methods of a client are safe for concurrent use. Informers of the same
// objects share a cache, which exists once, is filled once, and ends when its last
// user is closed or when the context or channel ends that it was started with.
// [Client].RunAndWait and Run may be called again after more informers were made;
// those that run are left alone.
//
// # Order
//
// Make clients, informers and controllers; call RunAndWait or Run; start the
// controllers, which wait for their own handlers with [WaitForCacheSync]. At the
// end, close the stop channel or cancel the context, and then call Shutdown, which
// waits until no handler is called any more.
//
// # When it does not become ready
//
// The error of Run names the informers that are not ready and what the API server
// told them; NotReady tells the same at any time, for a readiness probe.
//
// # Configurations
//
// [BuildClientConfig] finds the user's or the pod's own configuration. One that
// somebody else has written, as in a Secret, goes through [NewUntrustedRestConfig] or
// a [KubeconfigPolicy]: a kubeconfig can name files to read and programs to run.
//
// # What callers must not do
//
// Objects that are read from a cache are shared and must not be changed. Shutdown
// must not be called by a handler. A struct that embeds a Client can be used
// wherever a Client can.
package kube

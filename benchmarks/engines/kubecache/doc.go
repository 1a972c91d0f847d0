// SPDX-License-Identifier: Apache-2.0

// Package kubecache has the scenarios of a client that caches Kubernetes objects: this module's kube and kclient, Istio's
// of the same names, controller-runtime's cache, and client-go alone.
//
// A contender implements [Cache] in a file of its own: krtkit.go, istio.go, controllerruntime.go, clientgo.go. The
// scenarios, which are written once for all of them, are in the files that are named for them: fill.go, ready.go,
// handlers.go, reads.go, fake.go.
//
//	for _, suite := range kubecache.Suites() {
//		c := suite.Ready(200)
//		took := c.Do(1)
//		c.Close()
//	}
//
// # Guarantees
//
// All contenders read the same pods from a kubefake server, which is in the process, or, where memory is measured, in one
// of its own. All are set up as their documentation says, with no option set for the sake of a number;
// none has a rate limit, as the server's configuration says.
//
// Nobody may use what a contender does not export, or read Istio's sources to make it faster or slower.
package kubecache

// SPDX-License-Identifier: Apache-2.0

// Package conformancetest says what an API server does, as tests that run against any of them.
//
// kubefake runs it on itself, and the real kube-apiserver is what it is written after: a test that passes on one and
// fails on the other is a bug of kubefake or of the test. It needs no controllers: an API server alone is enough.
//
//	func TestServer_conforms(t *testing.T) {
//		server := kubefake.NewServer()
//		t.Cleanup(server.Close)
//		conformancetest.Run(t, server.RESTConfig())
//	}
//
// # Guarantees
//
// Each subtest works in a namespace of its own, or with cluster-scoped names of its own, and deletes what it made. The
// configuration is copied, not changed.
//
// # What callers must not do
//
// They must not run it on a cluster that matters: it creates and deletes namespaces and CustomResourceDefinitions.
package conformancetest

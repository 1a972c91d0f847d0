// SPDX-License-Identifier: Apache-2.0

// Package istio gives a client the types of Istio's configuration.
//
// A client knows by itself the types of Kubernetes and no others. [Types] tells it which
// resources the Go types of istio.io/client-go are; nothing else is needed to read and
// write them.
//
//	client, err := kube.New(config, kube.WithTypes(istio.Types()...))
//	…
//	services := kclient.New[*networkingv1.VirtualService](client)
//
// # Guarantees
//
// Every version has Go types of its own: each is one registration, and a client reads the
// version of the type that it is asked for. Nothing happens at import of this package, and
// no clientset is part of a program that imports it.
//
// # What callers must not do
//
// A cluster need not serve every version, or any: a client of what is not served never
// has its caches complete. Use kclient.NewFilteredDelayed for what may be missing.
// Specs are protobuf messages, which must not be copied as values.
package istio

// SPDX-License-Identifier: Apache-2.0

// Package gatewayapi gives a client the types of the Gateway API.
//
// A client knows by itself the types of Kubernetes and no others. [Types] tells it which
// resources the Go types of sigs.k8s.io/gateway-api are, and whether they are in
// namespaces; nothing else is needed to read and write them.
//
//	client, err := kube.New(config, kube.WithTypes(gatewayapi.Types()...))
//	…
//	routes := kclient.New[*gatewayv1.HTTPRoute](client)
//
// # Guarantees
//
// Every version has Go types of its own: each is one registration, and a client reads the
// version of the type that it is asked for. Nothing happens at import, and no clientset is
// part of a program that imports this.
//
// # What callers must not do
//
// A cluster need not serve every version, or any: a client of what is not served never
// has its caches complete. Use kclient.NewFilteredDelayed for what may be missing.
package gatewayapi

// SPDX-License-Identifier: Apache-2.0

// Package core gives a client the types of Kubernetes itself, beside a scheme of its own.
//
// A client that is given no scheme has them anyway. One that is given a scheme
// (kube.WithScheme) knows what is in that and nothing else; [Types] adds the built-in types, with
// their scopes and their protobuf encoding.
//
//	client, err := kube.New(config, kube.WithScheme(shop), kube.WithTypes(core.Types()...))
//	…
//	pods := kclient.New[*corev1.Pod](client)
//
// # Guarantees
//
// The types are those of client-go's scheme, in all versions. Nothing happens at import, and no
// clientset is part of a program that imports this.
//
// # What callers must not do
//
// A scheme that has some of these types already contradicts nothing, but one that has
// Go types of its own for their resources does.
package core

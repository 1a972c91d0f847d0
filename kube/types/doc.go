// SPDX-License-Identifier: Apache-2.0

// Package types knows which resource of the API server belongs to which Go type.
//
// A [Registry] belongs to one client. It answers from what was registered with it
// and, failing that, from a runtime.Scheme. A scheme knows kinds but not resources
// and scopes; those come from a table for the kinds that Kubernetes itself serves,
// from a RESTMapper if there is one, and else from the usual English plural.
//
//	registry := types.FromScheme(scheme.Scheme, nil)
//	err := registry.Register(types.Of[*shopv1.Order](
//		shopv1.SchemeGroupVersion.WithKind("Order"),
//		shopv1.SchemeGroupVersion.WithResource("orders"),
//		types.ScopeNamespaced,
//	))
//
// # Guarantees
//
// A registry is safe for concurrent use. A registration takes precedence over the
// scheme; two registrations that contradict each other are an error, and of several
// given to one call either all are taken or none. What was answered once stays
// valid: nothing can be registered over it.
//
// # What callers must not do
//
// A scheme must not be changed once a registry has it: schemes are not made for
// that. The Go types must have a DeepCopyObject that copies.
package types

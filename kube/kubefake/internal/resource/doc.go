// SPDX-License-Identifier: Apache-2.0

// Package resource knows what the server serves: the resources of the built-in kinds, read off client-go's scheme, and
// those that CustomResourceDefinitions add.
//
// Facts that follow from a Go type (kind, plural, list kind, whether it has a status) are derived; the rest is in the
// table of builtin_facts.go. A [Registry] maps the group, version and plural of a request to an [Info].
//
//	reg := resource.NewRegistry()
//	info, ok := reg.Lookup(schema.GroupVersionResource{Version: "v1", Resource: "pods"})
//
// # Guarantees
//
// An Info never changes. A Registry is safe for concurrent use, and each of its answers is one consistent picture.
//
// # What callers must not do
//
// They must not change an Info or what its functions return.
package resource

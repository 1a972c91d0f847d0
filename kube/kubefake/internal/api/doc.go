// SPDX-License-Identifier: Apache-2.0

// Package api answers requests of the Kubernetes REST API out of a store.
//
// A [Handler] turns a request into a [Response], which is data: a status, headers and either a body in pieces or a
// function that streams it. Who called, over a network or not, is no concern of this package.
//
//	h := api.NewHandler()
//	resp := h.Handle(req)
//
// # Guarantees
//
// Handle does not panic, whatever the request. A stream ends when its context does.
//
// # What callers must not do
//
// They must not change the bytes of a Response: other responses share them.
package api

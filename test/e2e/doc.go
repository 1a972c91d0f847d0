// SPDX-License-Identifier: Apache-2.0

// Package e2e tests this repository against a real Kubernetes API server.
//
// It has tests only. Each starts a server of its own with package apiserver, which
// takes two seconds, so none sees another's objects and each may kill its server.
// The first run on a machine builds the server, for minutes:
//
//	make e2e
//
// What holds here and not for kubefake, or the other way round, is a bug of
// kubefake or a line in its README.
//
// A test here must wait for what it is told: a watch event, a handler's call, a
// process's end. It must not sleep, and it must not use a cluster that it did not
// start.
package e2e

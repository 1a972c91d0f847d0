// SPDX-License-Identifier: Apache-2.0

// Package clients tests that the clients of Kubernetes, all at once, work on one
// kubefake: client-go's typed, dynamic and metadata clients, controller-runtime's
// client, cache and manager, and kubectl.
//
// It has tests only, and is here rather than beside kubefake so that the library does
// not depend on controller-runtime. It needs no real server:
//
//	go test ./clients
//
// Each test says that all clients see the same: what one writes the others read, and
// are told of. What a client sees is compared with what kubefake answered to the
// writer, by resource version.
//
// The tests of kubectl are skipped where it is not in PATH. Tests must not sleep: they
// wait for what a watch or an informer tells.
package clients

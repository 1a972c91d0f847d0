// SPDX-License-Identifier: Apache-2.0

// Package crd finds out which resources an API server serves, and follows that. The
// [Watcher] is a kubetypes.CrdWatcher.
//
// CustomResourceDefinitions are listed and watched with nothing of them but names,
// versions, conditions and metadata: schemas are neither decoded nor cached. A resource
// counts as served when its definition is established, serves the version, and passes
// the filters. A resource without a definition may be built in, or be another server's:
// the API server is asked for its group and version, once at first and then every
// minute. The same is done for all resources where definitions may not be listed.
//
// Everything that depends on the state is decided under one lock, and what has to be
// called because of it is put in one queue, in the same order.
package crd

// SPDX-License-Identifier: Apache-2.0

// Command serviceview shows, for each service, what it selects, where that runs and what is
// wrong with it, and keeps showing it while things change.
//
//	go run ./examples/serviceview                      # its own sample manifests
//	go run ./examples/serviceview -f deploy/           # yours
//	go run ./examples/serviceview -kubeconfig FILE     # a cluster, read-only
//
// The controller is in package view. It is the same for manifests, which are loaded
// into an API server in this process, and for a real cluster. See README.md.
package main

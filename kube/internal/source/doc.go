// SPDX-License-Identifier: Apache-2.0

// Package source gets objects to and from the API server for kube and kube/kclient:
// it opens views of shared informers, and reads and writes objects of any type that
// a scheme or registry knows with one generic REST client. It knows no type
// parameters and no generated clientset.
package source

// SPDX-License-Identifier: Apache-2.0

// Package hello has the smallest useful controller, once by each contender: it counts the pods of a cluster in a
// ConfigMap. What weighs in it is what it imports, which is why it is written: row K3 counts its packages and modules, and
// builds it.
//
//	KUBECONFIG=~/.kube/config go run ./hello/krtkit
//
// Each program finds the cluster as its library does, watches pods with one informer, has a queue with one worker, and
// writes the ConfigMap hello in the namespace default. The test runs all four.
package hello

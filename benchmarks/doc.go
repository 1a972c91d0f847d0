// SPDX-License-Identifier: Apache-2.0

// Benchmarks measures krt and kube beside their peers: Istio's packages of the same names, and, where they can express
// the same, maps and a mutex, cilium/statedb, client-go and controller-runtime.
//
//	go run . [-only B1,B4] [-rounds 5] [-quick] [-json]
//
// It prints what each of them needs and how that compares, and exits with 1 if this
// module misses a target. README.md says what each row measures.
package main

// SPDX-License-Identifier: Apache-2.0

// Benchmarks measures krt beside its peers: Istio's krt, and, where they can express
// the same, maps and a mutex, cilium/statedb, a controller in the style of client-go, and
// controller-runtime.
//
//	go run . [-only B1,B4] [-rounds 5] [-quick] [-json]
//
// It prints what each of them needs and how that compares, and exits with 1 if this
// module's krt misses a target. README.md says what each row measures.
package main

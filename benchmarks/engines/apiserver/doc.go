// SPDX-License-Identifier: Apache-2.0

// Package apiserver has the scenarios that begin at an API server: what krt on this
// module's kube client, and controller-runtime, make of pods that they watch.
//
//	c := apiserver.ControllerRuntime().Watch(2000)
//
// The server is kubefake, in the same process; what it does is in all times alike. Both
// sides watch pods with an informer of their own, make an object of each pod and keep it;
// krt in a collection, the reconciler of controller-runtime, as it has none, in a map.
// Both are as their documentation says to use them, with no option set for the sake of a
// number.
package apiserver

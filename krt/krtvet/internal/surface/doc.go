// SPDX-License-Identifier: Apache-2.0

// Package surface knows krt by the names and types that its users see.
//
// Analyzers ask it what a called function is to krt: does it read, does it keep a
// function that it is given, does it make something that has to end? It goes by the
// import path and by names, never by importing krt, so that one program checks code
// of every version, and code that still has Istio's import path:
//
//	fn := surface.Callee(pass.TypesInfo, call)
//	if read, ok := surface.UntrackedRead(fn); ok { … }
//
// A name that a version of krt does not have is never met. A constructor that is
// newer than this package is known by its options and results.
//
// All functions accept nil and answer with no. None keeps state, and all are safe
// for concurrent use.
package surface

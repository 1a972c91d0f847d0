// SPDX-License-Identifier: Apache-2.0

// Package loggrpc sends what google.golang.org/grpc logs about itself to a scope of
// package log.
//
//	func main() {
//		opts := log.DefaultOptions()
//		opts.SetDefaultOutputLevel(log.GrpcScopeName, log.WarnLevel)
//		if err := log.Configure(opts); err != nil { … }
//		loggrpc.Capture()
//		…
//	}
//
// # Guarantees
//
//   - Importing the package changes nothing but that there is the scope "grpc".
//   - From [Capture] on, gRPC's lines are written by that scope at their own severity. At
//     none, which is what log.DefaultOptions says, nothing is written; the level can be
//     changed while the program runs.
//
// # What a caller must not do
//
// gRPC keeps one logger for the process, and it must be set before anything else of gRPC
// is used: Capture belongs into main.
package loggrpc

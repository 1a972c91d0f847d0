// SPDX-License-Identifier: Apache-2.0

// Package weight says how much it takes to build a program: packages, modules, bytes and time.
//
//	packages, modules, err := weight.Imports(ctx, "github.com/krtkit/krtkit/benchmarks/hello/krtkit")
//
// It asks the go command, in the module of the working directory, and changes nothing there. [Build] uses the build cache
// of the user, [ColdBuild] an empty one, which it removes.
//
// Callers must not build anything else while ColdBuild takes the time.
package weight

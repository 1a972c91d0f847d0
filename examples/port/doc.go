// SPDX-License-Identifier: Apache-2.0

// Package port is the model of a small mesh, written as programs are that use Istio's
// krt: with its names, its signatures and its habits.
//
// Every file shows one usage, and compiles against Istio's packages when its import
// paths are rewritten; see README.md. [NewModel] puts them together:
//
//	client := kubefake.NewClient()
//	model := port.NewModel(client, nil, krt.NewOptionsBuilder(stop, "mesh", krt.GlobalDebugHandler))
//	client.RunAndWait(stop)
//	krt.WaitIdle(ctx, model.Endpoints)
//
// All of a model ends with the stop channel of its options. Its collections can be
// used by any goroutine; what they hold must not be changed.
package port

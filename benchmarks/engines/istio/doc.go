// SPDX-License-Identifier: Apache-2.0

// Package istio has the scenarios on Istio's krt.
//
// Its files are those of engines/krtkit with another import path; see there. doc.go
// and engine.go are written by hand.
//
//	istio.LogErrorsOnly()
//	c := istio.Suite().Sync(objects)
//
// Nobody may change a generated file: change its source and run go generate.
package istio

//go:generate go run ../../internal/port ../krtkit .

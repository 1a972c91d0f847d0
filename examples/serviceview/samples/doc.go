// SPDX-License-Identifier: Apache-2.0

// Package samples holds manifests that show each kind of problem that serviceview
// finds, one file a topic. They are what it loads when it is given no files.
//
//	set, plan := mirror.LoadFS(samples.FS())
//
// The files can be copied and edited; what FS returns cannot.
package samples

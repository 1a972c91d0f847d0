// SPDX-License-Identifier: Apache-2.0

// Package statedb derives one table of cilium/statedb from another one.
//
//	c := statedb.Suite().Sync(objects)
//
// A goroutine follows the changes of the first table and writes the second one; another one
// follows the changes of that for who is to be told. That is what statedb's own Derive does
// with the lifecycle of a hive, which has no place here.
//
// A follower of a table sees the last state of each object, not every change.
package statedb

// SPDX-License-Identifier: Apache-2.0

// Package graphtest compares random graphs of krt collections with the obvious way
// to say what they hold: plain loops over maps.
//
// A graph is made of nodes: sources, and collections of every kind that krt has,
// whose transformations ask random questions of other nodes. Each node has a check
// beside it, which says what the node must hold, given what the nodes hold that it is
// made of. [Run] builds the graph of a seed and changes it from several goroutines:
// sources change, handlers come and go, collections are added to the running graph
// and stopped. When that is over and the graph is idle, every node, every index and
// what every handler was told must fit. While it goes on, everything that is read as
// of one moment must fit as well: views of the whole graph, and transformations that
// read a node together with what it is made of.
//
//	func TestGraphs(t *testing.T) {
//		for seed := range uint64(25) {
//			t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { graphtest.Run(t, seed) })
//		}
//	}
//
// [Replay] does the same for a small graph and a single goroutine, led by bytes in
// place of a seed, for a fuzzer. [Dependencies] checks which inputs of a collection
// are transformed again by a change: all that it makes a difference to, and none that
// it cannot concern.
//
// A seed that fails once may pass the next time, since goroutines are part of it. Try
// it many times.
//
// The package tests krt itself. For tests of what is built on krt there is package
// krttest, above this one.
package graphtest

// SPDX-License-Identifier: Apache-2.0

// Package graph decides when collections run. It knows nothing of what they
// hold: a [Node] stands for a collection, an [Edge] for the fact that one
// collection reads another.
//
// # How a change moves
//
// A node is settled when it reflects everything above it: it is synced, it is
// neither dirty nor running, and all its parents are settled. A change to a
// source ([Graph.Publish]) makes the nodes that read it dirty, and in the same
// critical section every node below them learns that it must wait for one more
// parent. A dirty node runs when none of its parents is unsettled; when it is done
// it is settled again and its children wait for one parent less. So a node that
// can see a change along several paths runs once, after all of them.
//
// # What a run sees
//
// Every commit of a source is the graph's next moment, a number. A run reads its
// parents as of the moment that was current when it began ([Node.At]), when all of
// them were settled and hence consistent with each other, and what it commits is
// as of that moment. Parents may go on changing while it runs: they keep their
// older state for as long as a child is reading ([Node.Readers]), unless it reads
// only what changed. A run that begins to read more is given up if anything that it
// is made of has changed ([Node.Await]).
//
// A node whose parents are never all settled, because there is always another
// change in hand, gets its turn by a wave: see wave.go.
//
// # Who runs it
//
// Nobody, while there is nothing to do: a task that becomes ready is given a
// goroutine, which goes on with what its own commit made ready and then ends. A
// run that is slow therefore holds up only its descendants.
//
// Collections that have nothing to do with each other are in different graphs
// with a lock each; the first read of one by another merges the two. The lock is
// held for bookkeeping and for small commits, never while foreign code runs.
package graph

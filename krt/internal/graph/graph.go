// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"sync"
	"sync/atomic"
)

// lastGraph and lastNode number graphs and nodes, so that locks have an order and nodes an
// identity.
var lastGraph, lastNode atomic.Uint64 //nolint:gochecknoglobals // process-wide identities need one counter

// Graph is a set of nodes that can reach each other, and the lock that guards
// how they are connected and what state they are in.
type Graph struct {
	id uint64
	mu sync.Mutex

	// All below is guarded by mu.

	seq       uint64 // number of the last commit of a source
	nodes     map[*Node]struct{}
	unsettled int           // nodes that are not settled
	busy      int           // deliveries under way
	ready     []Task        // made ready since the lock was taken
	idle      chan struct{} // closed when nothing is unsettled or busy; nil if nobody waits for that
	wave      *wave         // nil most of the time
}

func newGraph(n *Node) *Graph {
	return &Graph{id: lastGraph.Add(1), nodes: map[*Node]struct{}{n: {}}}
}

// Ready adds a task that is started when the lock is released.
func (g *Graph) Ready(t Task) { g.ready = append(g.ready, t) }

// AddBusy counts deliveries to handlers that are under way, by which [WaitIdle]
// knows that there is something left to wait for.
func (g *Graph) AddBusy(delta int) { g.busy += delta }

// lockBoth locks the graph of both nodes, after making it one graph if it was
// two.
func lockBoth(a, b *Node) *Graph {
	for {
		ga, gb := a.graph.Load(), b.graph.Load()
		if ga == gb {
			g := a.Lock()
			if b.graph.Load() == g {
				g.hold(a)
				g.hold(b)
				return g
			}
			g.Unlock()
			continue
		}
		first, second := ga, gb
		if second.id < first.id {
			first, second = second, first
		}
		first.mu.Lock()
		second.mu.Lock()
		if a.graph.Load() != ga || b.graph.Load() != gb {
			second.mu.Unlock()
			first.mu.Unlock()
			continue
		}
		ga.hold(a)
		gb.hold(b)
		into, from := first, second
		if len(from.nodes) > len(into.nodes) {
			into, from = from, into
		}
		into.absorb(from)
		from.mu.Unlock()
		return into
	}
}

// hold makes sure that the graph knows a node of it: stopped nodes leave their
// graph, and who reads one still takes it back in.
func (g *Graph) hold(n *Node) {
	if g.nodes == nil {
		g.nodes = map[*Node]struct{}{}
	}
	g.nodes[n] = struct{}{}
}

// absorb takes over everything that the other graph has. Both are locked.
func (g *Graph) absorb(other *Graph) {
	g.cancelWave()
	other.cancelWave()
	for n := range other.nodes {
		n.graph.Store(g)
		g.nodes[n] = struct{}{}
	}
	// Numbers of either side that are in use stay smaller than those to come.
	g.seq = max(g.seq, other.seq)
	g.unsettled += other.unsettled
	g.busy += other.busy
	g.ready = append(g.ready, other.ready...)
	other.nodes, other.ready = nil, nil
	other.tellIdle() // who waits for it has to look at this one
	other.unsettled, other.busy = 0, 0
}

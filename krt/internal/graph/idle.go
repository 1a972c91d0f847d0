// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// WaitIdle waits until nothing is left to do in the graphs of the nodes: every
// node is settled and everything was delivered to its handlers. The error says
// what was still waiting for what when the context ended.
func WaitIdle(ctx context.Context, nodes ...*Node) error {
	for i := 0; i < len(nodes); i++ {
		g := nodes[i].Lock()
		if g.unsettled == 0 && g.busy == 0 {
			g.Unlock()
			continue
		}
		if g.idle == nil {
			g.idle = make(chan struct{})
		}
		idle := g.idle
		g.Unlock()
		select {
		case <-idle:
			i = -1 // what was idle before may not be any more
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", ctx.Err(), nodes[i].Reasons())
		}
	}
	return nil
}

// tellIdle makes those look again who wait for the graph to be idle.
func (g *Graph) tellIdle() {
	if g.idle != nil {
		close(g.idle)
		g.idle = nil
	}
}

// Reasons says what in the node's graph is not settled, and why.
func (n *Node) Reasons() string {
	g := n.Lock()
	defer g.Unlock()
	var lines []string
	for n := range g.nodes {
		switch {
		case n.stopped || !n.unsettled:
		case n.running:
			lines = append(lines, fmt.Sprintf("%q is running", n.name))
		case n.waiting > 0:
			// Said by what it waits for, unless that was stopped.
			for _, e := range n.parents {
				if e.parent.stopped && !e.parent.synced {
					lines = append(lines, fmt.Sprintf("%q waits for %q, which was stopped before it was synced", n.name, e.parent.name))
				}
			}
		case !n.synced:
			lines = append(lines, fmt.Sprintf("%q is not synced", n.name))
		default:
			lines = append(lines, fmt.Sprintf("%q is about to run", n.name))
		}
	}
	if g.busy > 0 {
		lines = append(lines, fmt.Sprintf("%d handlers have not taken their events", g.busy))
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

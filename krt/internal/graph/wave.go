// SPDX-License-Identifier: Apache-2.0

package graph

// A node that reads a parent which always has another change in hand would never
// find all its parents settled. Waves give it a turn: a wave is a moment that
// every node which is behind it is brought to once, in the order of the graph. A
// node that has been there goes on as always, and keeps its state as of the moment
// for the children that have not.
type wave struct {
	at     uint64
	behind int // nodes that have not been brought there
}

// miss notes that a run of one of the node's parents has gone by without its turn
// coming, or its run going on. Where all is well that happens less than once for each parent.
func (g *Graph) miss(n *Node) {
	n.missed++
	if n.missed > 2*len(n.parents) && g.wave == nil {
		g.startWave()
	}
}

func (g *Graph) startWave() {
	g.wave = &wave{at: g.seq}
	for n := range g.nodes {
		if n.parked != nil {
			// The run waits for a moment at which all parents are settled, which may never
			// come. It is given up, and begins anew as of the next wave.
			n.dirty = true
			n.unpark()
			continue
		}
		n.behind = n.unsettled && n.started && !n.stopped && n.body != nil
	}
	// Who reads something that is not synced cannot be brought anywhere.
	for changed := true; changed; {
		changed = false
		for n := range g.nodes {
			for _, e := range n.parents {
				if n.behind && e.parent.unsettled && !e.parent.behind {
					n.behind, changed = false, true
				}
			}
		}
	}
	var first []*Node
	for n := range g.nodes {
		if !n.behind {
			continue
		}
		g.wave.behind++
		for _, e := range n.parents {
			e.held = true
			e.parent.readers++
			if e.parent.behind {
				n.behindParents++
			}
			if !n.running && e.pristine.Load() {
				e.cursor.Skip()
				e.pristine.Store(false)
			}
		}
		if n.behindParents == 0 {
			first = append(first, n)
		}
	}
	for _, n := range first {
		g.enqueueWave(n)
	}
	g.endWave()
}

// enqueueWave makes a task of a node whose turn in the wave has come, or says that
// it is there already.
func (g *Graph) enqueueWave(n *Node) {
	switch {
	case !n.behind || n.behindParents > 0 || n.running || n.queued:
	case !n.dirty:
		g.caughtUp(n)
	default:
		n.queued = true
		g.Ready(n)
	}
}

// caughtUp says that the node has been brought to the wave's moment. The wave ends
// with the last one.
func (g *Graph) caughtUp(n *Node) {
	n.behind = false
	g.wave.behind--
	for _, e := range n.parents {
		g.release(e)
	}
	for _, e := range n.children {
		if c := e.child; c.behind {
			c.behindParents--
			g.enqueueWave(c)
		}
	}
	g.endWave()
}

// release ends the keeping of the wave's moment for one reader.
func (g *Graph) release(e *Edge) {
	if e.held {
		e.held = false
		e.parent.unread()
	}
}

// endWave ends the wave if everyone has been brought there.
func (g *Graph) endWave() {
	if g.wave != nil && g.wave.behind == 0 {
		g.wave = nil
	}
}

// cancelWave gives the wave up; there will be another one if it is still needed.
func (g *Graph) cancelWave() {
	if g.wave == nil {
		return
	}
	g.wave = nil
	for n := range g.nodes {
		n.behind, n.behindParents = false, 0
		for _, e := range n.parents {
			g.release(e)
		}
	}
}

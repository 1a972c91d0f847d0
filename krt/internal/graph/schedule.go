// SPDX-License-Identifier: Apache-2.0

package graph

import "slices"

// MarkSynced says that a source has its first complete state.
func (g *Graph) MarkSynced(n *Node) {
	if n.synced || n.stopped {
		return
	}
	g.sync(n)
	g.update(n)
}

func (g *Graph) sync(n *Node) {
	n.synced = true
	n.life.Synced(g)
	for _, t := range n.onSynced {
		g.Ready(t)
	}
	n.onSynced = nil
}

// MarkDirty says that the node has to run.
func (g *Graph) MarkDirty(n *Node) {
	if n.stopped {
		return
	}
	n.dirty = true
	if n.running {
		n.unpark()
	}
	g.update(n)
	g.enqueue(n)
}

// Publish gives a commit of the node its moment and tells the node's children. A
// source's commit is a new moment; what derives from sources is as of the moment
// that its run read.
func (g *Graph) Publish(n *Node) (at uint64) {
	switch {
	case n.body == nil:
		g.seq++
		at = g.seq
	case n.of != nil:
		at = n.of.at.Load()
	default:
		at = n.at.Load()
	}
	for _, e := range n.children {
		// Who has not read from the parent yet will begin with its state.
		if !e.pristine.Load() && e.child.of == nil {
			g.MarkDirty(e.child)
		}
	}
	return at
}

func (n *Node) isUnsettled() bool {
	return !n.synced || !n.stopped && (n.dirty || n.running || n.waiting > 0)
}

// update counts the node as settled or not, and passes a change of that on to
// the nodes below.
func (g *Graph) update(n *Node) {
	now := n.isUnsettled()
	if now == n.unsettled {
		return
	}
	n.unsettled = now
	if now {
		g.unsettled++
	} else {
		g.unsettled--
		if n.behind {
			g.caughtUp(n)
		}
	}
	for _, e := range n.children {
		c := e.child
		if now {
			c.waiting++
		} else if c.waiting--; c.waiting == 0 {
			c.unpark()
			g.enqueue(c)
		}
		g.update(c)
	}
}

// enqueue makes a task of a node whose turn has come.
func (g *Graph) enqueue(n *Node) {
	if n.started && n.dirty && n.waiting == 0 && !n.running && !n.queued && !n.stopped {
		n.queued = true
		g.Ready(n)
	}
}

func (n *Node) unpark() {
	if n.parked != nil {
		close(n.parked)
		n.parked = nil
	}
}

// Run implements [Task]: one turn of the node.
func (n *Node) Run() Task {
	g := n.Lock()
	n.queued = false
	if n.behind && slices.ContainsFunc(n.parents, (*Edge).Pristine) {
		g.cancelWave()
	}
	waving := n.behind && n.behindParents == 0
	if !n.dirty || n.waiting > 0 && !waving || n.stopped {
		// A parent became unsettled since; its settling queues the node again.
		return g.UnlockNext()
	}
	at := g.seq
	if waving {
		n.waving = g.wave
		at = g.wave.at
	}
	n.dirty, n.running, n.missed = false, true, 0
	n.runs.begin()
	n.at.Store(at)
	for _, e := range n.parents {
		if e.pristine.Load() {
			e.cursor.Skip()
			e.pristine.Store(false)
		}
		if !e.cursor.Take(at) {
			n.dirty = true
		}
		if e.cursor.Reads() {
			e.reading = true
			e.parent.readers++
		}
	}
	g.Unlock()

	ended := false
	defer func() {
		if !ended {
			// The transformation ended this goroutine; another one cleans up.
			go work(abandoned{n})
		}
	}()
	ok := n.body.Prepare()
	ended = true
	return n.finish(ok)
}

// abandoned is a node whose run lost its goroutine.
type abandoned struct{ n *Node }

func (a abandoned) Run() Task { return a.n.finish(false) }

func (n *Node) finish(ok bool) Task {
	g := n.Lock()
	for _, e := range n.parents {
		g.doneReading(e)
	}
	g.takeBack(n)
	if !n.stopped {
		if ok {
			for !n.body.Commit(g) {
				g.Unlock()
				n.body.Amend()
				if g = n.Lock(); n.stopped {
					break
				}
			}
			g.takeBack(n)
			if !n.synced && !n.stopped && n.body.Loaded() {
				g.sync(n)
			}
		} else {
			n.dirty = true
		}
	}
	n.running = false
	n.runs.end(ok)
	for _, e := range n.parents {
		e.cursor.GiveBack()
	}
	g.forget(n)
	if n.behind {
		if ok && n.waving == g.wave {
			g.caughtUp(n)
		} else {
			g.enqueueWave(n)
		}
	}
	n.waving = nil
	g.enqueue(n)
	g.update(n)
	for _, e := range n.children {
		if c := e.child; c.waiting > 0 && (c.dirty || c.parked != nil) {
			g.miss(c)
		}
	}
	return g.UnlockNext()
}

// takeBack ends the reading along edges that were removed while the node ran.
func (g *Graph) takeBack(n *Node) {
	for _, e := range n.lent {
		g.doneReading(e)
		e.cursor.Drop()
	}
	n.lent = nil
}

// Await lets a run read along an edge that it made. It waits until every parent
// of the node is settled, and moves the run to that moment. It returns false if
// something that the run may have read has changed meanwhile, or if the node was
// stopped: then the run cannot go on and must be given up.
func (n *Node) Await(e *Edge) bool {
	for {
		g := n.Lock()
		if n.waving != nil && n.waving == g.wave {
			g.cancelWave() // this cannot be read as of its moment
		}
		if n.behind && n.waiting > 0 {
			n.dirty = true // a wave began since; the next one is for this run's successor
		}
		if n.stopped || n.dirty || n.waving != nil {
			g.Unlock()
			return false
		}
		if n.waiting == 0 {
			if n.behind {
				g.cancelWave() // this run moves on, and will not have been at its moment
			}
			if e.pristine.Load() {
				e.cursor.Skip()
				e.cursor.Take(g.seq)
				e.pristine.Store(false)
			}
			n.at.Store(g.seq)
			g.Unlock()
			return true
		}
		if n.parked == nil {
			n.parked = make(chan struct{})
		}
		parked := n.parked
		g.Unlock()
		<-parked
	}
}

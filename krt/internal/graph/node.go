// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// Body is what a derived node does when it is its turn. The methods are called
// by one goroutine at a time.
type Body interface {
	// Prepare does the work of a run, with no lock held. It returns false if the
	// run came to nothing because its node was stopped or because what it read
	// changed under it (see [Node.Await]); then Commit is not called, and the node
	// is run again unless it is stopped.
	Prepare() bool
	// Commit makes the result of the run visible, with the graph locked. It calls
	// [Graph.Publish] if there is any. It returns false, having done nothing, if
	// Amend must be called first.
	Commit(g *Graph) bool
	// Amend does, with no lock held, what Commit found missing.
	Amend()
	// Loaded reports whether what was committed is a complete first state, with the
	// graph locked. Once it does the node is synced.
	Loaded() bool
}

// Lifecycle is what a node's collection is told of. The methods are called with
// the graph locked.
type Lifecycle interface {
	// Synced says that the first complete state has been committed.
	Synced(g *Graph)
	// Stopped says that nothing will be committed any more.
	Stopped(g *Graph)
	// Release says that nobody reads older states any more.
	Release()
}

// Cursor is a reader's place in the changes of the collection that it reads. The
// methods are called with the graph locked.
type Cursor interface {
	// Take sets how far the run that begins now may read: up to the commits of the
	// given moment. It returns false if there are later ones.
	Take(at uint64) bool
	// Reads reports whether the run that begins now may read the parent's state as of
	// its moment, and not only its changes.
	Reads() bool
	// GiveBack says that the run is over, whatever came of it.
	GiveBack()
	// Compact merges changes that the reader has not come to.
	Compact()
	// Skip moves the place behind all changes.
	Skip()
	// Drop frees what the cursor holds.
	Drop()
}

// Edge says that the child reads the parent.
type Edge struct {
	child, parent *Node
	cursor        Cursor
	pristine      atomic.Bool // nothing has been read from it yet; written with the graph locked
	reading       bool        // counted in parent.readers; guarded by the graph
	held          bool        // counted there too, for the wave; guarded by the graph
}

// Pristine reports whether nothing has been read along the edge yet: the child's
// run must [Node.Await] it first.
func (e *Edge) Pristine() bool { return e.pristine.Load() }

// Node is a collection as the graph sees it.
type Node struct {
	id   uint64
	name string
	life Lifecycle
	body Body  // nil for a source
	of   *Node // for a twin: whose runs commit it

	graph atomic.Pointer[Graph]
	at    atomic.Uint64 // what the current run reads as of
	done  chan struct{} // closed when stopped
	work  func()        // what a goroutine is started with

	// All below is guarded by the graph's lock.

	parents, children []*Edge
	waiting           int     // unsettled parents
	readers           int     // children that are running
	lent              []*Edge // removed while the current run may read along them
	started           bool    // it is complete and may run
	dirty             bool
	queued            bool // in the hands of a task
	running           bool
	synced            bool
	stopped           bool
	onStop            []func()
	onSynced          []Task // started when it is synced
	runs              Runs
	unsettled         bool          // as it was counted last
	parked            chan struct{} // closed when a run that awaits an edge should look again

	missed        int   // see miss
	behind        bool  // the wave's moment
	behindParents int   // if it is
	waving        *wave // the one whose moment the current run is as of; it may have been given up since
}

// NewNode returns a node in a graph of its own. A source is given a nil body and
// becomes synced by [Graph.MarkSynced]; a node with a body is synced by its first
// run, which begins after [Node.Start].
func NewNode(name string, life Lifecycle, body Body) *Node {
	n := &Node{id: lastNode.Add(1), name: name, life: life, body: body, done: make(chan struct{})}
	n.work = func() { work(n) }
	g := newGraph(n)
	n.graph.Store(g)
	n.unsettled = true
	g.unsettled = 1
	return n
}

// NewTwin returns a node that is committed by the runs of another one, together
// with that node's own commit and as of the same moment. It never runs, and is
// settled when the other one is. It becomes synced by [Graph.MarkSynced].
func NewTwin(of *Node, name string, life Lifecycle) *Node {
	n := NewNode(name, life, of.body)
	n.of, n.started = of, true
	if _, err := Connect(n, of, NoCursor{}); err != nil {
		panic(err) // nobody can read the new node yet
	}
	return n
}

// NoCursor is the cursor of a reader that does not follow changes.
type NoCursor struct{}

// Take implements [Cursor].
func (NoCursor) Take(uint64) bool { return true }

// Reads implements [Cursor].
func (NoCursor) Reads() bool { return true }

// GiveBack implements [Cursor].
func (NoCursor) GiveBack() {}

// Compact implements [Cursor].
func (NoCursor) Compact() {}

// Skip implements [Cursor].
func (NoCursor) Skip() {}

// Drop implements [Cursor].
func (NoCursor) Drop() {}

// ID returns a number that no other node of the process has.
func (n *Node) ID() uint64 { return n.id }

// Name returns the name that the node was made with.
func (n *Node) Name() string { return n.name }

// Life returns what the node was made with.
func (n *Node) Life() Lifecycle { return n.life }

// Done returns a channel that is closed when the node is stopped.
func (n *Node) Done() <-chan struct{} { return n.done }

// At returns the moment that the current run reads as of.
func (n *Node) At() uint64 { return n.at.Load() }

// Lock locks the graph that the node is in.
func (n *Node) Lock() *Graph {
	for {
		g := n.graph.Load()
		g.mu.Lock()
		if n.graph.Load() == g {
			return g
		}
		g.mu.Unlock()
	}
}

// Readers reports whether runs that began before now read the node, and as of
// which moments the oldest and the newest of them do: a commit must keep the state
// that it replaces if that is not newer. The graph is locked.
func (n *Node) Readers() (oldest, newest uint64, ok bool) {
	if n.readers == 0 {
		return 0, 0, false
	}
	const none = ^uint64(0)
	oldest = none
	known := 0
	for _, e := range n.children {
		if e.reading {
			at := e.child.at.Load()
			oldest, newest = min(oldest, at), max(newest, at)
			known++
		}
		if e.held {
			at := n.graph.Load().wave.at
			oldest, newest = min(oldest, at), max(newest, at)
			known++
		}
	}
	if known < n.readers {
		oldest, newest = 0, none // there are runs whose edge was removed meanwhile
	}
	return oldest, newest, true
}

// Stopped reports whether the node was stopped. The graph is locked.
func (n *Node) Stopped() bool { return n.stopped }

// Synced reports whether the first complete state was committed. The graph is
// locked.
func (n *Node) Synced() bool { return n.synced }

// Start lets a node with a body run, as soon as its parents are settled.
func (n *Node) Start() {
	g := n.Lock()
	n.started = true
	g.MarkDirty(n)
	g.Unlock()
}

// Connect makes the child a reader of the parent. It is an error, which names the
// collections in between, if the parent reads the child.
//
// If the child is running, the edge is pristine: the run must [Node.Await] it
// before it reads the parent. Otherwise its cursor starts behind all changes.
func Connect(child, parent *Node, cursor Cursor) (*Edge, error) {
	g := lockBoth(child, parent)
	defer g.Unlock()
	if path := upstream(parent, child); path != nil {
		names := make([]string, 0, len(path)+1)
		for _, n := range path {
			names = append(names, fmt.Sprintf("%q", n.name))
		}
		return nil, fmt.Errorf("dependency cycle: %q reads %s", child.name, strings.Join(names, ", which reads "))
	}
	e := &Edge{child: child, parent: parent, cursor: cursor}
	if child.stopped {
		e.pristine.Store(true) // and stays so: the run has to end
		return e, nil
	}
	if child.behind {
		g.cancelWave()
	}
	child.parents = append(child.parents, e)
	parent.children = append(parent.children, e)
	if parent.unsettled {
		child.waiting++
	}
	cursor.Skip()
	if child.running {
		e.pristine.Store(true)
		e.reading = true
		parent.readers++
	}
	g.update(child)
	return e, nil
}

// upstream returns the nodes on a way up from one node to another, both
// included, or nil if there is none.
func upstream(from, to *Node) []*Node {
	seen := map[*Node]bool{}
	var visit func(n *Node) []*Node
	visit = func(n *Node) []*Node {
		if n == to {
			return []*Node{n}
		}
		if seen[n] {
			return nil
		}
		seen[n] = true
		for _, e := range n.parents {
			if rest := visit(e.parent); rest != nil {
				return append([]*Node{n}, rest...)
			}
		}
		return nil
	}
	return visit(from)
}

// Disconnect removes an edge that is not needed any more. The graph is locked.
func (g *Graph) Disconnect(e *Edge) {
	i := slices.Index(e.child.parents, e)
	if i < 0 {
		return
	}
	e.child.parents = slices.Delete(e.child.parents, i, i+1)
	if i := slices.Index(e.parent.children, e); i >= 0 {
		e.parent.children = slices.Delete(e.parent.children, i, i+1)
	}
	if e.parent.unsettled {
		e.child.waiting--
	}
	if e.child.behind && e.parent.behind {
		e.child.behindParents--
		g.enqueueWave(e.child)
	}
	g.release(e)
	if e.child.running {
		e.child.lent = append(e.child.lent, e)
	} else {
		e.cursor.Drop()
	}
	g.forget(e.parent)
	g.enqueue(e.child)
	g.update(e.child)
}

// forget lets go of a stopped node that no other reads, and that reads no other.
func (g *Graph) forget(n *Node) {
	if n.stopped && len(n.children) == 0 && !n.running {
		delete(g.nodes, n)
	}
}

func (g *Graph) doneReading(e *Edge) {
	if !e.reading {
		return
	}
	e.reading = false
	e.parent.unread()
}

func (n *Node) unread() {
	if n.readers--; n.readers == 0 {
		n.life.Release()
	}
}

// Stop ends the node: it reads nothing any more and commits nothing. What it
// holds stays as it is. Calls after the first do nothing.
func (n *Node) Stop() {
	g := n.Lock()
	if n.stopped {
		g.Unlock()
		return
	}
	n.stopped = true
	close(n.done)
	if n.behind {
		g.caughtUp(n)
	}
	for len(n.parents) > 0 {
		g.Disconnect(n.parents[0])
	}
	n.unpark()
	n.life.Stopped(g)
	g.update(n)
	if n.unsettled {
		// It will never be synced; that is for who waits for it to say, not for
		// the graph to wait for.
		g.unsettled--
	}
	g.forget(n)
	after := n.onStop
	n.onStop, n.onSynced = nil, nil
	g.Unlock()
	for _, f := range after {
		f()
	}
}

// OnStop calls f, with no lock held, when the node is stopped; at once, if it is.
func (n *Node) OnStop(f func()) {
	g := n.Lock()
	stopped := n.stopped
	if !stopped {
		n.onStop = append(n.onStop, f)
	}
	g.Unlock()
	if stopped {
		f()
	}
}

// OnSynced starts the task when the node is synced; at once, if it is; never, if it is
// stopped before or the returned function is called. The task's type is a pointer.
func (n *Node) OnSynced(t Task) (cancel func()) {
	g := n.Lock()
	defer g.Unlock()
	if n.synced {
		g.Ready(t)
	} else if !n.stopped {
		n.onSynced = append(n.onSynced, t)
	}
	return func() {
		g := n.Lock()
		defer g.Unlock()
		n.onSynced = slices.DeleteFunc(n.onSynced, func(o Task) bool { return o == t })
	}
}

// CompactReaders makes the readers of the node merge the changes that they have not
// come to. The graph is locked.
func (n *Node) CompactReaders() {
	for _, e := range n.children {
		// Who is behind a wave has to tell what was before its moment from what came after.
		if !e.child.behind {
			e.cursor.Compact()
		}
	}
}

// Children returns how many nodes read the node.
func (n *Node) Children() int {
	g := n.Lock()
	defer g.Unlock()
	return len(n.children)
}

// GraphSize returns how many nodes the node's graph knows.
func (n *Node) GraphSize() int {
	g := n.Lock()
	defer g.Unlock()
	return len(g.nodes)
}

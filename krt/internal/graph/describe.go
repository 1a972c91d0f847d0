// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Runs counts the runs of a node. Guarded by the graph's lock.
type Runs struct {
	Done    uint64        // that came to an end
	GivenUp uint64        // that had to be begun anew
	Busy    time.Duration // how long they took together; an estimate, see begin
	Last    time.Duration // how long the last one took that was timed
	Began   time.Time     // when that was

	untimed uint64 // runs since then
	timing  bool
}

const (
	// quick is how long a run may take for its like not to be timed each.
	quick = 20 * time.Microsecond
	// timeEvery is which of a row of quick runs is timed, for all of them.
	timeEvery = 16
)

// begin notes the begin of a run. A look at the clock would be a good part of what a
// quick one costs, so only one in some is timed.
func (r *Runs) begin() {
	r.timing = r.Last >= quick || r.untimed >= timeEvery || r.Began.IsZero()
	if r.timing {
		r.Began = time.Now()
	}
}

func (r *Runs) end(ok bool) {
	if ok {
		r.Done++
	} else {
		r.GivenUp++
	}
	r.untimed++
	if r.timing {
		r.Last = time.Since(r.Began)
		r.Busy += r.Last * time.Duration(r.untimed) //nolint:gosec // at most timeEvery and one
		r.untimed = 0
	}
}

// Info is what a graph knows of a node.
type Info struct {
	Node    *Node
	Life    Lifecycle
	Parents []*Node
	TwinOf  *Node // or nil
	Synced  bool
	Running bool
	Dirty   bool
	Waits   []string // what it waits for, if it is not settled
	Runs    Runs
}

// Describe calls visit for every node in the graphs of the given ones, once each, in
// the order in which they were made. The node's graph is locked meanwhile.
func Describe(visit func(Info), nodes ...*Node) {
	seen := map[*Node]bool{}
	for _, n := range nodes {
		if seen[n] {
			continue
		}
		g := n.Lock()
		all := make([]*Node, 0, len(g.nodes)+1)
		for other := range g.nodes {
			all = append(all, other)
		}
		if _, held := g.nodes[n]; !held {
			all = append(all, n) // it was stopped
		}
		slices.SortFunc(all, func(a, b *Node) int { return cmp.Compare(a.id, b.id) })
		for _, n := range all {
			if !seen[n] {
				seen[n] = true
				visit(n.info())
			}
		}
		g.Unlock()
	}
}

func (n *Node) info() Info {
	i := Info{
		Node: n, Life: n.life, TwinOf: n.of, Synced: n.synced, Running: n.running, Dirty: n.dirty,
		Waits: n.waits(), Runs: n.runs,
	}
	for _, e := range n.parents {
		i.Parents = append(i.Parents, e.parent)
	}
	return i
}

// waits says what the node waits for: nothing if it is settled or was stopped.
func (n *Node) waits() []string {
	switch {
	case n.stopped || !n.isUnsettled():
		return nil
	case n.waiting > 0:
		var lines []string
		for _, e := range n.parents {
			switch p := e.parent; {
			case p.stopped && !p.synced:
				lines = append(lines, fmt.Sprintf("%q, which was stopped before it was synced", p.name))
			case p.unsettled && !p.synced:
				lines = append(lines, fmt.Sprintf("%q, which is not synced", p.name))
			case p.unsettled:
				lines = append(lines, fmt.Sprintf("%q, which is busy", p.name))
			}
		}
		slices.Sort(lines)
		return lines
	case n.running:
		return []string{"its run, which is under way"}
	case n.body == nil:
		return []string{"its source, which is not synced"}
	case n.dirty:
		return []string{"its turn"}
	default:
		return nil // for its body to say
	}
}

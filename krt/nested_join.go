// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

// NestedJoinWithMergeCollection is [JoinWithMergeCollection] of collections that come
// and go: those that are the objects of another collection. merge is given the
// objects with one key in the order of the keys that their collections have in that
// one (see [GetKey]); a collection that is there by two keys gives each object twice.
//
// A collection that is added is joined when it is synced, and until then holds up
// nobody but the first state: that is complete when all collections are joined that
// were there, and were not taken away since. One that is removed takes its objects
// along. If one replaces another in a single commit, handlers are told of the
// differences between the two and of nothing else.
func NestedJoinWithMergeCollection[T any](collections Collection[Collection[T]], merge func(ts []T) *T, opts ...CollectionOption) Collection[T] {
	o := buildOptions(fmt.Sprintf("NestedJoinWithMerge[%T]", *new(T)), opts)
	j := &nestedJoin[T]{
		join:      join[T]{merge: merge},
		container: &cursor[Collection[T]]{s: collections.core()},
		known:     map[*graph.Node]*member[T]{},
		awaited:   map[*graph.Node]func(){},
	}
	j.faults.init(o)
	j.init("nested join", o, j, j)
	guardEqual(&j.stream, &j.faults)
	mustConnect(j.node, j.container.s.node, j.container)
	j.node.OnStop(func() {
		g := j.node.Lock()
		awaited := j.awaited
		j.awaited = nil
		g.Unlock()
		for _, cancel := range awaited {
			cancel()
		}
	})
	j.open(o, j.dump)
	j.node.Start()
	return j
}

// nestedJoin is a join whose members are the objects of a collection.
type nestedJoin[T any] struct {
	join[T]
	container *cursor[Collection[T]]

	// Used by runs only.

	known map[*graph.Node]*member[T] // those with an edge, whether they are members or not
	next  []*member[T]               // of the run under way: the members from now on
	wait  bool                       // of the run under way: the first state cannot be complete

	// Guarded by the graph's lock. What is not synced is no parent yet; this join is
	// told when it is, unless the function is called before.
	awaited map[*graph.Node]func()
}

// Prepare implements [graph.Body].
func (j *nestedJoin[T]) Prepare() bool {
	if !j.enlist() {
		return false
	}
	p := j.pass(j.next)
	if j.wait {
		j.stage(p)
		return true
	}
	if j.loaded {
		j.container.changes(func(c mergedChange[Collection[T]]) { noteChange(&j.cause, j.container.s.node, c.key()) })
	}
	for _, m := range j.members {
		// Also of a member that was removed: what it lost before is lost.
		p.changes(m)
		if !slices.Contains(j.next, m) {
			p.everything(m)
		}
	}
	reordered := j.reordered()
	for _, m := range j.next {
		if reordered || !slices.Contains(j.members, m) {
			p.everything(m)
		}
	}
	j.stage(p)
	return true
}

// reordered reports whether those that stay members are merged in another order from
// now on, or one of them more often or less.
func (j *nestedJoin[T]) reordered() bool {
	if slices.Equal(j.members, j.next) {
		return false
	}
	stay := func(of, in []*member[T]) (out []*member[T]) {
		for _, m := range of {
			if slices.Contains(in, m) {
				out = append(out, m)
			}
		}
		return out
	}
	return !slices.Equal(stay(j.members, j.next), stay(j.next, j.members))
}

// enlist finds the members as of the run. It returns false if the run has to be
// given up.
func (j *nestedJoin[T]) enlist() bool {
	j.next, j.wait = nil, false
	wanted := map[*graph.Node]bool{}
	for _, e := range j.entries(j.node.At()) {
		s := e.val.core()
		wanted[s.node] = true
		m := j.known[s.node]
		if m == nil {
			if !s.HasSynced() {
				j.await(s.node)
				j.wait = j.wait || !j.loaded
				continue
			}
			m = &member[T]{cursor: cursor[T]{s: s}}
			edge, err := graph.Connect(j.node, s.node, m)
			if err != nil {
				panic(fmt.Errorf("krt: %w", err))
			}
			m.edge = edge
			j.known[s.node] = m
		}
		if m.edge.Pristine() && !j.node.Await(m.edge) {
			return false
		}
		j.next = append(j.next, m)
	}
	j.unawait(func(n *graph.Node) bool { return wanted[n] && j.known[n] == nil })
	return true
}

// entries returns the collections as of a moment, in the order of their keys.
func (j *nestedJoin[T]) entries(moment uint64) []*entry[Collection[T]] {
	objects := j.container.s.objectsAt(moment)
	return slices.SortedFunc(objects.All(), func(a, b *entry[Collection[T]]) int { return cmp.Compare(a.key, b.key) })
}

// await runs the join again when the collection is synced.
func (j *nestedJoin[T]) await(n *graph.Node) {
	g := j.node.Lock()
	_, already := j.awaited[n]
	stopped := j.awaited == nil
	if !already && !stopped {
		j.awaited[n] = func() {}
	}
	g.Unlock()
	if already || stopped {
		return
	}
	cancel := n.OnSynced(&rerun{j.node})
	g = j.node.Lock()
	if stopped = j.awaited == nil; !stopped {
		j.awaited[n] = cancel
	}
	g.Unlock()
	if stopped {
		cancel()
	}
}

// unawait waits no more for those that it need not.
func (j *nestedJoin[T]) unawait(need func(n *graph.Node) bool) {
	var cancels []func()
	g := j.node.Lock()
	for n, cancel := range j.awaited {
		if !need(n) {
			delete(j.awaited, n)
			cancels = append(cancels, cancel)
		}
	}
	g.Unlock()
	for _, cancel := range cancels {
		cancel()
	}
}

// rerun is the task of running a node again.
type rerun struct{ n *graph.Node }

// Run implements [graph.Task].
func (r *rerun) Run() graph.Task {
	g := r.n.Lock()
	g.MarkDirty(r.n)
	return g.UnlockNext()
}

// Commit implements [graph.Body].
func (j *nestedJoin[T]) Commit(g *graph.Graph) bool {
	if !j.commitResult(g) {
		return false
	}
	if !j.wait {
		j.members, j.loaded = j.next, true
	}
	j.container.advance()
	for n, m := range j.known {
		m.advance()
		if !slices.Contains(j.next, m) {
			g.Disconnect(m.edge)
			delete(j.known, n)
		}
	}
	return true
}

func (j *nestedJoin[T]) describe(c *CollectionInfo) {
	j.join.describe(c)
	for n := range j.awaited {
		c.Waits = append(c.Waits, fmt.Sprintf("%q, which is not synced", n.Name()))
	}
	slices.Sort(c.Waits)
}

// dump returns the objects and, for each collection that is joined, the keys of
// those that it has a part in.
func (j *nestedJoin[T]) dump() CollectionDump {
	out := j.stream.dump()
	out.InputCollection = j.container.s.node.Name()
	out.Inputs = map[string]InputDump{}
	for e := range j.container.s.objectsAt(now).All() {
		in := InputDump{Dependencies: []string{e.val.graphNode().Name()}}
		for o := range e.val.core().objectsAt(now).All() {
			if _, ok := out.Outputs[o.key]; ok {
				in.Outputs = append(in.Outputs, o.key)
			}
		}
		slices.Sort(in.Outputs)
		out.Inputs[e.key] = in
	}
	return out
}

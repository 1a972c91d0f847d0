// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/krtkit/krtkit/krt/internal/graph"
	"github.com/krtkit/krtkit/krt/internal/trie"
)

// View is what several collections held at one moment. It is a [HandlerContext], so
// that [Fetch] and its relatives, and transformations, read it. It does not change,
// holds up nobody, and needs no end: what it holds is freed with it. It is safe for
// concurrent use.
type View struct {
	r      run
	states map[*graph.Node]any // *frozen[T]
}

// NewView waits until the collections are synced and have caught up with each other,
// and returns a view of all of them: what derives from a change and what does not are
// from the same side of it. Collections that change all the time get their turn, too.
//
// The error says what was still waiting for what when ctx ended, and wraps ctx's; a
// collection that was stopped before it was synced will not let it end before. It is an
// error, too, if one of them is not a collection of this package.
//
// Collections that had nothing to do with each other share a lock from then on.
// Called by a transformation NewView may wait for itself.
func NewView(ctx context.Context, collections ...Syncer) (*View, error) {
	v := &View{states: map[*graph.Node]any{}}
	v.r.view = v
	nodes, err := nodesOf("NewView", collections)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return v, nil
	}
	o := &observer{nodes: nodes, view: v, taken: make(chan struct{})}
	o.node = graph.NewNode("view", o, o)
	defer o.node.Stop()
	for _, n := range nodes {
		mustConnect(o.node, n, graph.NoCursor{})
	}
	o.node.Start()
	select {
	case <-o.taken:
		return v, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("krt: no view: %w: %s", ctx.Err(), o.node.Reasons())
	}
}

// Logger returns the default logger with the scope krt.
func (v *View) Logger() *slog.Logger { return logger() }

// DiscardResult panics: there is no former result to keep.
func (v *View) DiscardResult() { panic("krt: a View cannot DiscardResult") }

func (v *View) run() *run { return &v.r }

// state returns what the node's collection held, as a *frozen.
func (v *View) state(n *graph.Node) any {
	state, ok := v.states[n]
	if !ok {
		panic(fmt.Sprintf("krt: collection %q is not in the view: name it when the view is made", n.Name()))
	}
	return state
}

// frozen is a state of a collection that was put aside.
type frozen[T any] struct {
	state[T]
	defs []*indexDef[T]
}

func (f *frozen[T]) bucket(def *indexDef[T], key string) (trie.Map[*entry[T]], bool) {
	i := slices.Index(f.defs, def)
	if i < 0 || i >= len(f.indexes) {
		return trie.Map[*entry[T]]{}, false
	}
	if b, ok := f.indexes[i].Get(key); ok {
		return b.objects, true
	}
	return trie.Map[*entry[T]]{}, true
}

// freeze puts aside the state as of a moment that a run reads as of.
func (s *stream[T]) freeze(moment uint64) any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.shared.Store(true)
	f := &frozen[T]{state: *s.at(moment), defs: s.defs}
	f.indexes = slices.Clone(f.indexes)
	return f
}

// observer is a node that reads collections once.
type observer struct {
	node  *graph.Node
	nodes []*graph.Node
	view  *View
	taken chan struct{}
}

// Prepare implements [graph.Body].
func (o *observer) Prepare() bool {
	select {
	case <-o.taken:
		return true // and about to be stopped
	default:
	}
	for _, n := range o.nodes {
		o.view.states[n] = n.Life().(interface{ freeze(moment uint64) any }).freeze(o.node.At())
	}
	close(o.taken)
	return true
}

// Commit implements [graph.Body].
func (o *observer) Commit(*graph.Graph) bool { return true }

// Amend implements [graph.Body].
func (o *observer) Amend() {}

// Loaded implements [graph.Body].
func (o *observer) Loaded() bool { return true }

// Synced implements [graph.Lifecycle].
func (o *observer) Synced(*graph.Graph) {}

// Stopped implements [graph.Lifecycle].
func (o *observer) Stopped(*graph.Graph) {}

// Release implements [graph.Lifecycle].
func (o *observer) Release() {}

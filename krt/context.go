// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/krtkit/krtkit/krt/internal/graph"
	"github.com/krtkit/krtkit/krt/internal/trie"
)

// HandlerContext is what a transformation is given to [Fetch] with. It is good for
// the one call that it was given to, on that call's goroutine.
type HandlerContext interface {
	// DiscardResult makes the call's result be ignored: what was made of the input
	// before stays. If nothing was ever made of it, and the result is not empty, the
	// result is taken all the same. What the call fetched counts as fetched.
	DiscardResult()
	// Logger returns a logger with the scope krt, the collection and the key of the
	// input: [slog.Default] as it is at the time of the call, with these attributes.
	Logger() *slog.Logger

	run() *run
}

// TestingDummyContext is a context for calling a transformation directly, in a
// test: Fetch reads what there is, without waiting and without dependencies.
type TestingDummyContext struct{}

// DiscardResult panics: there is no former result to keep.
func (TestingDummyContext) DiscardResult() {
	panic("TestingDummyContext cannot DiscardResult")
}

// Logger returns the default logger with the scope krt.
func (TestingDummyContext) Logger() *slog.Logger { return logger() }

func (TestingDummyContext) run() *run { return nil }

func logger() *slog.Logger { return slog.Default().With("scope", "krt") }

// reader is the part of a derived collection that knows which other collections
// its transformation reads.
type reader struct {
	node *graph.Node

	mu    sync.Mutex // guards the making of edges
	edges atomic.Pointer[[]fetched]

	// Used by runs only. Who is not the run may look at inputs, and at what they refer
	// to, with records held; the run holds it when it changes any of that.
	records sync.Mutex
	inputs  trie.Map[*input] // those that more is known of than their key
	round   uint64           // number of the run
	marked  []*input         // in the run under way, besides those that changed themselves
	stamp   uint64           // counts the times that interests are met; see [interest]
}

// mark notes that the run has to transform the input, if that is not known.
func (r *reader) mark(in *input) {
	if in.round != r.round {
		in.round = r.round
		r.marked = append(r.marked, in)
	}
}

// fetched is an edge from a derived collection to one that it fetches.
type fetched interface {
	edge() *graph.Edge
	from() *graph.Node
	// affected marks every input that the changes concern which the run may read. It
	// notes the changes in the cause.
	affected(r *reader, cause *Cause)
	// intern returns what stands for the dependency at this edge.
	intern(d *dependency) *interest
	// forget takes out an interest that no input has any more.
	forget(it *interest)
	// keys returns the keys of the objects that are asked for, as of now.
	keys(d *dependency) []string
	// reset forgets all interests.
	reset()
	// unused reports whether no input reads along the edge.
	unused() bool
	// advance moves behind the changes that the run has read.
	advance()
}

// run is what one goroutine keeps while it runs transformations.
type run struct {
	reader  *reader
	deps    []recorded
	asked   int    // how many of them there were in the run before
	key     string // of the input
	discard bool
	view    *View // of a run that is none, but reads what was put aside
	given   bool  // the run is given up
	ended   bool  // all its transformations have returned
}

// recorded is one Fetch of a run.
type recorded struct {
	dependency
	edge fetched
}

func (r *run) run() *run { return r }

// DiscardResult implements [HandlerContext].
func (r *run) DiscardResult() { r.discard = true }

// Logger implements [HandlerContext].
func (r *run) Logger() *slog.Logger {
	return logger().With("collection", r.reader.node.Name(), "key", r.key)
}

// record notes what a Fetch asks for. The result is good until the next call.
func (r *run) record(e fetched, opts []FetchOption, augment func(any) any) *dependency {
	if r.deps == nil {
		r.deps = make([]recorded, 0, max(1, r.asked))
	}
	r.deps = append(r.deps, recorded{edge: e})
	last := len(r.deps) - 1
	d := &r.deps[last].dependency
	d.apply(opts, augment)
	if !d.anyOf {
		return d
	}
	whole := *d
	r.deps = r.deps[:last]
	for _, one := range whole.eachKey() {
		r.deps = append(r.deps, recorded{edge: e, dependency: one})
	}
	return &whole
}

// giveUp ends the transformation that is running. It does not return.
func (r *run) giveUp() {
	r.given = true
	runtime.Goexit()
}

// edge leads from a derived collection to a collection that its transformation
// fetches.
type edge[T any] struct {
	cursor[T]
	g         *graph.Edge
	interests interests[T]

	mu      sync.Mutex
	indexes map[string]*indexDef[T] // acquired
}

// edgeTo returns the edge to a collection, and makes it if the transformation has
// not read from there before.
func edgeTo[T any](r *run, s *stream[T]) *edge[T] {
	find := func() *edge[T] {
		for _, f := range *r.reader.edges.Load() {
			if f.from() == s.node {
				return f.(*edge[T])
			}
		}
		return nil
	}
	e := find()
	if e == nil {
		e = func() *edge[T] {
			r.reader.mu.Lock()
			defer r.reader.mu.Unlock()
			if e := find(); e != nil {
				return e
			}
			e := &edge[T]{cursor: cursor[T]{s: s}}
			g, err := graph.Connect(r.reader.node, s.node, e)
			if err != nil {
				panic(fmt.Errorf("krt: %w", err))
			}
			e.g = g
			edges := append(slices.Clone(*r.reader.edges.Load()), e)
			r.reader.edges.Store(&edges)
			return e
		}()
	}
	if e.g.Pristine() && !r.reader.node.Await(e.g) {
		r.giveUp()
	}
	return e
}

func (e *edge[T]) edge() *graph.Edge { return e.g }

func (e *edge[T]) from() *graph.Node { return e.s.node }

func (e *edge[T]) unused() bool { return e.interests.count == 0 }

// Drop implements [graph.Cursor].
func (e *edge[T]) Drop() {
	e.cursor.Drop()
	for _, def := range e.indexes {
		e.s.releaseIndex(def)
	}
	e.indexes = nil
}

func (e *edge[T]) affected(r *reader, cause *Cause) {
	if e.unused() {
		return
	}
	e.changes(func(c mergedChange[T]) {
		noteChange(cause, e.s.node, c.key())
		e.interests.affected(c.change, r)
	})
}

func (e *edge[T]) intern(d *dependency) *interest { return e.interests.intern(e, d) }

func (e *edge[T]) reset() { e.interests = interests[T]{} }

func (e *edge[T]) forget(it *interest) { e.interests.remove(it) }

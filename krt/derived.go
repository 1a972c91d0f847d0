// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/krtkit/krtkit/krt/internal/graph"
	"github.com/krtkit/krtkit/krt/internal/trie"
)

// TransformationSingle makes one object, or none, of an input.
type TransformationSingle[I, O any] func(ctx HandlerContext, i I) *O

// TransformationMulti makes any number of objects of an input.
type TransformationMulti[I, O any] func(ctx HandlerContext, i I) []O

// TransformationEmpty makes one object, or none, of what it fetches.
type TransformationEmpty[T any] func(ctx HandlerContext) *T

// TransformationEmptyToMulti makes any number of objects of what it fetches.
type TransformationEmptyToMulti[T any] func(ctx HandlerContext) []T

// NewCollection derives a collection from another: each object of c becomes the
// object that hf makes of it, or none where hf returns nil. hf runs again when its
// object changes, or something that it fetched.
//
// hf must be a pure function of its input and of what it fetches. It is called by
// any goroutine, for different inputs at the same time, any number of times. It
// must not keep ctx, nor change anything that it is given. Two inputs should not
// make objects with the same key: only one of them, the last that was made, is in
// the collection.
//
// NewCollection returns at once; the collection is synced when c is, and all that
// hf fetches, and hf has been called for every object of that time.
func NewCollection[I, O any](c Collection[I], hf TransformationSingle[I, O], opts ...CollectionOption) Collection[O] {
	d := &derived[I, O]{one: hf}
	d.init("collection", buildOptions(fmt.Sprintf("Collection[%T,%T]", *new(I), *new(O)), opts), c.core())
	return d
}

// NewManyCollection is [NewCollection] for transformations that make any number of
// objects of an input.
func NewManyCollection[I, O any](c Collection[I], hf TransformationMulti[I, O], opts ...CollectionOption) Collection[O] {
	d := &derived[I, O]{many: hf}
	d.init("many collection", buildOptions(fmt.Sprintf("ManyCollection[%T,%T]", *new(I), *new(O)), opts), c.core())
	return d
}

// NewManyFromNothing is [NewManyCollection] with a single input that never
// changes: hf is called once, and again when something that it fetched changes.
func NewManyFromNothing[O any](hf TransformationEmptyToMulti[O], opts ...CollectionOption) Collection[O] {
	d := &derived[nothing, O]{many: func(ctx HandlerContext, _ nothing) []O { return hf(ctx) }}
	d.init("many from nothing", buildOptions(fmt.Sprintf("ManyFromNothing[%T]", *new(O)), opts), nil)
	return d
}

// MapCollection returns a collection of what mapFunc makes of each object of
// another. It must be pure and keep the key. It is called when an object changes;
// what it returned is kept. The metadata is the other collection's unless the
// options give some.
func MapCollection[T, U any](collection Collection[T], mapFunc func(T) U, opts ...CollectionOption) Collection[U] {
	o := buildOptions(fmt.Sprintf("Map[%T]", *new(T)), opts)
	if o.metadata == nil {
		o.metadata = collection.Metadata()
	}
	d := &derived[T, U]{one: func(_ HandlerContext, t T) *U {
		u := mapFunc(t)
		if EnableAssertions && GetKey(u) != GetKey(t) {
			panic(fmt.Sprintf("MapCollection invariant violation in %s: the object with key %q became %q", o.name, GetKey(t), GetKey(u)))
		}
		return &u
	}}
	d.init("map", o, collection.core())
	return d
}

// nothing is the input of collections that have none.
type nothing struct{}

// derived is a collection whose objects are made by a transformation of the
// objects of another. What runs use and readers do not is not locked: there is one
// run at a time.
type derived[I, O any] struct {
	stream[O]
	reader

	one  TransformationSingle[I, O] // one of the three
	many TransformationMulti[I, O]
	both func(ctx HandlerContext, i I) (status any, outputs []O) // status is a pointer, or nil

	status side[I] // what holds the statuses; nil if there are none
	faults faults

	primary *primary[I, O] // nil if there is none
	loaded  bool           // the primary's first state has been processed

	losers map[string][]string // by output: inputs whose output with that key gave way to another's

	turns  []turn[I, O] // of the run under way
	made   []*entry[O]  // scratch
	old    []*entry[O]  // scratch
	batch  batch[O]     // of the run under way
	result staged[O]    // of the run under way
	alone  run          // of the goroutine that has the run

	cause   Cause   // of the run under way
	calls   uint64  // of the transformation in the run under way
	idle    uint64  // how many of them changed nothing
	history history // guarded by the graph's lock
}

// turn is what a run does for one input.
type turn[I, O any] struct {
	in  *entry[I] // as it is, or was before it went
	rec *input    // nil if nothing more is known

	gone    bool
	known   bool // the input was transformed before
	again   bool // it was deleted and made again since
	discard bool // what was returned does not count
	failed  bool // nothing was returned

	one     *O
	many    []O
	status  any
	fetches []recorded
}

func (d *derived[I, O]) init(kind string, o collectionOptions, inputs *stream[I]) {
	d.stream.init(kind, o, d, d)
	d.reader.node = d.stream.node
	d.reader.edges.Store(&[]fetched{})
	d.faults.init(o)
	guardEqual(&d.stream, &d.faults)
	if inputs != nil {
		d.primary = &primary[I, O]{cursor: cursor[I]{s: inputs}, d: d}
		mustConnect(d.stream.node, inputs.node, d.primary)
	}
	if d.status != nil {
		d.status.attach(d.stream.node, o, d.explainInput)
	}
	d.open(o, d.dump)
	d.stream.node.Start()
}

// primary is the place of a derived collection in the changes of its inputs.
type primary[I, O any] struct {
	cursor[I]
	d *derived[I, O]
}

// Reads implements [graph.Cursor]. A run looks at inputs that did not change only if
// it is the first, because of what they fetched, or because their output gave way.
func (p *primary[I, O]) Reads() bool {
	return !p.d.loaded || len(*p.d.edges.Load()) > 0 || len(p.d.losers) > 0
}

// Synced implements [graph.Lifecycle].
func (d *derived[I, O]) Synced(g *graph.Graph) {
	d.stream.Synced(g)
	if d.status != nil {
		d.status.markSynced(g)
	}
}

// Prepare implements [graph.Body].
func (d *derived[I, O]) Prepare() bool {
	d.reader.round++
	// The run before may have been given up at any point.
	d.turns = d.turns[:0]
	d.alone = run{reader: &d.reader, deps: d.alone.deps[:0], asked: d.alone.asked}
	d.cause, d.calls, d.idle = Cause{}, 0, 0
	var ok bool
	if d.loaded {
		d.collect()
		d.begin()
		if ok = d.transformTurns(); ok {
			d.settle()
		}
	} else {
		ok = d.load()
	}
	if ok {
		d.result = d.batch.finish()
		d.Amend()
	}
	// What is left lying about keeps nothing alive, and is small.
	d.alone.asked = min(len(d.alone.deps), few)
	d.turns = reusable(d.turns, 2)
	d.made, d.old = reusable(d.made, few), reusable(d.old, few)
	d.alone.deps = reusable(d.alone.deps, 2)
	return ok
}

// reusable returns the memory of a scratch slice, emptied, or nil if it is too much
// to be kept.
func reusable[E any](s []E, most int) []E {
	if cap(s) > most {
		return nil
	}
	clear(s[:cap(s)])
	return s[:0]
}

// Amend implements [graph.Body].
func (d *derived[I, O]) Amend() {
	if d.result.link != nil {
		d.amend(&d.result)
	}
	if d.status != nil {
		d.status.amend()
	}
}

// Commit implements [graph.Body].
func (d *derived[I, O]) Commit(g *graph.Graph) bool {
	if d.result.link != nil && !d.current(&d.result) || d.status != nil && !d.status.current() {
		return false
	}
	if d.status != nil {
		d.status.commit(g)
	}
	if d.result.link != nil {
		d.commit(g, &d.result)
	}
	d.result = staged[O]{}
	d.loaded = true
	d.history.add(d.cause, d.calls, d.idle)
	if d.primary != nil {
		d.primary.advance()
	}
	edges := *d.edges.Load()
	kept := edges
	for i, e := range edges {
		e.advance()
		if e.unused() {
			if len(kept) == len(edges) {
				kept = append([]fetched{}, edges[:i]...)
			}
			g.Disconnect(e.edge())
		} else if len(kept) < len(edges) {
			kept = append(kept, e)
		}
	}
	if len(kept) < len(edges) {
		stored := kept // only what is stored is to be allocated
		d.edges.Store(&stored)
	}
	return true
}

// Loaded implements [graph.Body].
func (d *derived[I, O]) Loaded() bool { return d.loaded }

// blockSize is how many inputs the first run goes through at a time: as many as fit
// into a processor's cache together with what they become.
const blockSize = 1024

// load is the first run. It transforms everything that there is, in blocks. It
// returns false if the run has to be given up.
func (d *derived[I, O]) load() bool {
	d.cause.First = true
	// One that was given up before may have come this far.
	d.records.Lock()
	d.inputs = trie.Map[*input]{}
	for _, e := range *d.edges.Load() {
		e.reset()
	}
	d.records.Unlock()
	d.losers = nil

	d.begin()
	if d.primary == nil {
		d.turns = append(d.turns, d.turnOf("", nil))
		return d.block()
	}
	objects := d.primary.s.objectsAt(d.At())
	d.batch.expect(objects.Len())
	d.turns = make([]turn[I, O], 0, min(objects.Len(), blockSize))
	for e := range objects.All() {
		d.turns = append(d.turns, turn[I, O]{in: e})
		if len(d.turns) == blockSize && !d.block() {
			return false
		}
	}
	return d.block()
}

func (d *derived[I, O]) block() bool {
	if !d.transformAll(d.turns) {
		return false
	}
	d.settle()
	d.turns, d.alone.deps = d.turns[:0], d.alone.deps[:0]
	return true
}

// collect finds out which inputs have to be transformed.
func (d *derived[I, O]) collect() {
	if d.primary != nil {
		d.turns = slices.Grow(d.turns, d.primary.most())
		d.primary.changes(func(c mergedChange[I]) {
			e := c.latest()
			noteChange(&d.cause, d.primary.s.node, e.key)
			rec, _ := d.inputs.Find(e.hash, e.key)
			if rec != nil {
				rec.round = d.round
			}
			d.turns = append(d.turns, turn[I, O]{in: e, rec: rec, gone: c.new == nil, known: c.old != nil, again: c.again})
		})
	}
	edges := *d.edges.Load()
	if len(edges) == 0 {
		return
	}
	d.stamp++
	d.marked = d.marked[:0]
	for _, e := range edges {
		if d.faults.handler == nil {
			e.affected(&d.reader, &d.cause)
		} else {
			d.affectedContained(e)
		}
	}
	for _, rec := range d.marked {
		d.turns = append(d.turns, d.turnOf(rec.key, rec))
	}
	d.marked = reusable(d.marked, few)
}

// affectedContained finds the inputs that the changes of an edge concern. If a filter
// panics, those are all.
func (d *derived[I, O]) affectedContained(e fetched) {
	if !d.faults.contain("", func() { e.affected(&d.reader, &d.cause) }) {
		for rec := range d.inputs.All() {
			d.mark(rec)
		}
	}
}

// turnOf returns a turn for an input that has not changed itself.
func (d *derived[I, O]) turnOf(key string, rec *input) turn[I, O] {
	t := turn[I, O]{rec: rec, known: d.loaded}
	if d.primary != nil {
		t.in, _ = d.primary.s.getAt(d.At(), key)
		t.gone = t.in == nil
	}
	if t.in == nil {
		t.in = entryWithKey(key, *new(I))
	}
	return t
}

// At returns what the run reads as of.
func (d *derived[I, O]) At() uint64 { return d.stream.node.At() }

// spreadAfter is how long a run goes on alone before it takes other processors to
// help.
const spreadAfter = 200 * time.Microsecond

// transformTurns calls the transformation for every turn, and for those that turn out
// to be needed by that. It returns false if the run has to be given up.
func (d *derived[I, O]) transformTurns() bool {
	for done := 0; done < len(d.turns); {
		if !d.transformAll(d.turns[done:]) {
			return false
		}
		first := done
		done = len(d.turns)
		d.recall(first, done)
	}
	return true
}

// recall adds turns for inputs whose outputs need not give way any more after some
// turns.
func (d *derived[I, O]) recall(first, end int) {
	var known map[string]bool // inputs that have a turn
	for i := first; i < end && len(d.losers) > 0; i++ {
		for _, output := range d.given(&d.turns[i]) {
			if known == nil {
				known = make(map[string]bool, len(d.turns))
				for j := range d.turns {
					known[d.turns[j].in.key] = true
				}
			}
			for _, key := range d.losers[output] {
				if known[key] {
					continue
				}
				known[key] = true
				rec, _ := d.inputs.Get(key)
				if t := d.turnOf(key, rec); !t.gone {
					d.turns = append(d.turns, t)
				}
			}
		}
	}
}

// transformAll calls the transformation for turns of the run. It returns false if the
// run has to be given up.
func (d *derived[I, O]) transformAll(turns []turn[I, O]) bool {
	d.alone.ended = false
	switch len(turns) {
	case 0:
		return true
	case 1:
		defer d.mustEnd(&d.alone)
		d.transform(&d.alone, &turns[0])
		d.alone.ended = true
		return true
	}
	w := &workforce[I, O]{d: d, turns: turns, start: time.Now()}
	// Also if this goroutine is ended by a run that is given up.
	defer w.helpers.Wait()
	w.work(&d.alone, true)
	w.helpers.Wait()
	return !w.failed.Load()
}

// workforce is the goroutines that share the turns of a run.
type workforce[I, O any] struct {
	d       *derived[I, O]
	turns   []turn[I, O]
	start   time.Time
	next    atomic.Int64
	failed  atomic.Bool
	helpers sync.WaitGroup
}

// work takes turns until there are none left. The first goroutine that does so
// takes others to help when there is enough to do.
func (w *workforce[I, O]) work(r *run, first bool) {
	defer w.d.mustEnd(r)
	defer func() {
		if !r.ended {
			w.failed.Store(true)
		}
	}()
	for !w.failed.Load() {
		i := int(w.next.Add(1)) - 1
		if i >= len(w.turns) {
			break
		}
		w.d.transform(r, &w.turns[i])
		if left := len(w.turns) - i - 1; first && left > 1 && (i < few || i%few == 0) && time.Since(w.start) > spreadAfter {
			first = false
			for range min(runtime.GOMAXPROCS(0), left) - 1 {
				w.helpers.Go(func() { w.work(&run{reader: &w.d.reader}, false) })
			}
		}
	}
	r.ended = true
}

// mustEnd is deferred by who calls transformations. One that ends its goroutine,
// other than by a run that is given up, would leave its collection without an end.
func (d *derived[I, O]) mustEnd(r *run) {
	if r.ended || r.given {
		return
	}
	if p := recover(); p != nil { //nolint:revive // this is what is deferred
		panic(p)
	}
	panic(fmt.Sprintf("krt: collection %q: a transformation ended its goroutine (runtime.Goexit, or FailNow of a test)", d.stream.node.Name()))
}

func (d *derived[I, O]) transform(r *run, t *turn[I, O]) {
	if t.gone {
		return
	}
	r.discard, r.key = false, t.in.key
	first := len(r.deps)
	if d.faults.handler == nil {
		d.call(r, t)
	} else {
		t.failed = !d.faults.contain(t.in.key, func() { d.call(r, t) })
	}
	t.discard = r.discard || t.failed
	t.fetches = r.deps[first:len(r.deps):len(r.deps)]
}

func (d *derived[I, O]) call(r *run, t *turn[I, O]) {
	switch {
	case d.one != nil:
		t.one = d.one(r, t.in.val)
	case d.many != nil:
		t.many = d.many(r, t.in.val)
	default:
		t.status, t.many = d.both(r, t.in.val)
	}
}

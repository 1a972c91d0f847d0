// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

// ObjectWithStatus is an input of a status collection and the status that its
// transformation found.
type ObjectWithStatus[I, IStatus any] struct {
	Obj    I
	Status IStatus
}

// ResourceName returns the key of the input.
func (c ObjectWithStatus[I, IStatus]) ResourceName() string { return keyOf(&c.Obj) }

// Equals reports whether both the inputs and the statuses are equal (see [Equal]).
func (c ObjectWithStatus[I, IStatus]) Equals(o ObjectWithStatus[I, IStatus]) bool {
	return equal(&c.Obj, &o.Obj) && equal(&c.Status, &o.Status)
}

// StatusCollection holds the statuses of inputs, by the inputs' keys.
type StatusCollection[I, IStatus any] = Collection[ObjectWithStatus[I, IStatus]]

// TransformationSingleStatus makes a status, or none, and one object, or none, of an
// input.
type TransformationSingleStatus[I, IStatus, O any] func(ctx HandlerContext, i I) (*IStatus, *O)

// TransformationMultiStatus makes a status, or none, and any number of objects of an
// input.
type TransformationMultiStatus[I, IStatus, O any] func(ctx HandlerContext, i I) (*IStatus, []O)

// NewStatusCollection is [NewCollection] for transformations that also find a status
// of their input, which is to be written back to where the input came from. It
// returns the statuses and the objects.
//
// The two are one collection in two halves: they are committed together, so that
// nobody sees one without the other, and a result that is discarded is discarded in
// both. There is a status for each input whose last call returned one, with the
// input as that call saw it. The options are for both, but [WithEqual] and
// [WithObjectAugmentation] are for the objects. The statuses' name is that of the
// objects with /status at its end.
func NewStatusCollection[I, IStatus, O any](
	c Collection[I], hf TransformationSingleStatus[I, IStatus, O], opts ...CollectionOption,
) (Collection[ObjectWithStatus[I, IStatus]], Collection[O]) {
	return newStatusCollection("NewStatusCollection", c, func(ctx HandlerContext, i I) (*IStatus, []O) {
		status, o := hf(ctx, i)
		if o == nil {
			return status, nil
		}
		return status, []O{*o}
	}, opts)
}

// NewStatusManyCollection is [NewStatusCollection] for transformations that make any
// number of objects of an input.
func NewStatusManyCollection[I, IStatus, O any](
	c Collection[I], hf TransformationMultiStatus[I, IStatus, O], opts ...CollectionOption,
) (Collection[ObjectWithStatus[I, IStatus]], Collection[O]) {
	return newStatusCollection("NewStatusManyCollection", c, hf, opts)
}

func newStatusCollection[I, IStatus, O any](
	kind string, c Collection[I], hf TransformationMultiStatus[I, IStatus, O], opts []CollectionOption,
) (Collection[ObjectWithStatus[I, IStatus]], Collection[O]) {
	o := buildOptions(fmt.Sprintf("%s[%T,%T,%T]", kind, *new(I), *new(IStatus), *new(O)), opts)
	s := &statuses[I, IStatus]{}
	d := &derived[I, O]{status: s, both: func(ctx HandlerContext, i I) (any, []O) {
		status, outputs := hf(ctx, i)
		if status == nil {
			return nil, outputs
		}
		return status, outputs
	}}
	d.init("status collection", o, c.core())
	return s, d
}

// side is a second stream that the runs of a derived collection fill: the statuses
// of its inputs.
type side[I any] interface {
	// attach makes the stream a twin of the collection's node. explainInput adds what
	// the collection knows of an input.
	attach(of *graph.Node, o collectionOptions, explainInput func(key string, out *Explanation))
	begin()
	// settle sets the status of an input, or removes it if there is none. With again,
	// the input was deleted and made again. It reports whether that is a change.
	settle(key string, in *entry[I], status any, again bool) bool
	// The same as for the stream of the collection itself:
	amend()
	current() bool
	commit(g *graph.Graph)
	markSynced(g *graph.Graph)
}

type statuses[I, S any] struct {
	stream[ObjectWithStatus[I, S]]
	batch        batch[ObjectWithStatus[I, S]]
	result       staged[ObjectWithStatus[I, S]]
	explainInput func(key string, out *Explanation)
}

func (s *statuses[I, S]) attach(of *graph.Node, o collectionOptions, explainInput func(key string, out *Explanation)) {
	s.explainInput = explainInput
	o.name, o.equal, o.augment = o.name+"/status", nil, nil
	s.prepare("statuses", o)
	s.node = graph.NewTwin(of, o.name, s)
	s.open(o, s.dump)
}

func (s *statuses[I, S]) begin() { s.batch.begin(&s.stream) }

func (s *statuses[I, S]) settle(key string, in *entry[I], status any, again bool) bool {
	before := s.batch.changes
	old, known := s.batch.get(key)
	if known && (status == nil || again) {
		s.batch.remove(old)
	}
	if status != nil {
		s.batch.put(entryWithKey(key, ObjectWithStatus[I, S]{Obj: in.val, Status: *status.(*S)}))
	}
	return s.batch.changes > before
}

func (s *statuses[I, S]) amend() {
	if s.batch.s != nil {
		s.result = s.batch.finish()
	}
	if s.result.link != nil {
		s.stream.amend(&s.result)
	}
}

func (s *statuses[I, S]) current() bool {
	return s.result.link == nil || s.stream.current(&s.result)
}

func (s *statuses[I, S]) commit(g *graph.Graph) {
	if s.result.link != nil {
		s.stream.commit(g, &s.result)
	}
	s.result = staged[ObjectWithStatus[I, S]]{}
}

func (s *statuses[I, S]) markSynced(g *graph.Graph) { g.MarkSynced(s.node) }

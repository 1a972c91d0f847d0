// SPDX-License-Identifier: Apache-2.0

package equals

import (
	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/files"
)

type value struct{ a int }

func (v value) Equals(o value) bool { return v == o }

type pointer struct{ a int }

func (p *pointer) Equals(o *pointer) bool { return *p == *o }

type mixed struct{ a int }

func (m mixed) Equals(o *mixed) bool { return m == *o }

type other struct{ a int }

func (o other) Equals(x any) bool { return false }

type generic[T comparable] struct{ a T }

func (g generic[T]) Equals(o generic[T]) bool { return g == o }

type embedding struct {
	value
	more int
}

type unrelated struct{}

func (u unrelated) Equals(a, b int) bool { return a == b }

func constructors(in krt.Collection[string], opts ...krt.CollectionOption) {
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) **value { return nil }, opts...)      // want `objects of type \*value are compared deeply: krt does not call their Equals, because it takes value; declare func \(\*value\) Equals\(\*value\) bool, or make it a collection of value`
	krt.NewManyCollection(in, func(ctx krt.HandlerContext, i string) []*value { return nil }, opts...) // told once
	krt.NewStaticCollection[other](nil, nil, opts...)                                                  // want `objects of type other are compared deeply: krt does not call their Equals, because it takes any; declare func \(other\) Equals\(other\) bool`
	krt.NewSingleton(func(ctx krt.HandlerContext) **generic[int] { return nil }, opts...)              // want `objects of type \*generic\[int\] are compared deeply`

	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) *value { return nil }, opts...)
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) *generic[int] { return nil }, opts...)
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) *pointer { return nil }, opts...)
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) **pointer { return nil }, opts...)
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) *mixed { return nil }, opts...)
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) **mixed { return nil }, opts...)
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) *embedding { return nil }, opts...)
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) *unrelated { return nil }, opts...)
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) *int { return nil }, opts...)
}

type status struct{}

func (s status) Equals(o status) bool { return true }

func statuses(in krt.Collection[string]) {
	krt.NewStatusCollection(in, func(ctx krt.HandlerContext, i string) (**status, *string) { return nil, nil }) // want `objects of type \*status are compared deeply`
}

type input struct{}

func (i input) Equals(o input) bool { return true }

type partOf struct{}

func (p partOf) Equals(o partOf) bool { return true }

func others(objects krt.Collection[*input], informer krt.Informer[*input]) {
	// Changes of these are told by others.
	krt.WrapClient[*input](informer)
	krt.JoinCollection([]krt.Collection[*input]{objects})
	krt.NewStaticCollection[*input](nil, nil, krt.WithEqual(func(a, b *input) bool { return true }))

	krt.BatchedEventFilter(func(i *input) *partOf { return nil }, func([]krt.Event[*input]) {}) // want `objects of type \*partOf are compared deeply`
	_ = krt.Equal(&input{}, &input{})                                                           // want `objects of type \*input are compared deeply`
}

type fromFile struct{}

func (f fromFile) Equals(o fromFile) bool { return true }

func folder(w *files.FolderWatch[string]) {
	files.NewFileCollection(w, func(s string) **fromFile { return nil }) // want `objects of type \*fromFile are compared deeply`
}

// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"errors"
	"time"

	"github.com/krtkit/krtkit/krt"
)

type thing struct{ name string }

type sources struct {
	things  krt.Collection[thing]
	static  krt.StaticCollection[thing]
	byName  krt.Index[string, thing]
	mode    krt.Singleton[string]
	wrapped wrapper
	data    krt.RecomputeProtected[*thing]
}

type wrapper struct{ krt.Collection[thing] }

func literals(s sources, opts ...krt.CollectionOption) {
	krt.NewCollection(s.things, func(ctx krt.HandlerContext, t thing) *thing {
		for _, other := range s.byName.Lookup(t.name) { // want `Lookup in a transformation is no dependency: a change of what it returns does not run the transformation again; use Fetch`
			_ = other
		}
		_ = s.things.List()                                                             // want `List in a transformation is no dependency.*; use krt.Fetch`
		_ = s.static.List()                                                             // want `List in a transformation`
		_ = s.things.ListFiltered(func(thing) bool { return true })                     // want `ListFiltered in a transformation`
		_ = s.byName.LookupFiltered(t.name, func(o thing) bool { return o.name != "" }) // want `LookupFiltered in a transformation`
		if found := s.things.GetKey(t.name); found != nil {                             // want `GetKey in a transformation.*; use krt.FetchKey`
			return found
		}
		if *s.mode.Get() == "strict" { // want `Get in a transformation.*; use krt.FetchOne`
			return nil
		}
		_ = s.wrapped.List() // want `List in a transformation`

		// These are dependencies.
		_ = krt.Fetch(ctx, s.things)
		_ = s.byName.Fetch(ctx, t.name)
		_ = s.data.Get(ctx)
		return &t
	}, opts...)

	krt.NewSingleton(func(krt.HandlerContext) *int {
		n := len(s.things.List()) // want `List in a transformation`
		return &n
	}, opts...)

	// Outside of transformations, reads are reads.
	_ = s.things.List()
	_ = s.byName.Lookup("a")
}

// helper is given the context by a transformation.
func helper(ctx krt.HandlerContext, s sources) []thing {
	return s.byName.Lookup("a") // want `Lookup in a transformation`
}

type translation struct {
	krt  krt.HandlerContext
	name string
}

func inStruct(tr translation, s sources) []thing {
	return s.byName.Lookup(tr.name) // want `Lookup in a transformation`
}

// both may be called without a context.
func both(ctx krt.HandlerContext, s sources) []thing {
	if ctx == nil {
		return s.things.List()
	}
	return krt.Fetch(ctx, s.things)
}

func nested(s sources, stored *struct{ f func() }) {
	krt.NewManyCollection(s.things, func(ctx krt.HandlerContext, t thing) []func() {
		find := func(name string) bool {
			return s.things.GetKey(name) != nil // want `GetKey in a transformation`
		}
		find(t.name)
		func() {
			_ = s.things.List() // want `List in a transformation`
		}()
		_ = errors.Join(func() error {
			_ = s.things.List() // want `List in a transformation`
			return nil
		}())

		// None of these runs as a part of the transformation.
		s.things.Register(func(krt.Event[thing]) { _ = s.things.List() })
		s.things.RegisterBatch(func([]krt.Event[thing]) { _ = s.byName.Lookup("a") }, true)
		go func() { _ = s.things.List() }()
		time.AfterFunc(time.Second, func() { _ = s.things.List() })
		stored.f = func() { _ = s.things.List() }
		return []func(){func() { _ = s.things.List() }}
	})
}

func filters(ctx krt.HandlerContext, s sources) {
	krt.Fetch(ctx, s.things, krt.FilterGeneric(func(o any) bool {
		return s.things.GetKey(o.(thing).name) != nil // want `GetKey in a function that krt keeps and calls for later changes: its answer must depend on its arguments alone; read before, and capture the result`
	}))
	krt.NewIndex(s.things, "name", func(t thing) []string {
		if *s.mode.Get() == "short" { // want `Get in a function that krt keeps`
			return nil
		}
		return []string{t.name}
	})
}

func shadowed(ctx krt.HandlerContext, s sources) {
	for _, ctx := range []string{"a"} {
		_ = s.byName.Lookup(ctx) // want `Lookup in a transformation`
	}
}

func shadowedImport(ctx krt.HandlerContext, s sources) {
	krt := s.things
	_ = krt.List() // want `List in a transformation`
}

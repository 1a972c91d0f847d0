// SPDX-License-Identifier: Apache-2.0

package stop

import (
	"context"

	"github.com/krtkit/krtkit/krt"
)

func transform(ctx krt.HandlerContext, i string) *string { return &i }

func channel(in krt.Collection[string], stop <-chan struct{}) {
	krt.NewCollection(in, transform)                                               // want `what NewCollection makes never ends, although stop is at hand: pass WithStop\(stop\)`
	krt.NewStaticCollection[string](nil, nil, krt.WithName("a"))                   // want `what NewStaticCollection makes never ends`
	krt.NewRecomputeTrigger(true)                                                  // want `what NewRecomputeTrigger makes never ends`
	krt.NewCollection(in, transform, []krt.CollectionOption{krt.WithName("a")}...) // want `what NewCollection makes never ends`

	krt.NewCollection(in, transform, krt.WithStop(stop))
	krt.NewCollection(in, transform, krt.WithStop(nil)) // as is said
	krt.NewCollection(in, transform, krt.WithName("a"), krt.WithStop(stop))
	krt.NewCollection(in, transform, []krt.CollectionOption{krt.WithStop(stop)}...)
	_ = krt.GetStop()
}

func ctx(ctx context.Context, in krt.Collection[string]) {
	krt.NewCollection(in, transform) // want `although ctx is at hand: pass WithContext\(ctx\)`
	krt.NewCollection(in, transform, krt.WithContext(ctx))
}

func builder(in krt.Collection[string], opts krt.OptionsBuilder) {
	krt.NewCollection(in, transform) // want `although opts is at hand: pass opts.With\(\)...`
	krt.NewCollection(in, transform, opts.WithName("a")...)
	krt.NewCollection(in, transform, opts.With(krt.WithName("a"))...)
}

func options(in krt.Collection[string], opts ...krt.CollectionOption) {
	krt.NewCollection(in, transform) // want `although opts is at hand: pass opts...`
	krt.NewCollection(in, transform, opts...)
	krt.NewCollection(in, transform, append(opts, krt.WithName("a"))...)
	krt.NewCollection(in, transform, own())
}

func own() krt.CollectionOption { return krt.WithStop(nil) }

type controller struct {
	in   krt.Collection[string]
	stop chan struct{}
}

func (c *controller) start() {
	krt.NewCollection(c.in, transform) // want `although c.stop is at hand`
	krt.NewCollection(c.in, transform, krt.WithStop(c.stop))
}

func literal(in krt.Collection[string], stop <-chan struct{}) func() {
	return func() {
		krt.NewCollection(in, transform) // want `although stop is at hand`
	}
}

// nothing is given anything to end a collection with.
func nothing(in krt.Collection[string], done chan<- struct{}, _ <-chan struct{}) {
	krt.NewCollection(in, transform)
}

var global = krt.NewStaticCollection[string](nil, nil)

func repeated(in krt.Collection[string]) {
	krt.NewCollection(in, func(ctx krt.HandlerContext, i string) *krt.Collection[string] {
		c := krt.NewCollection(in, transform) // want `NewCollection in a transformation makes another one at each call, and none of them ends: pass WithStop`
		return &c
	})
	in.Register(func(krt.Event[string]) {
		krt.NewStatic[string](nil, true) // want `NewStatic in a function that krt calls makes another one at each call`
	})
}

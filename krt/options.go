// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"context"
	"fmt"
)

// CollectionOption sets something about a collection when it is made. Of two
// that set the same, the later one counts. Only this package makes them.
type CollectionOption func(*collectionOptions)

type collectionOptions struct {
	name       string
	stop       <-chan struct{}
	metadata   Metadata
	debug      *DebugHandler
	augment    func(any) any
	equal      any // func(a, b T) bool
	onPanic    func(*PanicError)
	unchecked  bool
	fromString any // func(string) K
}

// WithName names the collection in messages. Names need not be unique. The
// default says what kind of collection it is and of what types.
func WithName(name string) CollectionOption {
	return func(o *collectionOptions) { o.name = name }
}

// WithStop ends the collection when the channel closes: it reads nothing any
// more, its handlers are told nothing any more, and everything that it caused in
// other collections is freed. Its objects stay readable as they were. By default
// a collection never ends.
func WithStop(stop <-chan struct{}) CollectionOption {
	return func(o *collectionOptions) { o.stop = stop }
}

// WithContext is [WithStop] for a context: the collection ends when ctx does.
func WithContext(ctx context.Context) CollectionOption { return WithStop(ctx.Done()) }

// WithDebugging shows the collection in a handler until it is stopped; nil shows it
// nowhere.
func WithDebugging(handler *DebugHandler) CollectionOption {
	return func(o *collectionOptions) { o.debug = handler }
}

// WithMetadata attaches a description to the collection, which [Collection]'s
// Metadata returns.
func WithMetadata(metadata Metadata) CollectionOption {
	return func(o *collectionOptions) { o.metadata = metadata }
}

// WithObjectAugmentation makes the filters by label, by selector and
// [FilterGeneric] look at what fn makes of an object, in place of the object. It is
// for collections of informers and derived ones. fn must be pure. What is returned,
// keys, equality and indexes are not touched. Filters by label and selector on such
// a collection look at every object.
func WithObjectAugmentation(fn func(o any) any) CollectionOption {
	return func(o *collectionOptions) { o.augment = fn }
}

// WithEqual says when two states of an object are the same, in place of [Equal]: an
// update to an equal object is no change. It counts where a collection compares: not
// for UpdateObject, Set, informers, joins without a merge and groups of an index,
// which take every update for a change. T is the type of the collection's objects; the
// collection's constructor panics if it is not. equal must be pure. It is called while
// other changes to the collection wait, and must not call the collection's methods.
func WithEqual[T any](equal func(a, b T) bool) CollectionOption {
	return func(o *collectionOptions) { o.equal = equal }
}

// equalOf returns the option WithEqual for objects of a type, or nil if there is
// none.
func equalOf[T any](o collectionOptions) func(a, b T) bool {
	if o.equal == nil {
		return nil
	}
	f, ok := o.equal.(func(a, b T) bool)
	if !ok {
		panic(fmt.Sprintf("krt: collection %q: WithEqual with a %T: it must compare objects of the collection, which are %T", o.name, o.equal, *new(T)))
	}
	return f
}

// GetStop returns the stop channel that the options carry. If they carry none, it
// is a new channel that never closes.
func GetStop(opts ...CollectionOption) <-chan struct{} {
	if o := buildOptions("", opts); o.stop != nil {
		return o.stop
	}
	return make(chan struct{})
}

func buildOptions(defaultName string, opts []CollectionOption) collectionOptions {
	var o collectionOptions
	for _, opt := range opts {
		opt(&o)
	}
	if o.name == "" {
		o.name = defaultName
	}
	return o
}

// BuilderOption makes a builder of an option.
type BuilderOption func(opt CollectionOption) OptionsBuilder

// OptionsBuilder makes the options of collections that belong together. It is a
// value: copies are independent. The zero value gives names only.
type OptionsBuilder struct {
	prefix string
	stop   <-chan struct{}
	debug  *DebugHandler
}

// NewOptionsBuilder returns a builder of options for collections that end with
// stop, whose names begin with namePrefix and a slash, and that debugger shows. Each
// of them may be zero, for none.
func NewOptionsBuilder(stop <-chan struct{}, namePrefix string, debugger *DebugHandler) OptionsBuilder {
	return OptionsBuilder{prefix: namePrefix, stop: stop, debug: debugger}
}

// WithName returns the options of a collection with the name, below the builder's
// prefix.
func (k OptionsBuilder) WithName(n string) []CollectionOption {
	if k.prefix != "" {
		n = k.prefix + "/" + n
	}
	return k.With(WithName(n))
}

// With returns the builder's options followed by opts. A name among them is taken as
// it is, without the prefix.
func (k OptionsBuilder) With(opts ...CollectionOption) []CollectionOption {
	return append([]CollectionOption{WithDebugging(k.debug), WithStop(k.stop)}, opts...)
}

// Stop returns the channel that the builder was made with; it may be nil.
func (k OptionsBuilder) Stop() <-chan struct{} { return k.stop }

// Debugger returns the handler that the builder was made with; it may be nil.
func (k OptionsBuilder) Debugger() *DebugHandler { return k.debug }

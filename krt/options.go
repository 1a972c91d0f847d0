// SPDX-License-Identifier: Apache-2.0

package krt

// CollectionOption sets something about a collection when it is made. Of two
// that set the same, the later one counts. Only this package makes them.
type CollectionOption func(*collectionOptions)

type collectionOptions struct {
	name     string
	stop     <-chan struct{}
	metadata Metadata
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

// WithMetadata attaches a description to the collection, which [Collection]'s
// Metadata returns.
func WithMetadata(metadata Metadata) CollectionOption {
	return func(o *collectionOptions) { o.metadata = metadata }
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

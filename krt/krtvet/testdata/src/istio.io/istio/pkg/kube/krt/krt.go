// SPDX-License-Identifier: Apache-2.0

// Package krt has some signatures that are known of Istio's: it has no FetchKey and no
// WithContext.
package krt

type (
	FetchOption      func(*dependency)
	CollectionOption func(*collectionOptions)

	dependency        struct{}
	collectionOptions struct{}
)

type HandlerContext interface{ DiscardResult() }

type Collection[T any] interface {
	GetKey(k string) *T
	List() []T
}

type Index[K comparable, O any] interface {
	Lookup(k K) []O
	Fetch(ctx HandlerContext, key K, opts ...FetchOption) []O
}

func WithStop(stop <-chan struct{}) CollectionOption { return nil }
func FilterKey(k string) FetchOption                 { return nil }
func FilterGeneric(f func(any) bool) FetchOption     { return nil }

func Fetch[T any](ctx HandlerContext, cc Collection[T], opts ...FetchOption) []T  { return nil }
func FetchOne[T any](ctx HandlerContext, c Collection[T], opts ...FetchOption) *T { return nil }

func NewCollection[I, O any](c Collection[I], hf func(ctx HandlerContext, i I) *O, opts ...CollectionOption) Collection[O] {
	return nil
}

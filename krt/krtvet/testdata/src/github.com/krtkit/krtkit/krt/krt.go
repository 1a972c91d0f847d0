// SPDX-License-Identifier: Apache-2.0

// Package krt has the signatures of the real one that the checks know, and nothing
// else. A test compares them.
package krt

import "context"

type (
	EventType        int
	Metadata         map[string]any
	FetchOption      func(*dependency)
	CollectionOption func(*collectionOptions)

	dependency        struct{}
	collectionOptions struct{}

	TransformationEmpty[T any]                    func(ctx HandlerContext) *T
	TransformationEmptyToMulti[T any]             func(ctx HandlerContext) []T
	TransformationSingle[I, O any]                func(ctx HandlerContext, i I) *O
	TransformationMulti[I, O any]                 func(ctx HandlerContext, i I) []O
	TransformationSingleStatus[I, IStatus, O any] func(ctx HandlerContext, i I) (*IStatus, *O)
	TransformationMultiStatus[I, IStatus, O any]  func(ctx HandlerContext, i I) (*IStatus, []O)
	StatusCollection[I, IStatus any]              = Collection[ObjectWithStatus[I, IStatus]]
	IndexCollection[K comparable, O any]          = Collection[IndexObject[K, O]]
)

type Syncer interface {
	HasSynced() bool
	WaitUntilSynced(stop <-chan struct{}) bool
}

type HandlerRegistration interface {
	Syncer
	UnregisterHandler()
}

type Event[T any] struct {
	Old, New *T
	Event    EventType
}

func (e Event[T]) Items() []T { return nil }
func (e Event[T]) Latest() T  { return *e.New }

type EventStream[T any] interface {
	Syncer
	Register(f func(o Event[T])) HandlerRegistration
	RegisterBatch(f func(o []Event[T]), runExistingState bool) HandlerRegistration
}

type Collection[T any] interface {
	EventStream[T]
	GetKey(k string) *T
	List() []T
	ListFiltered(filter func(T) bool) []T
	Metadata() Metadata
}

type Singleton[T any] interface {
	Get() *T
	Register(f func(o Event[T])) HandlerRegistration
	AsCollection() Collection[T]
	Metadata() Metadata
}

type StaticSingleton[T any] interface {
	Singleton[T]
	Set(*T)
	MarkSynced()
}

type Index[K comparable, O any] interface {
	Lookup(k K) []O
	LookupFiltered(k K, filter func(O) bool) []O
	Fetch(ctx HandlerContext, k K, opts ...FetchOption) []O
	AsCollection(opts ...CollectionOption) IndexCollection[K, O]
}

type HandlerContext interface{ DiscardResult() }

type StaticCollection[T any] struct{ *stream[T] }

type stream[T any] struct{}

func (*stream[T]) GetKey(k string) *T                              { return nil }
func (*stream[T]) List() []T                                       { return nil }
func (*stream[T]) ListFiltered(filter func(T) bool) []T            { return nil }
func (*stream[T]) Metadata() Metadata                              { return nil }
func (*stream[T]) HasSynced() bool                                 { return true }
func (*stream[T]) WaitUntilSynced(stop <-chan struct{}) bool       { return true }
func (*stream[T]) Register(f func(o Event[T])) HandlerRegistration { return nil }
func (*stream[T]) RegisterBatch(f func(o []Event[T]), runExistingState bool) HandlerRegistration {
	return nil
}

func (s StaticCollection[T]) UpdateObject(obj T)                    {}
func (s StaticCollection[T]) DeleteObjects(filter func(obj T) bool) {}
func (s StaticCollection[T]) Reset(newState []T)                    {}

type RecomputeTrigger struct{}

type RecomputeProtected[T any] struct{ data *T }

func (c RecomputeProtected[T]) Get(ctx HandlerContext) T { return *c.data }
func (c RecomputeProtected[T]) Modify(fn func(*T))       {}

type ObjectWithStatus[I, IStatus any] struct {
	Obj    I
	Status IStatus
}

func (c ObjectWithStatus[I, IStatus]) Equals(o ObjectWithStatus[I, IStatus]) bool { return true }

type IndexObject[K comparable, O any] struct {
	Key     K
	Objects []O
}

type ObjectWithCluster[T any] struct{ Object *T }

func (o *ObjectWithCluster[T]) Equals(o2 *ObjectWithCluster[T]) bool { return true }

type DebugHandler struct{}

type OptionsBuilder struct{}

func NewOptionsBuilder(stop <-chan struct{}, namePrefix string, debugger *DebugHandler) OptionsBuilder {
	return OptionsBuilder{}
}
func (k OptionsBuilder) WithName(n string) []CollectionOption             { return nil }
func (k OptionsBuilder) With(opts ...CollectionOption) []CollectionOption { return nil }
func (k OptionsBuilder) Stop() <-chan struct{}                            { return nil }

type Informer[I any] interface {
	Subscribe(change func(old, new I), synced func()) (unsubscribe func())
}

func WithName(name string) CollectionOption                      { return nil }
func WithStop(stop <-chan struct{}) CollectionOption             { return nil }
func WithContext(ctx context.Context) CollectionOption           { return nil }
func WithMetadata(metadata Metadata) CollectionOption            { return nil }
func WithEqual[T any](equal func(a, b T) bool) CollectionOption  { return nil }
func WithObjectAugmentation(fn func(o any) any) CollectionOption { return nil }
func GetStop(opts ...CollectionOption) <-chan struct{}           { return nil }

func NewCollection[I, O any](c Collection[I], hf TransformationSingle[I, O], opts ...CollectionOption) Collection[O] {
	return nil
}

func NewManyCollection[I, O any](c Collection[I], hf TransformationMulti[I, O], opts ...CollectionOption) Collection[O] {
	return nil
}

func NewStatusCollection[I, IStatus, O any](c Collection[I], hf TransformationSingleStatus[I, IStatus, O], opts ...CollectionOption) (Collection[ObjectWithStatus[I, IStatus]], Collection[O]) {
	return nil, nil
}

func NewStatusManyCollection[I, IStatus, O any](c Collection[I], hf TransformationMultiStatus[I, IStatus, O], opts ...CollectionOption) (Collection[ObjectWithStatus[I, IStatus]], Collection[O]) {
	return nil, nil
}
func NewSingleton[O any](hf TransformationEmpty[O], opts ...CollectionOption) Singleton[O] {
	return nil
}
func NewStatic[T any](initial *T, startSynced bool, opts ...CollectionOption) StaticSingleton[T] {
	return nil
}
func NewManyFromNothing[O any](hf TransformationEmptyToMulti[O], opts ...CollectionOption) Collection[O] {
	return nil
}

func NewStaticCollection[T any](synced Syncer, vals []T, opts ...CollectionOption) StaticCollection[T] {
	return StaticCollection[T]{}
}
func WrapClient[I comparable](c Informer[I], opts ...CollectionOption) Collection[I]   { return nil }
func JoinCollection[T any](cs []Collection[T], opts ...CollectionOption) Collection[T] { return nil }
func JoinWithMergeCollection[T any](cs []Collection[T], merge func(ts []T) *T, opts ...CollectionOption) Collection[T] {
	return nil
}

func NestedJoinWithMergeCollection[T any](collections Collection[Collection[T]], merge func(ts []T) *T, opts ...CollectionOption) Collection[T] {
	return nil
}

func MapCollection[T, U any](collection Collection[T], mapFunc func(T) U, opts ...CollectionOption) Collection[U] {
	return nil
}
func NewRecomputeTrigger(startSynced bool, opts ...CollectionOption) *RecomputeTrigger { return nil }
func NewRecomputeProtected[T any](initialData T, startSynced bool, opts ...CollectionOption) RecomputeProtected[T] {
	return RecomputeProtected[T]{}
}

func NewIndex[K comparable, O any](c Collection[O], name string, extract func(o O) []K) Index[K, O] {
	return nil
}
func UnnamedIndex[K comparable, O any](c Collection[O], extract func(o O) []K) Index[K, O] {
	return nil
}

func Equal[O any](a, b O) bool { return false }
func BatchedEventFilter[I, O any](cf func(a I) O, handler func(events []Event[I])) func(o []Event[I]) {
	return nil
}

func Fetch[T any](ctx HandlerContext, cc Collection[T], opts ...FetchOption) []T       { return nil }
func FetchOne[T any](ctx HandlerContext, c Collection[T], opts ...FetchOption) *T      { return nil }
func FetchKey[T any](ctx HandlerContext, c Collection[T], key string) *T               { return nil }
func FetchOrList[T any](ctx HandlerContext, cc Collection[T], opts ...FetchOption) []T { return nil }
func FetchIndexObjects[K comparable, O any](ctx HandlerContext, index IndexCollection[K, O], name K) []O {
	return nil
}

func PartialFetch[T, S any](ctx HandlerContext, cc Collection[T], xfm func(T) S, equality func(S, S) bool, opts ...FetchOption) []S {
	return nil
}

func PartialFetchComparable[T any, S comparable](ctx HandlerContext, cc Collection[T], xfm func(T) S, opts ...FetchOption) []S {
	return nil
}

func FilterKey(k string) FetchOption                           { return nil }
func FilterGeneric(f func(any) bool) FetchOption               { return nil }
func FilterLabel(lbls map[string]string) FetchOption           { return nil }
func FilterSelects(lbls map[string]string) FetchOption         { return nil }
func FilterSelectsNonEmpty(lbls map[string]string) FetchOption { return nil }

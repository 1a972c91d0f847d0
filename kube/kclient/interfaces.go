// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	apitypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// Untyped is an informer of objects whose Go type is not known where it is used.
type Untyped = Informer[controllers.Object]

// Filter says which objects a client sees, and in what shape.
type Filter = kubetypes.Filter

// Reader reads objects from a cache. It may be used at any time, in handlers too;
// before the cache is filled it finds nothing. What it returns is shared and must
// not be changed.
type Reader[T controllers.Object] interface {
	// Get returns an object, the zero T if there is none that passes the filter. A
	// name that is joined with its namespace, as in "shop/cart", needs no namespace.
	Get(name, namespace string) T
	// List returns the objects of a namespace, or of all for metav1.NamespaceAll,
	// that match the selector and pass the filter; nil if there are none. They have
	// no order, and the slice is the caller's. A label that a cache of more than a few
	// hundred objects is listed by again has an index from then on.
	List(namespace string, selector klabels.Selector) []T
}

// Informer reads objects from a cache and says when they change.
type Informer[T controllers.Object] interface {
	Reader[T]
	Lifecycle

	// ListUnfiltered is List without the client's object filter.
	ListUnfiltered(namespace string, selector klabels.Selector) []T
	// AddEventHandler has a handler called for every object that passes the filter
	// and for every change. If the informer has stopped, it is never called, and
	// the registration never synced. It does not block.
	AddEventHandler(h cache.ResourceEventHandler) cache.ResourceEventHandlerRegistration
	// ShutdownHandlers ends all handlers that were added through this client. No
	// call begins afterwards. It does not wait for calls that are under way.
	ShutdownHandlers()
	// ShutdownHandler ends one handler. Registrations of others are ignored.
	ShutdownHandler(registration cache.ResourceEventHandlerRegistration)
	// Index makes an index of the objects by the keys that extract returns for them,
	// and keeps it current. It can be made at any time. Each call makes a new index,
	// which this client alone can look things up in; the name only describes it.
	// extract must not call back into the client.
	Index(name string, extract func(o T) []string) RawIndexer
	// Subscribe calls change for the objects that are present and for every change,
	// and synced once, as krt.Informer describes it. ShutdownHandlers ends it too.
	Subscribe(change func(old, obj T), synced func()) (unsubscribe func())
}

// Lifecycle is the beginning and the end of an informer.
type Lifecycle interface {
	// Start starts this informer, which others may share, unless it runs. It does
	// not wait. Most programs use kube.Client's RunAndWait for all informers.
	Start(stop <-chan struct{})
	// HasSynced reports whether the cache is complete and every handler that was
	// added through this client has returned from its initial objects.
	HasSynced() bool
	// HasSyncedIgnoringHandlers reports whether the cache is complete.
	HasSyncedIgnoringHandlers() bool
	// State returns what the cache is doing.
	State() State
	// WaitFor waits until the cache shows this resource version or a newer one: after a
	// write, give it the version of the answer, and reads see what was written, or
	// something newer. Handlers may hear of it later. A write that concerns nothing that
	// is cached, as the server's selectors have it, counts too: what shows it then is the
	// next change, or the server's bookmark, which comes about once a minute, so that the
	// context should have a deadline. The error is that of the context, or says that the
	// informer has stopped or that the version is none of this resource's API server.
	WaitFor(ctx context.Context, resourceVersion string) error
	// Close ends the client's handlers and indexes and gives up its share of the
	// cache, which stops with its last user. It does not wait for handlers. It may
	// be called more than once.
	Close()
}

// RawIndexer finds objects by the keys of an index.
type RawIndexer interface {
	// Lookup returns the objects under the key that pass the client's filter now,
	// ordered by namespace and name; nil if there are none.
	Lookup(key string) []any
}

// Writer changes objects on the API server. All methods wait for its answer and
// return the object as the server has it; errors are the server's own, for
// apierrors.IsNotFound and the like. The cache follows later.
type Writer[T controllers.Object] interface {
	// Create creates the object in the namespace that it names.
	Create(object T) (T, error)
	// Update replaces the object. If it names a resource version that is no longer
	// current, the error is a conflict.
	Update(object T) (T, error)
	// UpdateStatus replaces the status of the object and nothing else.
	UpdateStatus(object T) (T, error)
	// Patch changes the object.
	Patch(name, namespace string, pt apitypes.PatchType, data []byte) (T, error)
	// PatchStatus changes the status of the object.
	PatchStatus(name, namespace string, pt apitypes.PatchType, data []byte) (T, error)
	// ApplyStatus applies a configuration to the status on the server side, taking
	// over fields of other managers.
	ApplyStatus(name, namespace string, pt apitypes.PatchType, data []byte, fieldManager string) (T, error)
	// Delete deletes the object.
	Delete(name, namespace string) error
}

// WriterCtx is a [Writer] with contexts and options.
type WriterCtx[T controllers.Object] interface {
	// CreateCtx creates the object in the namespace that it names.
	CreateCtx(ctx context.Context, object T, opts ...WriteOption) (T, error)
	// UpdateCtx replaces the object. If it names a resource version that is no longer
	// current, the error is a conflict.
	UpdateCtx(ctx context.Context, object T, opts ...WriteOption) (T, error)
	// PatchCtx changes the object.
	PatchCtx(ctx context.Context, name, namespace string, pt apitypes.PatchType, data []byte, opts ...WriteOption) (T, error)
	// ApplyCtx has the server make the object, or bring what its owner wants of it, to
	// what is in object, and remove what the owner no longer wants (server-side apply).
	// It needs a [FieldOwner]. All that the object's JSON encoding has is wanted, zero
	// values of fields that are never omitted too, but not what is null, not the status
	// and not the metadata that the server decides; with Subresource("status") nothing
	// but the status is. A UID or resource version that object names is a precondition.
	// A field of another owner with another value is a conflict, unless [Force] is given.
	ApplyCtx(ctx context.Context, object T, opts ...WriteOption) (T, error)
	// ApplyConfigCtx is ApplyCtx for whatever encodes as the part of an object that its
	// owner wants, and is sent as it is: one of client-go's apply configurations,
	// *unstructured.Unstructured, a map. An apiVersion and kind that are missing are
	// those of T; others are an error.
	ApplyConfigCtx(ctx context.Context, configuration any, opts ...WriteOption) (T, error)
	// DeleteCtx deletes the object.
	DeleteCtx(ctx context.Context, name, namespace string, opts ...WriteOption) error
	// DeleteCollectionCtx deletes the objects of a namespace, or of all for
	// metav1.NamespaceAll, that which selects.
	DeleteCollectionCtx(ctx context.Context, namespace string, which metav1.ListOptions, opts ...WriteOption) error
}

// LiveReader reads from the API server. The objects are the caller's.
type LiveReader[T controllers.Object] interface {
	// GetLive returns the object. If there is none, the error is the server's NotFound.
	GetLive(ctx context.Context, name, namespace string) (T, error)
	// ListLive returns the objects of a namespace, or of all for metav1.NamespaceAll,
	// that the options select: all of them, or a page of opts.Limit. [AllLive] asks for
	// one page after the other.
	ListLive(ctx context.Context, namespace string, opts metav1.ListOptions) (Page[T], error)
}

// SubresourceClient reads and writes subresources that have a kind of their own: scale,
// eviction, token and the like. Body and answer are of these kinds; answer, to which the
// server's answer is decoded, may be nil.
type SubresourceClient interface {
	// GetSubresource reads it.
	GetSubresource(ctx context.Context, name, namespace, subresource string, answer runtime.Object) error
	// CreateSubresource creates it: evicts a pod, asks for a token.
	CreateSubresource(
		ctx context.Context, name, namespace, subresource string, body, answer runtime.Object, opts ...WriteOption,
	) error
	// UpdateSubresource replaces it. Preconditions are those that body names.
	UpdateSubresource(
		ctx context.Context, name, namespace, subresource string, body, answer runtime.Object, opts ...WriteOption,
	) error
	// PatchSubresource changes it.
	PatchSubresource(
		ctx context.Context, name, namespace, subresource string, pt apitypes.PatchType, data []byte,
		answer runtime.Object, opts ...WriteOption,
	) error
}

// DirectClient reads and writes objects of one type on the API server, without a cache.
type DirectClient[T controllers.Object] interface {
	Writer[T]
	WriterCtx[T]
	LiveReader[T]
	SubresourceClient
}

// Patcher is a [Writer] whose type is not known where it is used.
type Patcher interface {
	Patch(name, namespace string, pt apitypes.PatchType, data []byte) error
	PatchStatus(name, namespace string, pt apitypes.PatchType, data []byte) error
	ApplyStatus(name, namespace string, pt apitypes.PatchType, data []byte, fieldManager string) error
}

// ReadWriter reads from a cache and writes to the API server.
type ReadWriter[T controllers.Object] interface {
	Reader[T]
	Writer[T]
}

// Client is a cached reader and a writer of objects of one type.
type Client[T controllers.Object] interface {
	Reader[T]
	DirectClient[T]
	Informer[T]
}

// A client is what krt wraps.
var _ krt.Informer[controllers.Object] = Client[controllers.Object](nil)

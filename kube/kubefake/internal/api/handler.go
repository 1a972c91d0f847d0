// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilversion "k8s.io/apimachinery/pkg/util/version"

	"github.com/krtkit/krtkit/kube/kubefake/internal/ownership"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

// Handler answers requests. Its methods are safe for concurrent use.
type Handler struct {
	store    *store.Store
	registry *resource.Registry
	owners   ownership.Owners
	version  atomic.Pointer[utilversion.Version] // nil for that of resource

	// definitions is held while a CustomResourceDefinition is written, so that what is served and what is stored agree.
	definitions sync.Mutex

	garbage sync.Mutex
	paused  int // guarded by garbage: how many want no garbage collection
}

// NewHandler returns a handler with the namespaces that every cluster has.
func NewHandler() *Handler {
	h := &Handler{store: store.New(), registry: resource.NewRegistry()}
	for _, name := range []string{"default", "kube-node-lease", "kube-public", "kube-system"} {
		if err := h.ensureNamespace(name); err != nil {
			// Nothing is there yet that could be in the way of these names.
			panic(fmt.Sprintf("kubefake: namespace %q: %v", name, err))
		}
	}
	return h
}

// Store returns where the objects are.
func (h *Handler) Store() *store.Store { return h.store }

// Handle answers a request. The response's stream, if there is one, belongs to the caller.
func (h *Handler) Handle(req *http.Request) (resp *Response) {
	defer func() {
		if p := recover(); p != nil {
			logPanic(req, p)
			resp = errorResponse(apierrors.NewInternalError(fmt.Errorf("kubefake: panic while answering %s %s: %v", req.Method, req.URL.Path, p)))
		}
	}()
	resp, err := h.route(req)
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		h.collect()
	}
	if err != nil {
		return errorResponse(err)
	}
	if stream := resp.Stream; stream != nil {
		resp.Stream = func(ctx context.Context, w io.Writer, pace Pace) error {
			defer func() {
				if p := recover(); p != nil {
					logPanic(req, p)
				}
			}()
			return stream(ctx, w, pace)
		}
	}
	return resp
}

// logPanic tells of a mistake of this package's that would otherwise end the process.
func logPanic(req *http.Request, p any) {
	slog.Default().Error("kubefake: panic while answering a request",
		"scope", "kubefake", "method", req.Method, "path", req.URL.Path, "panic", p, "stack", string(debug.Stack()))
}

func (h *Handler) route(req *http.Request) (*Response, error) {
	parts, ok := splitPath(req.URL)
	if !ok {
		return notFound(), nil
	}
	switch {
	case len(parts) >= 3 && parts[0] == "api" && parts[1] == "v1":
		return h.resource(req, schema.GroupVersion{Version: "v1"}, parts[2:])
	case len(parts) >= 4 && parts[0] == "apis":
		return h.resource(req, schema.GroupVersion{Group: parts[1], Version: parts[2]}, parts[3:])
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return notFound(), nil
	}
	return h.document(req, parts)
}

func notFound() *Response { return textResponse(http.StatusNotFound, "404 page not found\n") }

// resource answers a request for a resource.
func (h *Handler) resource(req *http.Request, gv schema.GroupVersion, parts []string) (*Response, error) {
	t, ok := parseTarget(gv, parts)
	if !ok {
		return notFound(), nil
	}
	info, ok := h.registry.Lookup(t.gvr)
	if !ok || t.namespace != "" && !info.Namespaced {
		return notFound(), nil
	}
	r := &request{target: t, http: req, query: req.URL.Query(), info: info, table: h.store.Table(info.Storage)}
	out, err := negotiate(req.Header.Get("Accept"), info.Kind.Typed)
	if err != nil {
		return nil, err
	}
	r.out = out
	switch {
	case info.Review():
		return h.review(r)
	case t.subresource == "status" && info.HasStatus:
	case t.subresource != "":
		return h.subresource(r)
	case t.name == "":
		return h.collection(r)
	case info.Namespaced && t.namespace == "":
		return notFound(), nil
	}
	return h.item(r)
}

func (h *Handler) collection(r *request) (*Response, error) {
	verb := collectionVerb(r.http.Method)
	if !r.info.Allows(verb) || verb != "list" && r.info.Namespaced && r.namespace == "" {
		return nil, notAllowed(r)
	}
	switch verb {
	case "create":
		return h.create(r)
	case "deletecollection":
		return h.deleteCollection(r)
	}
	if r.flag("watch") && r.http.Method == http.MethodGet {
		return h.watch(r)
	}
	return h.list(r)
}

func (h *Handler) item(r *request) (*Response, error) {
	verb := itemVerb(r.http.Method)
	if !r.info.Allows(verb) || verb == "delete" && r.subresource != "" {
		return nil, notAllowed(r)
	}
	switch verb {
	case "update":
		return h.update(r)
	case "patch":
		return h.patch(r)
	case "delete":
		return h.delete(r)
	}
	if r.flag("watch") && r.subresource == "" && r.http.Method == http.MethodGet {
		return h.watch(r)
	}
	return h.get(r)
}

func notAllowed(r *request) error {
	return apierrors.NewMethodNotSupported(r.groupResource(), strings.ToLower(r.http.Method))
}

// refusal translates why the store refused something.
func (h *Handler) refusal(r *request, name string, err error) error {
	gr := r.groupResource()
	switch {
	case errors.Is(err, store.ErrExists):
		return apierrors.NewAlreadyExists(gr, name)
	case errors.Is(err, store.ErrMissing), errors.Is(err, store.ErrClosed):
		return apierrors.NewNotFound(gr, name)
	case errors.Is(err, store.ErrStale):
		return conflict(gr, name)
	case errors.Is(err, store.ErrNoNamespace):
		return apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, r.namespace)
	case errors.Is(err, store.ErrNamespaceEnding):
		return namespaceEnding(gr, name, r.namespace)
	}
	return err
}

func (h *Handler) now() time.Time { return time.Now() }

// SPDX-License-Identifier: Apache-2.0

package kubefake

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	utilversion "k8s.io/apimachinery/pkg/util/version"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube/kubefake/internal/api"
)

// Server is an API server in the process. Its methods are safe for concurrent use.
type Server struct {
	handler *api.Handler
	// ctx ends with the server, and with it all watches.
	ctx context.Context //nolint:containedctx // it is the server's life, not a request's
	end context.CancelFunc

	faults  faultSet
	watches openWatches

	mu        sync.Mutex
	closed    bool           // guarded by mu
	listeners []*http.Server // guarded by mu
	running   sync.WaitGroup // added to under mu while not closed
}

// NewServer returns a server that holds copies of the objects, in the order that they need: CustomResourceDefinitions
// first, then namespaces, then the rest. Objects without a namespace go to "default"; namespaces that are missing are
// created. What the objects say of themselves is kept: status, uid, creationTimestamp, deletionTimestamp; the
// resourceVersion is the server's.
//
// It panics when an object cannot be stored: a kind that is neither built in nor defined by one of the
// CustomResourceDefinitions, an invalid name, the same object twice. The server starts no goroutine before it is used;
// [Server.Close] ends what it started.
func NewServer(objects ...runtime.Object) *Server {
	ctx, end := context.WithCancel(context.Background())
	s := &Server{handler: api.NewHandler(), ctx: ctx, end: end}
	for _, obj := range inOrder(objects) {
		switch err := s.handler.Add(obj); {
		case apierrors.IsAlreadyExists(err):
			panic(fmt.Sprintf("kubefake.NewServer: %T %s is given twice: remove one", obj, nameOf(obj)))
		case err != nil:
			panic(fmt.Sprintf("kubefake.NewServer: %v", err))
		}
	}
	return s
}

// inOrder returns definitions first, then namespaces, then the rest.
func inOrder(objects []runtime.Object) []runtime.Object {
	rank := func(obj runtime.Object) int {
		switch kindOf(obj) {
		case "CustomResourceDefinition":
			return 0
		case "Namespace":
			return 1
		}
		return 2
	}
	out := slices.Clone(objects)
	slices.SortStableFunc(out, func(a, b runtime.Object) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

// Put stores copies of the objects as they are, status included, each in the place of the present one if there is one:
// what a manifest loader or a test that plays the kubelet wants, and no client of a real server can do. Missing
// namespaces are created. An object that is stored already as it is causes no event. The first object that cannot be
// stored ends it with an error; those before it stay.
func (s *Server) Put(objects ...runtime.Object) error {
	for _, obj := range inOrder(objects) {
		if err := s.handler.Put(obj); err != nil {
			return fmt.Errorf("kubefake: %w", err)
		}
	}
	return nil
}

// Compact makes the server forget what it was before: a watch or a continued list from an earlier resourceVersion
// answers 410 Gone, as on a real server after some minutes. Watches that are up to date go on.
func (s *Server) Compact() { s.handler.Store().Compact() }

// SetVersion changes the version that the server says it has, such as "1.30" or "v1.30.2"; what it does stays the same.
// It panics if that is no version.
func (s *Server) SetVersion(version string) {
	v, err := utilversion.ParseGeneric(version)
	if err != nil {
		panic(fmt.Sprintf("kubefake.Server.SetVersion(%q): %v; write it like 1.30 or v1.30.2", version, err))
	}
	s.handler.SetVersion(v)
}

// PauseGarbageCollection leaves objects whose owners are gone, and owners that wait for their dependents, where they are
// until the returned function is called, as if the cluster's garbage collector were slow. That function may be called more
// than once; it returns when nothing is left to collect, unless others pause it too.
func (s *Server) PauseGarbageCollection() (resume func()) { return s.handler.PauseCollection() }

// RESTConfig returns a new configuration for clients of the server, without rate limits. Its host is a name only:
// requests go through [Server.Transport].
func (s *Server) RESTConfig() *rest.Config {
	return &rest.Config{Host: "http://kubefake", Transport: s.Transport(), QPS: -1}
}

// ServeHTTP answers a request, so that the server is an [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if !s.begin() {
		http.Error(w, errClosed.Error(), http.StatusServiceUnavailable)
		return
	}
	defer s.running.Done()
	resp, watch, err := s.answer(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), resp.Header)
	if resp.Stream == nil {
		w.Header().Set("Content-Length", strconv.FormatInt(resp.Size(), 10))
	}
	w.WriteHeader(resp.Code)
	if resp.Stream == nil {
		for _, chunk := range resp.Body {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
		return
	}
	defer watch.close()
	out := flushing{w, http.NewResponseController(w)}
	if out.rc.Flush() != nil {
		// What is written would not reach the client before the end, so this is the end.
		watch.close()
	}
	stopWithServer := afterwards(s.ctx, watch.close) //nolint:contextcheck // the server's life, besides the request's
	defer stopWithServer()
	//nolint:contextcheck // it is made of the request's
	if resp.Stream(watch.ctx, out, watch) != nil || watch.isCut() {
		panic(http.ErrAbortHandler)
	}
}

// flushing hands on what is written at once.
type flushing struct {
	w  io.Writer
	rc *http.ResponseController
}

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err != nil {
		return n, err
	}
	return n, f.rc.Flush()
}

// begin registers something that Close must wait for. It is false when the server is closed.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Add(1)
	return true
}

// Close ends all watches and listeners and waits until no goroutine of the server is left. Requests afterwards fail as if
// nothing listened. It may be called more than once.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	listeners := s.listeners
	s.listeners = nil
	s.mu.Unlock()
	s.end()
	for _, l := range listeners {
		// What clients still send or do not read is not worth waiting for.
		_ = l.Close()
	}
	s.running.Wait()
}

func kindOf(obj runtime.Object) string {
	if kind := obj.GetObjectKind().GroupVersionKind().Kind; kind != "" {
		return kind
	}
	kinds, _, err := scheme.Scheme.ObjectKinds(obj)
	if err != nil || len(kinds) == 0 {
		return ""
	}
	return kinds[0].Kind
}

func nameOf(obj runtime.Object) string {
	accessor, err := meta.Accessor(obj)
	if err != nil {
		return "without a name"
	}
	return strconv.Quote(accessor.GetNamespace() + "/" + accessor.GetName())
}

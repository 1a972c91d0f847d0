// SPDX-License-Identifier: Apache-2.0

package crd

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/informerfactory"
	"github.com/krtkit/krtkit/kube/internal/informer"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

const (
	// askAgain is how long an answer of the API server about a resource without a
	// definition stands.
	askAgain = time.Minute
	// answerWithin is how long one may take.
	answerWithin = 10 * time.Second
)

// Config says where a [Watcher] looks.
type Config struct {
	// Definitions is an informer of definitions that has not started. The watcher
	// starts it when somebody asks for a resource.
	Definitions *informer.Shared
	// Resource is theirs.
	Resource schema.GroupVersionResource
	// Served asks the API server whether it serves a resource.
	Served func(ctx context.Context, gvr schema.GroupVersionResource) (bool, error)
	// Filters say which definitions count. All must say so.
	Filters []func(*metav1.PartialObjectMetadata) bool
	// Logger is where it is said what cannot be found out.
	Logger *slog.Logger
}

// Watcher implements kubetypes.CrdWatcher.
type Watcher struct {
	config  Config
	calls   serial
	synced  chan struct{} // closed when what was asked for is known and told
	ended   chan struct{} // closed when nothing is told any more
	wake    chan struct{} // has something in it if there is something to ask the server
	workers sync.WaitGroup

	mu          sync.Mutex
	stop        <-chan struct{} // that Run was called with
	running     bool
	wanted      bool      // somebody has asked for a resource
	since       time.Time // when the state was reached that NotReady tells
	listed      bool      // the definitions are known, or known to be out of reach
	syncing     bool      // synced is closed, or about to be
	definitions map[string]seen
	resources   map[schema.GroupVersionResource]*resource
}

var _ kubetypes.CrdWatcher = (*Watcher)(nil)

// seen is a definition, and whether it passes the filters.
type seen struct {
	*Definition

	passes bool
}

// resource is what is known of a resource that is followed.
type resource struct {
	gvr       schema.GroupVersionResource
	asking    bool // the server is being asked, and no definition was seen since
	answered  bool // the server was asked, as there is no definition
	answer    bool
	known     bool // served is known, and followers are told
	served    bool
	followers []*follower
}

// follower is a function that is to be told.
type follower struct {
	tell func(served bool, stop <-chan struct{})
	gone bool // guarded by the watcher's lock
}

// New returns a watcher that does nothing yet.
func New(config Config) *Watcher {
	return &Watcher{
		config:      config,
		synced:      make(chan struct{}),
		ended:       make(chan struct{}),
		wake:        make(chan struct{}, 1),
		definitions: map[string]seen{},
		resources:   map[schema.GroupVersionResource]*resource{},
	}
}

// Start is Run without waiting.
func (w *Watcher) Start(stop <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.running {
		w.running, w.stop, w.since = true, stop, time.Now()
		w.begin()
	}
}

// Run implements kubetypes.CrdWatcher.
func (w *Watcher) Run(stop <-chan struct{}) {
	w.mu.Lock()
	again := w.running
	w.mu.Unlock()
	if again {
		return
	}
	w.Start(stop)
	<-stop
	w.Wait()
}

// Wait waits until nothing is watched or told any more, once the stop channel is closed.
func (w *Watcher) Wait() {
	w.workers.Wait()
	w.calls.wait()
}

// begin begins to watch if there is somebody who wants that. The lock is held.
func (w *Watcher) begin() {
	if !w.running || !w.wanted {
		return
	}
	if isClosed(w.stop) {
		close(w.ended)
		return
	}
	ctx := wait.ContextForChannel(w.stop)
	definitions := w.config.Definitions
	if err := definitions.SetWatchErrorHandlerWithContext(func(_ context.Context, _ *cache.Reflector, err error) {
		w.cannotList(err)
	}); err != nil {
		w.config.Logger.Error("definitions of resources cannot be watched", "error", err)
	}
	informer.NewView(definitions, nil, nil).Subscribe(w.definitionChanged, w.definitionsListed)
	w.workers.Go(func() { definitions.RunWithContext(ctx) })
	w.workers.Go(func() { w.ask(ctx) })
	w.workers.Go(func() {
		<-ctx.Done()
		w.mu.Lock()
		defer w.mu.Unlock()
		close(w.ended)
	})
}

// want notes that somebody asks for a resource. The lock is held.
func (w *Watcher) want() {
	if !w.wanted {
		w.wanted, w.since = true, time.Now()
		w.begin()
	}
}

// isClosed reports whether the channel is closed; a nil channel is not.
func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// call queues a call, until the watcher has ended. The lock is held.
func (w *Watcher) call(f func()) {
	if !isClosed(w.ended) {
		w.calls.do(f)
	}
}

// HasSynced implements kubetypes.CrdWatcher.
func (w *Watcher) HasSynced() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running && (!w.wanted || isClosed(w.synced))
}

// WaitForSync waits until HasSynced is true, if Run is called.
func (w *Watcher) WaitForSync(ctx context.Context) error {
	w.mu.Lock()
	wanted := w.wanted
	w.mu.Unlock()
	if !wanted {
		return nil
	}
	select {
	case <-w.synced:
		return nil
	case <-ctx.Done():
		err := fmt.Errorf("which resources are served is not known: %w", context.Cause(ctx))
		if last := w.config.Definitions.LastError(); last != nil {
			err = fmt.Errorf("%w (definitions: %w)", err, last)
		}
		return err
	}
}

// NotReady returns what keeps the watcher from being synced, and whether anything does
// that somebody waits for.
func (w *Watcher) NotReady() (missing informerfactory.NotReady, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.wanted || isClosed(w.synced) || isClosed(w.ended) {
		return informerfactory.NotReady{}, false
	}
	missing = informerfactory.NotReady{Resource: w.config.Resource, State: informerfactory.NotStarted, Since: w.since}
	if w.running {
		missing.State = informerfactory.Starting
	}
	if since, err := w.config.Definitions.Failing(); err != nil {
		missing.State, missing.Since, missing.LastError = informerfactory.Failing, since, err
	}
	return missing, true
}

// Known implements kubetypes.CrdWatcher.
func (w *Watcher) Known(gvr schema.GroupVersionResource) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.want()
	return w.isKnown(gvr)
}

func (w *Watcher) isKnown(gvr schema.GroupVersionResource) bool {
	if !isClosed(w.synced) {
		return false
	}
	r := w.resources[gvr]
	if r == nil {
		r = &resource{gvr: gvr}
	}
	known, served := w.state(r)
	return known && served
}

// KnownOrCallback implements kubetypes.CrdWatcher.
func (w *Watcher) KnownOrCallback(gvr schema.GroupVersionResource, f func(stop <-chan struct{})) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.want()
	if w.isKnown(gvr) {
		return true
	}
	var own *follower
	own = w.follow(gvr, func(served bool, stop <-chan struct{}) {
		if served && w.unfollow(gvr, own) {
			f(stop)
		}
	})
	return false
}

// Follow implements kubetypes.CrdWatcher.
func (w *Watcher) Follow(gvr schema.GroupVersionResource, f func(served bool, stop <-chan struct{})) (unfollow func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.want()
	own := w.follow(gvr, f)
	return func() { w.unfollow(gvr, own) }
}

// WaitForCRD implements kubetypes.CrdWatcher.
func (w *Watcher) WaitForCRD(gvr schema.GroupVersionResource, stop <-chan struct{}) bool {
	found := make(chan struct{})
	if w.KnownOrCallback(gvr, func(<-chan struct{}) { close(found) }) {
		return true
	}
	select {
	case <-found:
		return true
	case <-stop:
	case <-w.ended:
	}
	return false
}

// follow has f told of a resource. The lock is held.
func (w *Watcher) follow(gvr schema.GroupVersionResource, f func(served bool, stop <-chan struct{})) *follower {
	r := w.resources[gvr]
	if r == nil {
		r = &resource{gvr: gvr}
		w.resources[gvr] = r
		w.decide(r)
	}
	own := &follower{tell: f}
	r.followers = append(r.followers, own)
	if r.known {
		w.tell(own, r.served)
	}
	return own
}

// unfollow has a follower told nothing any more. It returns false if that was so.
func (w *Watcher) unfollow(gvr schema.GroupVersionResource, own *follower) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if own.gone {
		return false
	}
	own.gone = true
	r := w.resources[gvr]
	if r.followers = slices.DeleteFunc(r.followers, func(f *follower) bool { return f == own }); len(r.followers) == 0 {
		delete(w.resources, gvr)
		w.settle() // this may have been all that was not known
	}
	return true
}

// tell queues a call of a follower. The lock is held.
func (w *Watcher) tell(own *follower, served bool) {
	w.call(func() {
		w.mu.Lock()
		skip, stop := own.gone || isClosed(w.ended), w.stop
		w.mu.Unlock()
		if !skip {
			own.tell(served, stop)
		}
	})
}

// definitionChanged is told of every definition and every change of one.
func (w *Watcher) definitionChanged(old, obj any) {
	d, ok := obj.(*Definition)
	passes := ok && w.passes(d)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !ok {
		gone, _ := old.(*Definition) // there is one or the other
		delete(w.definitions, gone.Name)
		w.decideAll(gone.Name)
		return
	}
	w.definitions[d.Name] = seen{d, passes}
	w.decideAll(d.Name)
}

// passes asks the filters, which may ask the watcher: no lock is held.
func (w *Watcher) passes(d *Definition) bool {
	return !slices.ContainsFunc(w.config.Filters, func(f func(*metav1.PartialObjectMetadata) bool) bool { return !f(d.metadata()) })
}

// definitionsListed is called when all definitions have been told.
func (w *Watcher) definitionsListed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listed = true
	w.decideAll("")
}

// cannotList notes that the definitions are out of reach, if it is that.
func (w *Watcher) cannotList(err error) {
	if !apierrors.IsForbidden(err) && !apierrors.IsUnauthorized(err) && !apierrors.IsNotFound(err) {
		return // that will pass
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listed {
		return
	}
	w.listed = true
	w.config.Logger.Warn("CustomResourceDefinitions cannot be listed; the API server is asked for resources every minute instead",
		"error", err)
	w.decideAll("")
}

// decideAll decides about the resources that a definition concerns; about all if it has
// no name. The lock is held.
func (w *Watcher) decideAll(name string) {
	for _, r := range w.resources {
		if name != "" && nameOf(r.gvr) != name {
			continue
		}
		if name != "" {
			r.asking = false // what the server says was true before
			if _, exists := w.definitions[name]; !exists {
				// What the server says of it may lag behind.
				r.answered, r.answer = true, false
			}
		}
		w.decide(r)
	}
	w.settle()
}

// decide tells the followers of a resource if it is news whether that is served. The
// lock is held.
func (w *Watcher) decide(r *resource) {
	known, served := w.state(r)
	if !known {
		w.wakeUp()
		return
	}
	if r.known && r.served == served {
		return
	}
	r.known, r.served = true, served
	for _, f := range r.followers {
		w.tell(f, served)
	}
}

// state returns whether the resource is served, and whether that is known.
func (w *Watcher) state(r *resource) (known, served bool) {
	if !w.listed {
		return false, false
	}
	d, exists := w.definitions[nameOf(r.gvr)]
	if !exists {
		return r.answered, r.answer
	}
	return true, d.passes && d.serves(r.gvr.Version)
}

// settle queues the end of the wait for synced when everything is known. The lock is
// held.
func (w *Watcher) settle() {
	if w.syncing || !w.listed {
		return
	}
	for _, r := range w.resources {
		if !r.known {
			return
		}
	}
	w.syncing = true
	w.call(func() { close(w.synced) })
}

func (w *Watcher) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// ask asks the API server about resources that have no definition.
func (w *Watcher) ask(ctx context.Context) {
	ticker := time.NewTicker(askAgain)
	defer ticker.Stop()
	again := false
	for {
		for _, gvr := range w.questions(again) {
			served, err := w.askAbout(ctx, gvr)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				w.config.Logger.Warn("API server does not say whether it serves a resource; will ask again", "resource", gvr, "error", err)
			}
			w.answered(gvr, served, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
			again = false
		case <-ticker.C:
			again = true
		}
	}
}

// askAbout asks about one resource. A server that does not answer must not keep the
// others waiting.
func (w *Watcher) askAbout(ctx context.Context, gvr schema.GroupVersionResource) (served bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	return w.config.Served(ctx, gvr)
}

// questions returns the resources that the server has to be asked about.
func (w *Watcher) questions(again bool) (gvrs []schema.GroupVersionResource) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.listed {
		return nil
	}
	for gvr, r := range w.resources {
		if _, exists := w.definitions[nameOf(gvr)]; !exists && (again || !r.answered) {
			r.asking = true
			gvrs = append(gvrs, gvr)
		}
	}
	return gvrs
}

// answered notes an answer, unless a definition has come or gone since the question. What
// cannot be found out stays as it is.
func (w *Watcher) answered(gvr schema.GroupVersionResource, served bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.resources[gvr]; r != nil && r.asking {
		r.asking = false
		if r.answered = true; err == nil {
			r.answer = served
		}
		w.decide(r)
	}
	w.settle()
}

// nameOf returns the name of the definition of a resource.
func nameOf(gvr schema.GroupVersionResource) string { return gvr.Resource + "." + gvr.Group }

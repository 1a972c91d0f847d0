// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"
)

// errStopped is returned by what cannot be done with an informer that has ended.
var errStopped = errors.New("informer has stopped")

// Config says what a [Shared] caches.
type Config struct {
	// Name describes the informer in logs and errors.
	Name string
	// ListerWatcher reads the objects.
	ListerWatcher cache.ListerWatcher
	// Expected is an object of the type that is cached; others are dropped. Nil
	// accepts any.
	Expected runtime.Object
	// Transform changes objects before they are cached. Nil leaves them alone.
	Transform cache.TransformFunc
	// OnError is told of every list and watch that fails. Nil tells nobody.
	OnError func(err error)
	// OnMutation is told of cached objects that somebody changed. Nil does not look.
	OnMutation func(err error)
	// Logger is where errors of list and watch are logged.
	Logger *slog.Logger
	// Gate says when the API server serves the resource. Nil stands for always.
	Gate Gate
}

// Shared is the cache of one resource and the source of its events. It implements
// cache.SharedIndexInformer. It runs once.
type Shared struct {
	config Config
	synced chan struct{} // closed when the store holds a complete state

	progress progress // its lock is taken after all others
	retries  retries  // so is its

	// deliveries counts the goroutines that call handlers.
	deliveries sync.WaitGroup

	labels    labelIndexes
	mutations *mutationDetector // nil if nobody wants to know

	// writing serialises changes of the store and of the set of indexes.
	writing sync.Mutex

	// mu makes a change of the store and its distribution to handlers one step.
	mu         sync.RWMutex
	store      cache.Indexer // written under mu and writing; reads need no lock
	indexes    []*index      // written under mu and writing; read under either
	handlers   map[*handler]struct{}
	isSynced   bool
	started    bool
	stopped    bool
	onError    cache.WatchErrorHandlerWithContext
	transform  cache.TransformFunc
	reflector  *cache.Reflector
	failure    atomic.Pointer[failure]
	legacyView *View // of handlers that were added to Shared itself
}

// New returns an informer that has not started.
func New(config Config) *Shared {
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	s := &Shared{
		config:    config,
		synced:    make(chan struct{}),
		store:     cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}),
		handlers:  map[*handler]struct{}{},
		labels:    labelIndexes{asked: map[string]bool{}, byLabel: map[string]*index{}},
		transform: config.Transform,
	}
	if config.OnMutation != nil {
		s.mutations = newMutationDetector(config.Name, config.OnMutation)
	}
	s.legacyView = NewView(s, nil, nil)
	return s
}

// failure is what list or watch last ran into, and since when nothing went well.
type failure struct {
	err   error
	since time.Time
}

// Failing returns what list or watch last ran into and since when there have been
// errors; no error if all went well since.
func (s *Shared) Failing() (since time.Time, err error) {
	if f := s.failure.Load(); f != nil {
		return f.since, f.err
	}
	return time.Time{}, nil
}

// LastError returns what list or watch last ran into, nil if all went well since.
func (s *Shared) LastError() error {
	_, err := s.Failing()
	return err
}

// setLastError notes what list or watch ran into, or with nil that all is well. The
// log gets a line when that changes, not one for each attempt.
func (s *Shared) setLastError(err error) {
	if err == nil {
		if s.failure.Swap(nil) != nil {
			s.config.Logger.Info("cache follows the API server again", "informer", s.config.Name)
		}
		return
	}
	if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) || errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
		return // how watches end when all is well
	}
	if s.config.OnError != nil {
		s.config.OnError(err)
	}
	f := &failure{err: err, since: time.Now()}
	if before := s.failure.Load(); before != nil {
		f.since = before.since
	}
	if s.failure.Swap(f) == nil {
		s.config.Logger.Warn("cache does not follow the API server and shows what it last knew; will retry",
			"informer", s.config.Name, "error", err)
	}
}

// RunWithContext lists and watches until the context ends, and returns when no
// handler is being called any more. Only the first call does something.
func (s *Shared) RunWithContext(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	if s.started {
		s.mu.Unlock()
		return
	}
	s.started = true
	s.mu.Unlock()

	var finish func()
	if s.config.Gate == nil {
		finish = s.listAndWatch(ctx)
	} else {
		finish = s.whileServed(ctx)
	}
	s.stop()
	s.deliveries.Wait()
	finish()
	s.mutations.checkAll()
}

// listAndWatch fills the store until the context ends. The function that it returns
// waits for requests that are still under way.
func (s *Shared) listAndWatch(ctx context.Context) (finish func()) {
	w := newWatcher(ctx, s)
	s.mu.Lock()
	s.reflector = w.reflector
	s.mu.Unlock()
	w.run(ctx)
	return w.requests.close
}

// Discard ends an informer that was never started. It does nothing to one that
// was: that ends with its context.
func (s *Shared) Discard() {
	s.mu.Lock()
	wasStarted := s.started
	s.started = true
	s.mu.Unlock()
	if !wasStarted {
		s.stop()
	}
}

// stop makes sure that no handler is called and none is added any more.
func (s *Shared) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	for h := range s.handlers {
		h.close()
	}
	clear(s.handlers)
	s.progress.end()
}

// addHandler has h called with the state as it is and with all that follows. It
// reports whether there will be anything: not if the informer has stopped.
func (s *Shared) addHandler(h *handler) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return false
	}
	s.handlers[h] = struct{}{}
	present := s.store.List()
	if len(present) == 0 && !s.isSynced {
		return true
	}
	first := batch{initial: true, complete: s.isSynced, changes: make([]change, 0, len(present))}
	for _, obj := range present {
		first.changes = append(first.changes, change{key: keyOf(obj), new: obj})
	}
	h.enqueue(first)
	return true
}

// removeHandler has no call of h begin any more.
func (s *Shared) removeHandler(h *handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.handlers, h)
	h.close()
}

// keyOf returns the store's key of an object that has metadata, as all objects
// have that come from a store.
func keyOf(obj any) string {
	key, _ := cache.MetaNamespaceKeyFunc(obj)
	return key
}

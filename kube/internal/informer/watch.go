// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// watcher runs client-go's reflector for a Shared.
type watcher struct {
	shared    *Shared
	reflector *cache.Reflector
	requests  *requests
}

func newWatcher(ctx context.Context, s *Shared) *watcher {
	logger := logr.FromSlogHandler(s.config.Logger.Handler())
	r := &requests{shared: s, inner: cache.ToListerWatcherWithContext(s.config.ListerWatcher)}
	var expected any
	if s.config.Expected != nil {
		expected = s.config.Expected
	}
	return &watcher{
		shared:   s,
		requests: r,
		reflector: cache.NewReflectorWithOptions(withSemanticsOf(s.config.ListerWatcher, r), expected, writer{s},
			cache.ReflectorOptions{
				Name:            s.config.Name,
				TypeDescription: s.config.Name,
				Logger:          &logger,
				Clock:           retryClock{ctx: ctx, retries: &s.retries},
			}),
	}
}

// run lists and watches until the context ends.
func (w *watcher) run(ctx context.Context) {
	ctx = klog.NewContext(ctx, logr.FromSlogHandler(w.shared.config.Logger.Handler()))
	for ctx.Err() == nil {
		began := time.Now()
		err := w.reflector.ListAndWatchWithContext(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.failed(ctx, err)
		}
		if time.Since(began) > healthyAfter {
			w.shared.retries.reset()
		}
		timer := time.NewTimer(max(w.shared.retries.next(), w.shared.retries.filledIn(began)))
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (w *watcher) failed(ctx context.Context, err error) {
	if cause := errors.Unwrap(w.shared.LastError()); cause == nil || !errors.Is(err, cause) {
		w.shared.setLastError(err) // not an error of a request, which is noted already
	}
	w.shared.mu.RLock()
	onError := w.shared.onError
	w.shared.mu.RUnlock()
	if onError != nil {
		onError(ctx, w.reflector, err)
	}
}

// requests passes list and watch on and remembers what they ran into: the
// reflector keeps some errors to itself and tries again.
type requests struct {
	shared *Shared
	inner  cache.ListerWatcherWithContext

	// The reflector lists in a goroutine that it does not wait for.
	mu       sync.Mutex
	closed   bool // no list begins any more
	underWay sync.WaitGroup
}

func (r *requests) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.underWay.Add(1)
	}
	return !r.closed
}

// close returns when no list is under way any more.
func (r *requests) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.underWay.Wait()
}

// ListWithContext lists.
func (r *requests) ListWithContext(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
	if !r.begin() {
		return nil, errStopped
	}
	defer r.underWay.Done()
	list, err := r.inner.ListWithContext(ctx, options)
	if err != nil {
		r.shared.setLastError(fmt.Errorf("list: %w", err))
	}
	return list, err
}

// WatchWithContext watches.
func (r *requests) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	w, err := r.inner.WatchWithContext(ctx, options)
	switch {
	case err != nil:
		r.shared.setLastError(fmt.Errorf("watch: %w", err))
	case r.shared.HasSynced():
		r.shared.setLastError(nil) // else the state has yet to arrive
	}
	return w, err
}

// List lists; the reflector calls ListWithContext.
func (r *requests) List(options metav1.ListOptions) (runtime.Object, error) {
	return r.ListWithContext(context.Background(), options)
}

// Watch watches; the reflector calls WatchWithContext.
func (r *requests) Watch(options metav1.ListOptions) (watch.Interface, error) {
	return r.WatchWithContext(context.Background(), options)
}

// withSemanticsOf lets the reflector see whether the original can stream lists.
func withSemanticsOf(original cache.ListerWatcher, r *requests) cache.ListerWatcher {
	u, ok := original.(interface{ IsWatchListSemanticsUnSupported() bool })
	if !ok {
		return r
	}
	return struct {
		*requests
		watchListSemantics
	}{r, u}
}

type watchListSemantics interface{ IsWatchListSemanticsUnSupported() bool }

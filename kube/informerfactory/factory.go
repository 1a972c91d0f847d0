// SPDX-License-Identifier: Apache-2.0

package informerfactory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/kubetypes"
)

// NewInformerFunc makes an informer that has not started.
type NewInformerFunc func() cache.SharedIndexInformer

// InformerFactory keeps the informers of one client.
type InformerFactory interface {
	// InformerFor returns a lease on the informer for these objects, and makes it
	// with newFunc if there is none. It starts nothing.
	InformerFor(resource schema.GroupVersionResource, opts kubetypes.InformerOptions, newFunc NewInformerFunc) StartableInformer
	// Start starts all informers that have not started. It does not wait.
	Start(stop <-chan struct{})
	// WaitForCacheSync waits until the informers that have been started hold a
	// complete state. It returns false if stop is closed first.
	WaitForCacheSync(stop <-chan struct{}) bool
	// Wait is WaitForCacheSync with a context. Its error names the informers that
	// are not ready, with what list or watch last ran into, and wraps the cause of
	// the context's end.
	Wait(ctx context.Context) error
	// NotReady returns the informers that do not hold a complete state, started or
	// not, ordered by name.
	NotReady() []NotReady
	// Shutdown forbids further starts and waits until all informers have ended,
	// which they do when their stop channels are closed.
	Shutdown()
}

// NewSharedInformerFactory returns a factory without informers.
func NewSharedInformerFactory() InformerFactory {
	return &factory{entries: map[key]*entry{}}
}

type factory struct {
	running sync.WaitGroup

	mu      sync.Mutex
	entries map[key]*entry
	closed  bool
}

// entry is one informer. The factory's lock guards its fields.
type entry struct {
	key      key
	informer cache.SharedIndexInformer
	leases   int
	started  bool
	since    time.Time       // when it was made, or started
	stop     <-chan struct{} // that it was started with; nil if it has no end
	cancel   context.CancelFunc
	ended    chan struct{} // closed when it has ended, or was dropped
}

// dead reports whether the informer has ended or is about to.
func (e *entry) dead() bool {
	return isClosed(e.stop) || isClosed(e.ended) || e.informer.IsStopped()
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

// InformerFor implements [InformerFactory].
func (f *factory) InformerFor(
	resource schema.GroupVersionResource, opts kubetypes.InformerOptions, newFunc NewInformerFunc,
) StartableInformer {
	k := keyOf(resource, opts)
	if s, ok := f.lease(k, nil); ok {
		return s
	}
	// Another caller may do the same at this moment; then one informer is dropped.
	s, _ := f.lease(k, newFunc())
	return s
}

// lease returns a lease on the informer with the key. If there is none, it makes
// fresh that informer, or returns false if fresh is nil.
func (f *factory) lease(k key, fresh cache.SharedIndexInformer) (StartableInformer, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := f.entries[k]
	if e == nil || e.dead() {
		if fresh == nil {
			return StartableInformer{}, false
		}
		e = &entry{key: k, informer: fresh, since: time.Now(), ended: make(chan struct{})}
		f.entries[k] = e
	}
	e.leases++
	return StartableInformer{Informer: e.informer, lease: &lease{factory: f, entry: e}}, true
}

// Start implements [InformerFactory].
func (f *factory) Start(stop <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.entries {
		f.start(e, stop)
	}
}

// start runs an informer that has not started. The caller holds the lock.
func (f *factory) start(e *entry, stop <-chan struct{}) {
	if f.closed || e.started || isClosed(e.ended) || isClosed(stop) {
		return
	}
	ctx, cancel := context.WithCancel(wait.ContextForChannel(stop))
	e.started, e.since, e.stop, e.cancel = true, time.Now(), stop, cancel
	f.running.Go(func() {
		defer cancel()
		e.informer.RunWithContext(ctx)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.forget(e)
		close(e.ended)
	})
}

// forget removes an entry that is not replaced yet. The caller holds the lock.
func (f *factory) forget(e *entry) {
	if f.entries[e.key] == e {
		delete(f.entries, e.key)
	}
}

// release takes back one lease. The informer ends with the last one.
func (f *factory) release(e *entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.leases--
	if e.leases > 0 {
		return
	}
	f.forget(e)
	if e.cancel != nil {
		e.cancel()
		return
	}
	if d, ok := e.informer.(interface{ Discard() }); ok {
		d.Discard()
	}
	close(e.ended)
}

// startedEntries returns the informers that run, ordered by name.
func (f *factory) startedEntries() []*entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	var entries []*entry
	for _, e := range f.entries {
		if e.started {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b *entry) int { return strings.Compare(a.key.String(), b.key.String()) })
	return entries
}

// WaitForCacheSync implements [InformerFactory].
func (f *factory) WaitForCacheSync(stop <-chan struct{}) bool {
	return f.Wait(wait.ContextForChannel(stop)) == nil
}

// Wait implements [InformerFactory].
func (f *factory) Wait(ctx context.Context) error {
	var missing []error
	for _, e := range f.startedEntries() {
		synced := e.informer.HasSyncedChecker().Done()
		select {
		case <-synced:
			continue
		default:
		}
		select {
		case <-synced:
		case <-e.ended: // released meanwhile: nobody needs it
		case <-ctx.Done():
			missing = append(missing, e.notReady())
		}
	}
	if len(missing) == 0 && ctx.Err() == nil {
		return nil
	}
	if len(missing) == 0 {
		return fmt.Errorf("wait for informers: %w", context.Cause(ctx))
	}
	return fmt.Errorf("wait for informers: %w: %w", context.Cause(ctx), errors.Join(missing...))
}

// notReady returns an error that says that the informer is not ready, and why if
// that is known.
func (e *entry) notReady() error {
	if i, ok := e.informer.(interface{ LastError() error }); ok && i.LastError() != nil {
		return fmt.Errorf("%s is not ready: %w", e.key, i.LastError())
	}
	return fmt.Errorf("%s is not ready", e.key)
}

// Shutdown implements [InformerFactory].
func (f *factory) Shutdown() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.running.Wait()
}

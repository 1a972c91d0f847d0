// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/cache"
)

// The methods in this file make a Shared a cache.SharedIndexInformer for code that
// is written against client-go.

var _ cache.SharedIndexInformer = (*Shared)(nil)

// Run is RunWithContext with a channel.
func (s *Shared) Run(stop <-chan struct{}) {
	s.RunWithContext(wait.ContextForChannel(stop))
}

// HasSynced reports whether the store holds a complete state.
func (s *Shared) HasSynced() bool { return cache.IsDone(s.HasSyncedChecker()) }

// HasSyncedChecker has a channel that is closed when HasSynced becomes true.
func (s *Shared) HasSyncedChecker() cache.DoneChecker {
	return doneChecker{name: s.config.Name, done: s.synced}
}

// IsStopped reports whether the informer has ended.
func (s *Shared) IsStopped() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.stopped
}

// LastSyncResourceVersion returns the resource version that was last seen, empty if
// there was none.
func (s *Shared) LastSyncResourceVersion() string {
	s.mu.RLock()
	r := s.reflector
	s.mu.RUnlock()
	if r == nil {
		return ""
	}
	return r.LastSyncResourceVersion()
}

// GetStore returns the cached objects, for reading only.
func (s *Shared) GetStore() cache.Store { return s.store }

// GetIndexer returns the cached objects, for reading only.
func (s *Shared) GetIndexer() cache.Indexer { return s.store }

// AddIndexers adds indexes by name, for [Shared.GetIndexer]. Names that are taken
// are an error.
func (s *Shared) AddIndexers(indexers cache.Indexers) error {
	return s.store.AddIndexers(indexers)
}

// AddEventHandler has the handler called with everything, and returns an error if
// the informer has stopped.
func (s *Shared) AddEventHandler(h cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	if s.IsStopped() {
		return nil, fmt.Errorf("add handler to %s: %w", s.config.Name, errStopped)
	}
	return s.legacyView.AddEventHandler(h), nil
}

// AddEventHandlerWithResyncPeriod is AddEventHandler: nothing is ever repeated.
func (s *Shared) AddEventHandlerWithResyncPeriod(
	h cache.ResourceEventHandler, _ time.Duration,
) (cache.ResourceEventHandlerRegistration, error) {
	return s.AddEventHandler(h)
}

// AddEventHandlerWithOptions is AddEventHandler: nothing is ever repeated.
func (s *Shared) AddEventHandlerWithOptions(
	h cache.ResourceEventHandler, _ cache.HandlerOptions,
) (cache.ResourceEventHandlerRegistration, error) {
	return s.AddEventHandler(h)
}

// RemoveEventHandler ends a handler that was added to the informer itself.
func (s *Shared) RemoveEventHandler(registration cache.ResourceEventHandlerRegistration) error {
	s.legacyView.ShutdownHandler(registration)
	return nil
}

// SetTransform changes the transform of an informer that has not started.
func (s *Shared) SetTransform(transform cache.TransformFunc) error {
	return s.setUp(func() { s.transform = transform })
}

// SetWatchErrorHandler has errors of an informer that has not started go to h.
func (s *Shared) SetWatchErrorHandler(h cache.WatchErrorHandler) error {
	return s.SetWatchErrorHandlerWithContext(func(_ context.Context, r *cache.Reflector, err error) { h(r, err) })
}

// SetWatchErrorHandlerWithContext has errors of an informer that has not started go
// to h.
func (s *Shared) SetWatchErrorHandlerWithContext(h cache.WatchErrorHandlerWithContext) error {
	return s.setUp(func() { s.onError = h })
}

func (s *Shared) setUp(set func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		return fmt.Errorf("set up %s: informer has already started", s.config.Name)
	}
	set()
	return nil
}

// GetController returns the informer as a controller that cannot be run.
func (s *Shared) GetController() cache.Controller { return controller{s} }

// controller is a cache.Controller whose Run methods do nothing, as those of
// client-go's shared informers.
type controller struct{ *Shared }

// RunWithContext does nothing.
func (controller) RunWithContext(context.Context) {}

// Run does nothing.
func (controller) Run(<-chan struct{}) {}

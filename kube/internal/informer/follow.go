// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"context"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/util/resourceversion"
)

// Phase is how far a cache has come.
type Phase int

// The phases.
const (
	// Starting is before the cache is complete: not started, or not yet listed.
	Starting Phase = iota
	// Ready is when the cache is complete and follows the API server.
	Ready
	// Absent is when the API server does not serve the resource.
	Absent
	// Failed is when the last list or watch failed; the next is tried soon.
	Failed
	// Stopped is when the informer has ended, for good.
	Stopped
)

// progress is how far the cache has followed the API server.
type progress struct {
	mu     sync.Mutex
	absent bool
	listed bool // since the resource is served
	// seen is the resource version that the cache shows: what changed up to it, and
	// would be in the cache, is.
	seen string
	// moved is closed when seen changes or the informer ends, if somebody waits for
	// that.
	moved chan struct{}
}

// advance notes that the cache shows a version. A server that was restored from a
// backup goes back, and then so does the cache.
func (p *progress) advance(version string, listed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listed = p.listed || listed
	if version != "" && version != "0" { // which is no version
		p.seen = version
		p.wake()
	}
}

// serve notes whether the resource is served, from now on.
func (p *progress) serve(served bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.absent, p.listed, p.seen = !served, false, ""
}

// wake has all who wait look again. The caller holds mu.
func (p *progress) wake() {
	if p.moved != nil {
		close(p.moved)
		p.moved = nil
	}
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake()
}

// reached reports whether the cache shows this version or a newer one. If not, moved is
// closed when that may have changed.
func (p *progress) reached(version string) (yes bool, moved <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen != "" {
		order, err := resourceversion.CompareResourceVersion(p.seen, version)
		if err != nil || order >= 0 {
			return err == nil, nil, err
		}
	}
	if p.moved == nil {
		p.moved = make(chan struct{})
	}
	return false, p.moved, nil
}

// waitFor waits until the cache shows the version or a newer one. It returns an error
// if the context or the informer ends before, or if versions cannot be compared.
func (s *Shared) waitFor(ctx context.Context, version string) error {
	if _, err := resourceversion.CompareResourceVersion(version, version); err != nil {
		return fmt.Errorf("%s: wait for version %q: %w", s.config.Name, version, err)
	}
	for {
		yes, moved, err := s.progress.reached(version)
		switch {
		case err != nil:
			return fmt.Errorf("%s: wait for version %q: %w", s.config.Name, version, err)
		case yes:
			return nil
		case s.IsStopped():
			return fmt.Errorf("%s: wait for version %q: %w", s.config.Name, version, errStopped)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: wait for version %q: %w", s.config.Name, version, context.Cause(ctx))
		case <-moved:
		}
	}
}

// state returns how far the cache has come; the error is why it is not ready, or no
// longer, if that is known.
func (s *Shared) state() (Phase, error) {
	if s.IsStopped() {
		return Stopped, nil
	}
	s.progress.mu.Lock()
	absent, listed := s.progress.absent, s.progress.listed
	s.progress.mu.Unlock()
	if absent {
		return Absent, nil
	}
	if err := s.LastError(); err != nil {
		return Failed, err
	}
	if listed {
		return Ready, nil
	}
	return Starting, nil
}

// WaitFor waits until the cache shows the version or a newer one.
func (v *View) WaitFor(ctx context.Context, version string) error {
	return v.shared.waitFor(ctx, version)
}

// State returns how far the cache has come, and why it failed if it did.
func (v *View) State() (Phase, error) { return v.shared.state() }

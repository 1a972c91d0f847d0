// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/kube/controllers"
)

// fold is what a handler was told, added up.
type fold[T controllers.ComparableObject] struct {
	mu    sync.Mutex
	has   map[string]string // resource versions, by name
	wrong []string
	moved chan struct{} // has one when has may have changed
}

func newFold[T controllers.ComparableObject]() *fold[T] {
	return &fold[T]{has: map[string]string{}, moved: make(chan struct{}, 1)}
}

func (f *fold[T]) handler() controllers.EventHandler[T] {
	return controllers.EventHandler[T]{
		AddFunc:    func(o T) { f.set(o.GetName(), "", o.GetResourceVersion()) },
		UpdateFunc: func(old, o T) { f.set(o.GetName(), old.GetResourceVersion(), o.GetResourceVersion()) },
		DeleteFunc: func(o T) { f.remove(o.GetName()) },
	}
}

func (f *fold[T]) set(name, from, to string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if had := f.has[name]; had != from {
		f.wrong = append(f.wrong, fmt.Sprintf("%s: from %q to %q, and it was at %q", name, from, to, had))
	}
	f.has[name] = to
	f.tell()
}

func (f *fold[T]) remove(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.has[name] == "" {
		f.wrong = append(f.wrong, name+": deleted, and it was not there")
	}
	delete(f.has, name)
	f.tell()
}

// tell wakes await.
func (f *fold[T]) tell() {
	select {
	case f.moved <- struct{}{}:
	default:
	}
}

// await waits until what the handler was told adds up to what the server has, and fails
// the test if it does not come to that or was told what cannot be on the way.
func (f *fold[T]) await(t *testing.T, when string, want map[string]string) {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		f.mu.Lock()
		diff, wrong := cmp.Diff(want, f.has), f.wrong
		f.mu.Unlock()
		if len(wrong) > 0 {
			t.Fatalf("%s: handler was told what cannot be: %q", when, wrong)
		}
		if diff == "" {
			return
		}
		select {
		case <-f.moved:
		case <-timeout.C:
			t.Fatalf("%s: handler mismatch after %v (-server +handler):\n%s", when, patience, diff)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package filewatcher

import (
	"fmt"
	"path/filepath"
	"sync"

	"github.com/fsnotify/fsnotify"
)

// FakeWatcher is a FileWatcher for tests. It looks at no files: what it tells is
// what the test injects. All methods are safe for concurrent use.
type FakeWatcher struct {
	changed func(path string, added bool)

	mu     sync.Mutex
	files  map[string]*fakeFile // by clean path
	closed bool
}

type fakeFile struct {
	path      string
	events    chan fsnotify.Event
	errors    chan error
	gone      chan struct{} // closed when it is removed
	injecting sync.WaitGroup
}

// NewFakeWatcher returns a FakeWatcher, and a function for the code under test that
// returns the same one at each call. changedFunc is called after a file was added or
// removed, by the goroutine that did it and with no lock held; it may be nil.
func NewFakeWatcher(changedFunc func(path string, added bool)) (NewFileWatcherFunc, *FakeWatcher) {
	if changedFunc == nil {
		changedFunc = func(string, bool) {}
	}
	w := &FakeWatcher{changed: changedFunc, files: map[string]*fakeFile{}}
	return func() FileWatcher { return w }, w
}

// InjectEvent sends an event to whoever watches the file, and returns when it is
// taken or the file is removed. If nobody watches the file it does nothing.
func (w *FakeWatcher) InjectEvent(path string, event fsnotify.Event) {
	if f := w.begin(path); f != nil {
		defer f.injecting.Done()
		select {
		case f.events <- event:
		case <-f.gone:
		}
	}
}

// InjectError is InjectEvent for an error.
func (w *FakeWatcher) InjectError(path string, err error) {
	if f := w.begin(path); f != nil {
		defer f.injecting.Done()
		select {
		case f.errors <- err:
		case <-f.gone:
		}
	}
}

// begin returns the file, whose channels stay open until injecting is done, or nil.
func (w *FakeWatcher) begin(path string) *fakeFile {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.files[filepath.Clean(path)]
	if f != nil {
		f.injecting.Add(1)
	}
	return f
}

// Add implements [FileWatcher].
func (w *FakeWatcher) Add(path string) error {
	if err := w.put(path); err != nil {
		return err
	}
	w.changed(path, true)
	return nil
}

func (w *FakeWatcher) put(path string) error {
	key := filepath.Clean(path)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return fmt.Errorf("file %s: %w", path, errClosed)
	}
	if w.files[key] != nil {
		return fmt.Errorf("file %s is watched already", path)
	}
	w.files[key] = &fakeFile{
		path: path, events: make(chan fsnotify.Event), errors: make(chan error), gone: make(chan struct{}),
	}
	return nil
}

// Remove implements [FileWatcher].
func (w *FakeWatcher) Remove(path string) error {
	key := filepath.Clean(path)
	w.mu.Lock()
	f, closed := w.files[key], w.closed
	delete(w.files, key)
	w.mu.Unlock()
	if closed {
		return fmt.Errorf("file %s: %w", path, errClosed)
	}
	if f == nil {
		return fmt.Errorf("file %s is not watched", path)
	}
	f.end()
	w.changed(path, false)
	return nil
}

// Close implements [FileWatcher].
func (w *FakeWatcher) Close() error {
	w.mu.Lock()
	files := w.files
	w.files, w.closed = nil, true
	w.mu.Unlock()
	for _, f := range files {
		f.end()
		w.changed(f.path, false)
	}
	return nil
}

// end closes the channels when nobody sends any more.
func (f *fakeFile) end() {
	close(f.gone)
	f.injecting.Wait()
	close(f.events)
	close(f.errors)
}

// Events implements [FileWatcher].
func (w *FakeWatcher) Events(path string) chan fsnotify.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.files[filepath.Clean(path)]; f != nil {
		return f.events
	}
	return nil
}

// Errors implements [FileWatcher].
func (w *FakeWatcher) Errors(path string) chan error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.files[filepath.Clean(path)]; f != nil {
		return f.errors
	}
	return nil
}

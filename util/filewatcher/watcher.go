// SPDX-License-Identifier: Apache-2.0

package filewatcher

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A FileWatcher watches files and says which one has changed. All methods are safe
// for concurrent use.
type FileWatcher interface {
	// Add begins to watch a file. Neither it nor its folder need exist yet. Changes
	// after Add has returned are seen. It is an error if the file is watched already,
	// or the watcher is closed.
	Add(path string) error
	// Remove ends what Add began, and closes the channels of the file. It is an error
	// if the file is not watched, or the watcher is closed.
	Remove(path string) error
	// Close removes all files. The watcher cannot be used any more; closing it again
	// does nothing.
	Close() error
	// Events returns the channel on which changes of a file are told, or nil if the
	// file is not watched. See [NewWatcher] for what an event says.
	Events(path string) chan fsnotify.Event
	// Errors returns the channel on which it is told that changes of a file may be
	// seen late, or nil if the file is not watched.
	Errors(path string) chan error
}

// NewFileWatcherFunc makes a FileWatcher: [NewWatcher], or what [NewFakeWatcher]
// returns.
type NewFileWatcherFunc func() FileWatcher

// NewWatcher returns a FileWatcher of the real files. It must be closed.
//
// An event says that the content of the file is different from what it was when the
// event before was sent, or the file added. Its name is the path as it was added; its
// operation is Create or Remove if the file has come or gone, and Write otherwise. A
// file that cannot be read counts as one that is not there. Changes within 10 ms of each
// other are one. What happens in the second after an event is told even if the content is
// the same by then: who took the event may have read what was there in between.
//
// The channels hold one value. While nobody takes an event no further one is sent,
// since it would not say more; an error is dropped. So who does not receive delays
// nobody.
func NewWatcher() FileWatcher { return newWatcher(newNotifier) }

func newWatcher(open func() (*notifier, error)) *watcher {
	return &watcher{hub: newHub(open), files: map[string]*file{}}
}

var errClosed = errors.New("using a closed watcher")

// watcher implements FileWatcher with a reader and a goroutine for each file.
type watcher struct {
	hub *hub

	mu     sync.Mutex
	files  map[string]*file // by clean path
	closed bool
}

// file is a file that is watched.
type file struct {
	path   string
	events chan fsnotify.Event
	errors chan error
	reader *Reader
	cancel context.CancelFunc
	done   chan struct{} // closed when nothing will be sent any more

	present bool // when it was read last
	sum     [sha256.Size]byte
	told    time.Time // when an event was sent last
}

const (
	// Most changes are several: a file is truncated and written, a folder is made
	// before it.
	burstQuiet, burstMost = 10 * time.Millisecond, 100 * time.Millisecond
	// meanwhile is for how long after an event its taker may have read a content
	// that was never seen here.
	meanwhile = time.Second
)

// Add implements [FileWatcher].
func (w *watcher) Add(path string) error {
	key := filepath.Clean(path)
	ctx, cancel := context.WithCancel(context.Background())
	f := &file{
		path: path, events: make(chan fsnotify.Event, 1), errors: make(chan error, 1),
		cancel: cancel, done: make(chan struct{}),
	}
	if err := w.put(key, f); err != nil {
		cancel()
		return err
	}
	f.reader = w.hub.join(f.failed)
	_ = f.reader.round(f.read)
	go f.follow(ctx)
	return nil
}

func (w *watcher) put(key string, f *file) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return fmt.Errorf("file %s: %w", f.path, errClosed)
	}
	if w.files[key] != nil {
		return fmt.Errorf("file %s is watched already", f.path)
	}
	w.files[key] = f
	return nil
}

// Remove implements [FileWatcher].
func (w *watcher) Remove(path string) error {
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
	return nil
}

// Close implements [FileWatcher].
func (w *watcher) Close() error {
	w.mu.Lock()
	files := w.files
	w.files, w.closed = nil, true
	w.mu.Unlock()
	for _, f := range files {
		f.end()
	}
	return w.hub.close()
}

// Events implements [FileWatcher].
func (w *watcher) Events(path string) chan fsnotify.Event {
	if f := w.file(path); f != nil {
		return f.events
	}
	return nil
}

// Errors implements [FileWatcher].
func (w *watcher) Errors(path string) chan error {
	if f := w.file(path); f != nil {
		return f.errors
	}
	return nil
}

func (w *watcher) file(path string) *file {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.files[filepath.Clean(path)]
}

// follow sends an event when the file has changed, until the context ends.
func (f *file) follow(ctx context.Context) {
	defer close(f.done)
	defer f.reader.leave()
	for f.reader.wait(ctx, burstQuiet, burstMost) {
		before, sum, now := f.present, f.sum, time.Now()
		_ = f.reader.round(f.read)
		if f.present == before && f.sum == sum && now.Sub(f.told) > meanwhile {
			continue
		}
		op := fsnotify.Write
		switch {
		case !f.present:
			op = fsnotify.Remove
		case !before:
			op = fsnotify.Create
		}
		f.told = time.Now()
		select {
		case f.events <- fsnotify.Event{Name: f.path, Op: op}:
		default: // one that has not been taken says the same
		}
	}
}

// read finds out what the file contains.
func (f *file) read(r *Reader) error {
	data, err := r.ReadFile(f.path)
	f.present, f.sum = err == nil, sha256.Sum256(data)
	return nil // a file that cannot be read is a state like others
}

// failed tells of changes that are not seen.
func (f *file) failed(err error) {
	select {
	case f.errors <- err:
	default:
	}
}

// end stops watching and closes the channels. It is called once.
func (f *file) end() {
	f.cancel()
	<-f.done
	close(f.events)
	close(f.errors)
}

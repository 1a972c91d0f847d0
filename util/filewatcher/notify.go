// SPDX-License-Identifier: Apache-2.0

package filewatcher

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/fsnotify/fsnotify"
)

// notifier is what is used of a [fsnotify.Watcher].
type notifier struct {
	add, remove func(dir string) error
	close       func() error
	events      <-chan fsnotify.Event
	errors      <-chan error
}

func newNotifier() (*notifier, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return &notifier{add: w.Add, remove: w.Remove, close: w.Close, events: w.Events, errors: w.Errors}, nil
}

// hub has the one notifier that its readers share, since systems allow few of them,
// and wakes the readers that an event concerns.
//
// The kernel watches folders, the notifier their names. When a folder is renamed, or
// another one takes its name, the notifier's picture is wrong until it has read the
// events that say so, and what it is asked to do in between can leave a folder unwatched
// without an error. So when an event says that a name which it knows has become
// another folder's, it is replaced by a new one, and everything is read again.
type hub struct {
	open func() (*notifier, error)

	// watching guards what is below. It is held while the notifier is told
	// something, and so never taken by the goroutine that takes events: some systems
	// add a folder only while somebody takes them.
	watching sync.Mutex
	notifier *notifier      // nil if there is none
	wanted   map[string]int // by folder: rounds of readers that want it

	takers sync.WaitGroup // the goroutines that take events

	// mu guards what is below, and what readers looked up. It is taken after
	// watching.
	mu      sync.Mutex
	readers map[*Reader]struct{}
	known   map[string]struct{} // folders that the notifier was told to watch
	stale   bool                // the notifier must be replaced
	lost    error               // why events were lost since the last round, or nil
}

func newHub(open func() (*notifier, error)) *hub {
	return &hub{
		open: open, wanted: map[string]int{},
		readers: map[*Reader]struct{}{}, known: map[string]struct{}{},
	}
}

// prepare makes the notifier fit for a round of a reader. It returns why there are
// no notifications, and why some were lost.
func (h *hub) prepare() (none, lost error) {
	h.watching.Lock()
	defer h.watching.Unlock()
	h.mu.Lock()
	stale, lost := h.stale, h.lost
	h.stale, h.lost = false, nil
	if stale {
		clear(h.known) // all readers were woken and will tell the new one
	}
	h.mu.Unlock()

	if stale {
		lost = errors.Join(lost, h.closeNotifier())
	}
	if h.notifier == nil {
		n, err := h.open()
		if err != nil {
			return err, lost
		}
		h.notifier = n
		h.takers.Go(func() { h.take(n) })
	}
	return nil, lost
}

// watch watches a folder for one more round, if there is a notifier, and says
// whether and why changes in it are not seen.
func (h *hub) watch(dir string) error {
	h.watching.Lock()
	defer h.watching.Unlock()
	h.wanted[dir]++
	if h.notifier == nil {
		return nil // which prepare has said
	}
	if h.learn(dir) {
		if err := h.notifier.add(dir); err != nil {
			h.forget(dir)
			if !errors.Is(err, fs.ErrNotExist) { // if it comes, the folder above says so
				return err
			}
		}
	}
	if remote(dir) {
		return errRemote
	}
	return nil
}

// learn makes the folder known, and reports whether it was not. It comes before the
// folder is watched, so that no event is taken for that of an unknown one.
func (h *hub) learn(dir string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, known := h.known[dir]
	h.known[dir] = struct{}{}
	return !known
}

func (h *hub) forget(dir string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.known, dir)
}

var errRemote = errors.New("on this file system others may change files unseen")

// release ends a round's interest in the folders.
func (h *hub) release(dirs map[string]error) {
	h.watching.Lock()
	defer h.watching.Unlock()
	for dir := range dirs {
		if h.wanted[dir]--; h.wanted[dir] > 0 {
			continue
		}
		delete(h.wanted, dir)
		if h.notifier != nil {
			_ = h.notifier.remove(dir) // it fails for what is gone, which is as good
		}
		h.forget(dir)
	}
}

// take passes on what the notifier says until it is closed.
func (h *hub) take(n *notifier) {
	for {
		select {
		case e, ok := <-n.events:
			if !ok {
				return
			}
			h.event(e)
		case err, ok := <-n.errors:
			if !ok {
				return
			}
			h.failure(err)
		}
	}
}

// event wakes the readers that the event concerns.
func (h *hub) event(e fsnotify.Event) {
	path := filepath.Clean(e.Name)
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.known[path]; known && e.Has(fsnotify.Create|fsnotify.Remove|fsnotify.Rename) {
		h.replace()
		return
	}
	for r := range h.readers {
		if r.concerns(path, e.Op) {
			r.wake()
		}
	}
}

// failure is called with an error of the notifier. Most say that a folder was gone
// already that it wanted to forget.
func (h *hub) failure(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if errors.Is(err, fsnotify.ErrEventOverflow) {
		h.lost = err
	}
	h.replace()
}

// replace has the notifier replaced when the next round begins, which is soon. mu
// is held.
func (h *hub) replace() {
	h.stale = true
	for r := range h.readers {
		r.wake()
	}
}

// closeNotifier closes the notifier. watching is held.
func (h *hub) closeNotifier() error {
	n := h.notifier
	h.notifier = nil
	if n == nil {
		return nil
	}
	if err := n.close(); err != nil {
		return fmt.Errorf("ending the notifications of files: %w", err)
	}
	return nil
}

// close ends everything that the hub started.
func (h *hub) close() error {
	h.watching.Lock()
	err := h.closeNotifier()
	h.watching.Unlock()
	h.takers.Wait()
	return err
}

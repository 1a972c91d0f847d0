// SPDX-License-Identifier: Apache-2.0

package filewatcher

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// notes are what a round of a reader looked at.
type notes struct {
	// Guarded by hub.mu.

	names map[string]struct{} // paths without links: whatever happens to them matters
	lists map[string]struct{} // folders: what comes and goes in them matters

	// Used by the reader only.

	links  map[string]link
	dirs   map[string]error // folders, and why changes in some of them are not seen
	none   error            // why changes are seen nowhere, or nil
	failed bool             // something could not be read
}

// link is what a name in a folder was found to be.
type link struct {
	to  string // empty unless it is a symbolic link
	err error
}

// join adds a reader to the hub.
func (h *hub) join(report func(error)) *Reader {
	r := &Reader{hub: h, report: report, changed: make(chan struct{}, 1), before: &notes{}}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.readers[r] = struct{}{}
	return r
}

// leave takes the reader out of its hub.
func (r *Reader) leave() {
	r.hub.mu.Lock()
	delete(r.hub.readers, r)
	r.hub.mu.Unlock()
	r.hub.release(r.before.dirs)
}

// wake makes the reader begin a round. hub.mu is held.
func (r *Reader) wake() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// concerns reports whether the notes may be out of date after the event. hub.mu is
// held.
func (r *Reader) concerns(path string, op fsnotify.Op) bool {
	return r.now.concerns(path, op) || r.before.concerns(path, op)
}

func (n *notes) concerns(path string, op fsnotify.Op) bool {
	if n == nil {
		return false
	}
	if _, ok := n.names[path]; ok {
		return true
	}
	if !op.Has(fsnotify.Create | fsnotify.Remove | fsnotify.Rename) {
		return false
	}
	if _, ok := n.lists[path]; ok {
		return true
	}
	_, ok := n.lists[filepath.Dir(path)]
	return ok
}

// round calls read, with notes of what it looks at that replace those of the round
// before.
func (r *Reader) round(read func(*Reader) error) error {
	select {
	case <-r.changed: // this round sees it
	default:
	}
	none, lost := r.hub.prepare()
	if lost != nil {
		r.report(fmt.Errorf("files are read again, events were lost: %w", lost))
	}
	now := &notes{
		names: map[string]struct{}{}, lists: map[string]struct{}{},
		links: map[string]link{}, dirs: map[string]error{}, none: none,
	}
	r.hub.mu.Lock()
	r.now = now
	r.hub.mu.Unlock()

	err := read(r)

	r.hub.mu.Lock()
	before := r.before
	r.now, r.before = nil, now
	r.hub.mu.Unlock()
	r.hub.release(before.dirs)
	r.reportUnseen(before, now)
	return err
}

// reportUnseen says where changes are not seen that would have been before.
func (r *Reader) reportUnseen(before, now *notes) {
	if now.none != nil {
		if before.none == nil {
			r.report(fmt.Errorf("files are read again every %v, changes are not told: %w", pollEvery, now.none))
		}
		return
	}
	var unseen []string
	for dir, err := range now.dirs {
		if err != nil && before.dirs[dir] == nil && !errors.Is(err, errRemote) {
			unseen = append(unseen, dir)
		}
	}
	if len(unseen) == 0 {
		return
	}
	slices.Sort(unseen)
	more := ""
	if len(unseen) > 1 {
		more = fmt.Sprintf(" and %d more folders", len(unseen)-1)
	}
	r.report(fmt.Errorf("%s%s: read again every %v, changes are not told: %w", unseen[0], more, pollEvery, now.dirs[unseen[0]]))
}

// pollEvery is how often a round is made when changes may go unnoticed.
const pollEvery = 10 * time.Second

// blind reports whether something of the last round may change without notice.
func (r *Reader) blind() bool {
	if r.before.failed || r.before.none != nil {
		return true
	}
	for _, err := range r.before.dirs {
		if err != nil {
			return true
		}
	}
	return false
}

// wait waits until it is time for another round: when nothing has changed for the
// time quiet after a change, but not much later than most after it. It returns false
// if ctx ends.
func (r *Reader) wait(ctx context.Context, quiet, most time.Duration) bool {
	var poll <-chan time.Time
	if r.blind() {
		poll = time.After(pollEvery)
	}
	select {
	case <-ctx.Done():
		return false
	case <-poll:
		return true
	case <-r.changed:
	}
	latest := time.After(most)
	for {
		select {
		case <-ctx.Done():
			return false
		case <-r.changed:
		case <-time.After(quiet):
			return true
		case <-latest:
			return true
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package mirror

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Files are written in pieces, and several at a time. They are read again when
// nothing has happened for a while, but not much later than the first change.
const (
	quiet = 150 * time.Millisecond
	most  = time.Second
)

// Watch calls changed when something in the folders may have changed, or one of the
// paths has appeared or gone. Each call returns the folders to watch from then on.
// The first call comes soon after the beginning: something may have changed while
// the folders were listed.
//
// Watch returns nil when the context ends, and an error if files cannot be watched
// at all. Calls of changed never overlap. A folder that cannot be watched is
// reported to failed, once.
func Watch(ctx context.Context, paths, dirs []string, changed func() []string, failed func(error)) (err error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching files: %w", err)
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	f := newFollower(w, paths, failed)

	var (
		timer <-chan time.Time // nil unless files are to be read
		first time.Time        // change since they were read
	)
	changedNow := func() {
		now := time.Now()
		if timer == nil {
			first = now
		}
		timer = time.After(max(0, min(quiet, most-now.Sub(first))))
	}
	follow := func(dirs []string) {
		if f.follow(dirs) {
			changedNow() // what came into a folder before it was watched
		}
	}
	follow(dirs)
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-w.Events:
			if f.concerns(e) {
				changedNow()
			}
		case err := <-w.Errors:
			failed(fmt.Errorf("watching files: %w", err))
			changedNow() // events may be lost
		case <-timer:
			timer = nil
			follow(changed())
		}
	}
}

// follower knows what is watched and why.
type follower struct {
	watcher  *fsnotify.Watcher
	failed   func(error)
	paths    map[string]bool // what the user named
	parents  map[string]bool // folders in which only the paths matter
	inside   map[string]bool // folders in which everything matters
	watched  map[string]bool
	reported map[string]bool
}

func newFollower(w *fsnotify.Watcher, paths []string, failed func(error)) *follower {
	f := &follower{
		watcher: w, failed: failed, paths: map[string]bool{}, parents: map[string]bool{},
		inside: map[string]bool{}, watched: map[string]bool{}, reported: map[string]bool{},
	}
	for _, p := range paths {
		p = absolute(p)
		f.paths[p] = true
		f.parents[filepath.Dir(p)] = true
	}
	return f
}

func (f *follower) concerns(e fsnotify.Event) bool {
	if !e.Has(fsnotify.Create | fsnotify.Write | fsnotify.Remove | fsnotify.Rename) {
		return false
	}
	name := absolute(e.Name)
	if e.Has(fsnotify.Remove | fsnotify.Rename) {
		delete(f.watched, name) // a folder that comes back is another one
	}
	return f.paths[name] || f.inside[name] || f.inside[filepath.Dir(name)]
}

// follow watches these folders and no others, and reports whether one is new.
func (f *follower) follow(dirs []string) (added bool) {
	clear(f.inside)
	for _, d := range dirs {
		f.inside[absolute(d)] = true
	}
	for d := range f.watched {
		if !f.inside[d] && !f.parents[d] {
			// It fails for folders that are gone, which is as good.
			_ = f.watcher.Remove(d)
			delete(f.watched, d)
		}
	}
	for _, set := range []map[string]bool{f.parents, f.inside} {
		for d := range set {
			if f.watched[d] {
				continue
			}
			if err := f.watcher.Add(d); err != nil {
				if !f.reported[d] {
					f.reported[d] = true
					f.failed(fmt.Errorf("changes in %s are not seen: %w", d, err))
				}
				continue
			}
			f.watched[d] = true
			added = true
		}
	}
	return added
}

// absolute returns the one name under which a path is compared.
func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.Clean(path)
	}
	return abs
}

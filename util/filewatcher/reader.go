// SPDX-License-Identifier: Apache-2.0

package filewatcher

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A Reader reads files and folders like the package os, and takes note of what it
// looked at. That is followed: when it may have changed, the function that the Reader
// was given to is called again. What is not there is followed too.
//
// A Reader is not safe for concurrent use, and only for use until the function
// returns.
type Reader struct {
	hub     *hub
	report  func(error)
	changed chan struct{} // holds something when the notes may be out of date

	now, before *notes // of this round, or nil between rounds, and of the one before
}

// ReadFile is [os.ReadFile]. The content is the caller's.
func (r *Reader) ReadFile(path string) ([]byte, error) {
	_, _ = r.look(path) // links may be others by now
	data, err := os.ReadFile(path)
	return data, r.note(err)
}

// ReadDir is [os.ReadDir]. What the folder contains is followed, the contents of the
// files in it are not.
func (r *Reader) ReadDir(dir string) ([]fs.DirEntry, error) {
	if at, err := r.look(dir); err == nil {
		r.watch(at)
		r.hub.mu.Lock()
		r.now.lists[at] = struct{}{}
		r.hub.mu.Unlock()
	}
	entries, err := os.ReadDir(dir)
	return entries, r.note(err)
}

// Stat is [os.Stat].
func (r *Reader) Stat(path string) (fs.FileInfo, error) {
	_, _ = r.look(path)
	info, err := os.Stat(path)
	return info, r.note(err)
}

// RealPath returns the absolute path without links that the path leads to. Two paths
// with the same one are the same file. It is an error if nothing is there.
func (r *Reader) RealPath(path string) (string, error) {
	real, err := r.look(path)
	if err != nil {
		return "", &fs.PathError{Op: "open", Path: path, Err: cause(err)}
	}
	return real, nil
}

// look is RealPath with errors as they come.
func (r *Reader) look(path string) (string, error) {
	real, err := r.walk(path)
	return real, r.note(err)
}

// cause returns what is behind the path that an error names.
func cause(err error) error {
	if perr, ok := errors.AsType[*fs.PathError](err); ok {
		return perr.Err
	}
	return err
}

// note takes note of an error that no event will end.
func (r *Reader) note(err error) error {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.now.failed = true
	}
	return err
}

// maxLinks ends circles of links.
const maxLinks = 255

var errTooManyLinks = errors.New("too many levels of symbolic links")

// walk follows the path, as the system does, and takes note of each step.
func (r *Reader) walk(path string) (string, error) {
	// Cleaning the path would be wrong: what is above a link is not what is
	// above the folder that it leads to.
	if !filepath.IsAbs(path) {
		wd, err := os.Getwd()
		if err != nil {
			return "", err
		}
		path = wd + string(filepath.Separator) + path
	}
	at, rest := split(path)
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case ".":
			continue
		case "..":
			at = filepath.Dir(at)
			continue
		}
		l := r.step(at, name)
		switch {
		case l.err != nil:
			return "", l.err
		case l.to == "":
			at = filepath.Join(at, name)
			continue
		}
		if links++; links > maxLinks {
			return "", errTooManyLinks
		}
		if filepath.IsAbs(l.to) {
			var to []string
			at, to = split(l.to)
			rest = append(to, rest...)
		} else {
			rest = append(names(l.to), rest...)
		}
	}
	return at, nil
}

// split returns the root of an absolute path, and the names that follow.
func split(path string) (root string, rest []string) {
	volume := filepath.VolumeName(path)
	return volume + string(filepath.Separator), names(path[len(volume):])
}

func names(path string) []string {
	return strings.FieldsFunc(path, func(c rune) bool { return c < 0x80 && os.IsPathSeparator(uint8(c)) })
}

// step looks up a name in a folder that was reached without links.
func (r *Reader) step(dir, name string) link {
	path := filepath.Join(dir, name)
	if l, ok := r.now.links[path]; ok {
		return l
	}
	// First what makes changes seen, so that there is none before it.
	r.watch(dir)
	r.hub.mu.Lock()
	r.now.names[path] = struct{}{}
	r.hub.mu.Unlock()

	var l link
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		l.to, err = os.Readlink(path)
	}
	l.err = err
	r.now.links[path] = l
	return l
}

// watch makes changes in the folder seen, for this round.
func (r *Reader) watch(dir string) {
	if _, ok := r.now.dirs[dir]; !ok {
		r.now.dirs[dir] = r.hub.watch(dir)
	}
}

// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// finder collects the files below some paths, each file once, in order.
type finder struct {
	files []string
	dirs  []string
	seen  map[string]bool // real paths of files and folders
	errs  []*Error
}

func (f *finder) fail(name string, err error) {
	reason := err.Error()
	if perr := new(fs.PathError); errors.As(err, &perr) {
		reason = perr.Err.Error() // the position already names the file
	}
	f.errs = append(f.errs, &Error{At: Position{File: name}, Reason: reason})
}

// add takes a path that somebody asked for by name: a file counts whatever it is
// called.
func (f *finder) add(path string) {
	path = filepath.Clean(path)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		f.fail(path, err)
	case info.IsDir():
		f.folder(path)
	default:
		f.file(path, info)
	}
}

func (f *finder) folder(dir string) {
	if !f.first(dir) {
		return
	}
	f.dirs = append(f.dirs, dir)
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		f.fail(dir, err)
		return
	}
	for _, e := range entries {
		// Editors, version control and projected volumes keep their own things
		// under such names.
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path) // follows links
		switch {
		case err != nil:
			if isManifest(path) {
				f.fail(path, err)
			}
		case info.IsDir():
			f.folder(path)
		case isManifest(path):
			f.file(path, info)
		}
	}
}

func (f *finder) file(path string, info fs.FileInfo) {
	switch {
	case !info.Mode().IsRegular():
		f.fail(path, errors.New("not a regular file"))
	case f.first(path):
		f.files = append(f.files, path)
		// A change of what a link points to happens in another folder.
		if to, err := filepath.EvalSymlinks(path); err == nil && filepath.Dir(to) != filepath.Dir(path) {
			f.dirs = append(f.dirs, filepath.Dir(to))
		}
	}
}

// first reports whether this is the first time that it is asked about what path
// leads to. It ends circles of links.
func (f *finder) first(path string) bool {
	to, err := filepath.EvalSymlinks(path)
	if err == nil {
		to, err = filepath.Abs(to)
	}
	if err != nil {
		f.fail(path, err)
		return false
	}
	if f.seen[to] {
		return false
	}
	f.seen[to] = true
	return true
}

func isManifest(path string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(path)))
}

var errTooLarge = fmt.Errorf("larger than %d MiB", maxFileSize>>20)

// readFile reads a regular file of bounded size.
func readFile(path string) (data []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info, serr := file.Stat(); serr == nil && info.Size() > maxFileSize {
		return nil, errTooLarge
	}
	// The size may lie, or change.
	data, err = io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err == nil && len(data) > maxFileSize {
		err = errTooLarge
	}
	return data, err
}

// SPDX-License-Identifier: Apache-2.0

package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/krtkit/krtkit/util/filewatcher"
)

// walker finds the manifests below a folder.
type walker struct {
	reader *filewatcher.Reader
	// found is called for each manifest, in the order of their paths.
	found func(path string, data []byte)
	// failed is called for a file, or a folder, that is there but cannot be read.
	failed func(path string, err error)

	seen map[string]bool // real paths of files and folders
}

// root visits the folder that everything is below.
func (w *walker) root(dir string) {
	if err := w.folder(dir); err != nil {
		w.failed(dir, err)
	}
}

// folder visits a folder. What links lead to is visited as if it stood there, and
// everything at most once, since links can lead in a circle. Names that begin with a
// dot are left out: editors, version control and the kubelet have their own things there.
func (w *walker) folder(dir string) error {
	if !w.first(dir) {
		return nil
	}
	entries, err := w.reader.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			path := filepath.Join(dir, e.Name())
			if err := w.entry(path, e.Type()); err != nil {
				w.fail(path, err)
			}
		}
	}
	return nil
}

// entry visits an entry of a folder.
func (w *walker) entry(path string, mode fs.FileMode) error {
	if mode&fs.ModeSymlink != 0 {
		info, err := w.reader.Stat(path)
		if err != nil {
			return err
		}
		mode = info.Mode().Type()
	}
	switch {
	case mode.IsDir():
		return w.folder(path)
	case mode.IsRegular() && isManifest(path) && w.first(path):
		data, err := w.reader.ReadFile(path)
		if err != nil {
			return err
		}
		w.found(path, data)
	}
	return nil
}

// fail passes on an error, unless the reason is that the entry has gone since the
// folder was listed. A link that leads nowhere is there.
func (w *walker) fail(path string, err error) {
	if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) {
		return
	}
	w.failed(path, err)
}

// first reports whether what path leads to was not visited yet.
func (w *walker) first(path string) bool {
	real, err := w.reader.RealPath(path)
	if err != nil {
		return true // which reading it will say again
	}
	if w.seen[real] {
		return false
	}
	w.seen[real] = true
	return true
}

func isManifest(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".yaml" || ext == ".yml"
}

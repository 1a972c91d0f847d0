// SPDX-License-Identifier: Apache-2.0

package files

import (
	"crypto/sha256"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/util/filewatcher"
)

// A FolderWatch knows what the manifests of a folder say, and follows their changes.
// See [NewFolderWatch]. All methods are safe for concurrent use.
type FolderWatch[T any] struct {
	dir      string
	parse    func([]byte) ([]T, error)
	problems krt.StaticCollection[*Error]
	done     chan struct{} // closed when nothing changes any more

	files map[string]*file[T] // by path; used by the goroutine that reads

	mu      sync.Mutex
	items   []T           // of all files; never changed in place
	changed chan struct{} // closed when items are others
}

// file is a file as it was read last. It never changes.
type file[T any] struct {
	sum   [sha256.Size]byte
	items []T      // of its last good state
	errs  []*Error // why that is not what it says now
}

// NewFolderWatch reads the files below a folder whose names end in .yaml or .yml, and
// follows their changes until stop closes; nil never does. Links are followed; names
// that begin with a dot are left out.
//
// Parse returns what a file says. It is called when the content of a file has changed,
// one call at a time, and never with an empty one; the data is its own. It can say
// where a mistake is by returning an [Error] that names no file, or several joined. The
// items of all files, in the order of the paths, make up the content; see
// [NewFileCollection].
//
// It is an error if the folder or a file cannot be read or parsed; then nothing is
// followed. Later, such a file keeps the items of its last good state, and a folder that
// cannot be read, or has gone altogether, those of all its files; see
// [FolderWatch.Errors].
//
// Files are read again when nothing has changed for 250 ms, but at most two seconds
// after the first change.
func NewFolderWatch[T any](fileDir string, parse func([]byte) ([]T, error), stop <-chan struct{}) (*FolderWatch[T], error) {
	return newFolderWatch(fileDir, parse, stop, 250*time.Millisecond, 2*time.Second)
}

func newFolderWatch[T any](
	fileDir string, parse func([]byte) ([]T, error), stop <-chan struct{}, quiet, most time.Duration,
) (*FolderWatch[T], error) {
	w := &FolderWatch[T]{
		dir: filepath.Clean(fileDir), parse: parse,
		problems: krt.NewStaticCollection[*Error](nil, nil, krt.WithStop(stop), krt.WithName("errors of "+fileDir)),
		done:     make(chan struct{}), changed: make(chan struct{}),
	}
	first := make(chan error, 1)
	go w.follow(stop, first, filewatcher.WithDebounce(quiet, most), filewatcher.WithReport(w.report))
	if err := <-first; err != nil {
		<-w.done
		return nil, err
	}
	return w, nil
}

// follow reads the folder until stop closes, or until the end if it cannot be read at
// first. What came of that is sent to first.
func (w *FolderWatch[T]) follow(stop <-chan struct{}, first chan<- error, opts ...filewatcher.Option) {
	defer close(w.done)
	begun := false
	err := filewatcher.Follow(stopContext{stop}, func(r *filewatcher.Reader) error {
		errs := w.read(r)
		if begun {
			w.tell(errs)
			return nil
		}
		if err := join(errs); err != nil {
			first <- err
			return err
		}
		begun = true
		first <- nil
		return nil
	}, opts...)
	if begun && err != nil {
		w.report(err)
	}
}

// Errors returns what is wrong now, as a collection: an element for each mistake in a
// file, or for a file or folder that cannot be read. It is empty if every file is in
// order, synced from the start, and ends with the stop channel of the folder.
func (w *FolderWatch[T]) Errors() krt.Collection[*Error] { return w.problems }

// Err returns what is wrong now as one error that joins an [Error] for each mistake,
// or nil.
func (w *FolderWatch[T]) Err() error {
	errs := w.problems.List()
	slices.SortFunc(errs, func(a, b *Error) int { return strings.Compare(a.Error(), b.Error()) })
	return join(errs)
}

// read reads the folder, and returns what is wrong.
func (w *FolderWatch[T]) read(r *filewatcher.Reader) (errs []*Error) {
	next := map[string]*file[T]{}
	walk := walker{
		reader: r,
		seen:   map[string]bool{},
		found: func(path string, data []byte) {
			if f := w.parsed(path, data); f != nil {
				next[path] = f
			}
		},
		failed: func(path string, err error) {
			if w.keep(next, path) || path == w.dir || isManifest(path) {
				errs = append(errs, locate(path, err)...)
			}
		},
	}
	walk.root(w.dir)

	var items []T
	for _, path := range slices.Sorted(maps.Keys(next)) {
		items = append(items, next[path].items...)
		errs = append(errs, next[path].errs...)
	}
	if !maps.Equal(w.files, next) {
		w.files = next
		w.publish(items)
	}
	return errs
}

// parsed returns the state of a file that was read. It is nil for a file that is
// empty and said nothing before.
func (w *FolderWatch[T]) parsed(path string, data []byte) *file[T] {
	f := &file[T]{sum: sha256.Sum256(data)}
	old := w.files[path]
	if old != nil {
		if old.sum == f.sum {
			return old
		}
		f.items = old.items
	}
	if len(data) == 0 {
		if len(f.items) == 0 {
			return nil
		}
		f.errs = locate(path, ErrEmpty)
		return f
	}
	items, err := w.parse(data)
	if err != nil {
		f.errs = locate(path, err)
	} else {
		f.items = items
	}
	return f
}

// keep puts the files that were there, at the path or below it, into the next state,
// and reports whether there are any.
func (w *FolderWatch[T]) keep(next map[string]*file[T], path string) bool {
	kept := false
	for p, f := range w.files {
		if path == w.dir || p == path || strings.HasPrefix(p, path+string(filepath.Separator)) {
			next[p] = f
			kept = true
		}
	}
	return kept
}

func (w *FolderWatch[T]) publish(items []T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.items = items
	close(w.changed)
	w.changed = make(chan struct{})
}

// current returns the items, and what is closed when they are others.
func (w *FolderWatch[T]) current() ([]T, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.items, w.changed
}

// tell makes the errors known, and logs those that are new and those that are gone.
func (w *FolderWatch[T]) tell(errs []*Error) {
	log := logger()
	broken := map[string]bool{}
	for _, e := range errs {
		broken[e.File] = true
		if w.problems.GetKey(e.ResourceName()) == nil {
			log.Error("what was there before stays", "folder", w.dir, "error", e)
		}
	}
	mended := map[string]bool{}
	for _, e := range w.problems.List() {
		if !broken[e.File] {
			mended[e.File] = true
		}
	}
	for _, file := range slices.Sorted(maps.Keys(mended)) {
		log.Info("no errors any more", "folder", w.dir, "file", file)
	}
	w.problems.Reset(errs)
}

// report logs that changes are not seen as they should be.
func (w *FolderWatch[T]) report(err error) {
	logger().Warn("the folder is not watched as it should be", "folder", w.dir, "error", err)
}

func logger() *slog.Logger { return slog.Default().With("scope", "krt") }

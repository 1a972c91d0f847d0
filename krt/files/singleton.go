// SPDX-License-Identifier: Apache-2.0

package files

import (
	"fmt"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/util/filewatcher"
)

// FileSingleton is one object that a file says. See [NewFileSingleton].
type FileSingleton[T any] struct {
	krt.Singleton[T]
	problem *atomic.Pointer[error]
}

// NewFileSingleton returns a singleton of what readFile makes of a file, and reads the
// file again when it has changed, until the stop of opts closes or the watcher does.
// It is synced from the start. An object that is equal to the one before is no change.
//
// It is an error if the file cannot be read at first, or the watcher has the file
// already. When reading fails later, the object stays; see [FileSingleton.Err].
//
// The file is read again when nothing has changed for 100 ms, but at most a second after
// the first change. Calls of readFile do not overlap.
func NewFileSingleton[T any](
	fileWatcher filewatcher.FileWatcher, filename string, readFile func(filename string) (T, error), opts ...krt.CollectionOption,
) (FileSingleton[T], error) {
	// Watching begins first, so that no change is lost.
	if err := fileWatcher.Add(filename); err != nil {
		return FileSingleton[T]{}, fmt.Errorf("watching for changes: %w", err)
	}
	now, err := readFile(filename)
	if err != nil {
		_ = fileWatcher.Remove(filename) // it was added above
		return FileSingleton[T]{}, join(locate(filename, err))
	}
	name := krt.WithName(fmt.Sprintf("File[%v](%s)", reflect.TypeFor[T](), filename))
	opts = append([]krt.CollectionOption{name}, opts...)
	object := krt.NewStatic(&now, true, opts...)
	f := &singletonFile[T]{
		watcher: fileWatcher, filename: filename, read: readFile,
		object: object, last: now, problem: &atomic.Pointer[error]{},
	}
	go f.follow(krt.GetStop(opts...))
	return FileSingleton[T]{Singleton: object, problem: f.problem}, nil
}

// Err returns why the object is not what the file says now: an [Error], or several
// joined. It is nil if the file could be read. It is safe for concurrent use.
func (s FileSingleton[T]) Err() error {
	if err := s.problem.Load(); err != nil {
		return *err
	}
	return nil
}

// singletonFile follows the file of a singleton.
type singletonFile[T any] struct {
	watcher  filewatcher.FileWatcher
	filename string
	read     func(filename string) (T, error)
	object   krt.StaticSingleton[T]
	last     T
	problem  *atomic.Pointer[error]
}

// A file is read again when it has been quiet for a while.
const (
	quiet = 100 * time.Millisecond
	most  = time.Second
)

func (f *singletonFile[T]) follow(stop <-chan struct{}) {
	events, errs := f.watcher.Events(f.filename), f.watcher.Errors(f.filename)
	if events == nil {
		return // the watcher was closed
	}
	var due, latest <-chan time.Time // nil unless the file is to be read
	for {
		select {
		case <-stop:
			_ = f.watcher.Remove(f.filename) // unless the watcher was closed
			return
		case _, ok := <-events:
			if !ok {
				return
			}
			due = time.After(quiet)
			if latest == nil {
				latest = time.After(most)
			}
			continue
		case err, ok := <-errs:
			if !ok {
				errs = nil
				continue
			}
			logger().Warn("the file is not watched as it should be", "file", f.filename, "error", err)
			continue
		case <-due:
		case <-latest:
		}
		due, latest = nil, nil
		f.update()
	}
}

// update reads the file again.
func (f *singletonFile[T]) update() {
	before := f.problem.Load()
	now, err := f.read(f.filename)
	if err != nil {
		err = join(locate(f.filename, err))
		if before == nil || (*before).Error() != err.Error() {
			logger().Error("what was there before stays", "file", f.filename, "error", err)
		}
		f.problem.Store(&err)
		return
	}
	f.problem.Store(nil)
	if before != nil {
		logger().Info("no errors any more", "file", f.filename)
	}
	if !krt.Equal(f.last, now) {
		f.last = now
		f.object.Set(&now)
	}
}

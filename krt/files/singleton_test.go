// SPDX-License-Identifier: Apache-2.0

package files_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/files"
	"github.com/krtkit/krtkit/krt/krttest"
	"github.com/krtkit/krtkit/util/filewatcher"
)

// memory stands for a file that is watched, in a bubble of synctest.
type memory struct {
	*testing.T
	*filewatcher.FakeWatcher

	start time.Time

	mu      sync.Mutex
	value   int
	err     error
	reads   []time.Duration // when
	watched []string
}

// bubble runs f in a bubble with a memory that says 1.
func bubble(t *testing.T, f func(m *memory)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{T: t, value: 1, start: time.Now()}
		_, m.FakeWatcher = filewatcher.NewFakeWatcher(func(path string, added bool) {
			m.watched = append(m.watched, fmt.Sprint(path, " ", added))
		})
		f(m)
	})
}

func (m *memory) read(string) (thing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads = append(m.reads, time.Since(m.start))
	return thing{"it", m.value}, m.err
}

// set changes the file after some time.
func (m *memory) set(after time.Duration, value int, err error) {
	time.Sleep(after)
	m.mu.Lock()
	m.value, m.err = value, err
	m.mu.Unlock()
	m.InjectEvent("file", fsnotify.Event{Name: "file", Op: fsnotify.Write})
}

func (m *memory) singleton(opts ...krt.CollectionOption) files.FileSingleton[thing] {
	m.Helper()
	s, err := files.NewFileSingleton[thing](m.FakeWatcher, "file", m.read, opts...)
	if err != nil {
		m.Fatal(err)
	}
	return s
}

// follow makes a singleton that ends with f, which is called with a function that
// lets time pass and then compares the object, and what was told.
func (m *memory) follow(f func(s files.FileSingleton[thing], want func(value int, events ...string))) {
	m.Helper()
	stop := make(chan struct{})
	s := m.singleton(krt.WithStop(stop))
	rec := krttest.NewRecorder(m.T, s.AsCollection())
	rec.WaitOrdered("add/it")
	f(s, func(value int, events ...string) {
		m.Helper()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := s.Get(); got == nil || got.Value != value {
			m.Errorf("Get() = %v, want %d", got, value)
		}
		rec.WaitOrdered(events...)
		rec.Empty()
	})
	close(stop)
	synctest.Wait()
}

const ms = time.Millisecond

func (m *memory) wantReads(want ...time.Duration) {
	m.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if diff := cmp.Diff(want, m.reads); diff != "" {
		m.Errorf("times of reads mismatch (-want +got):\n%s", diff)
	}
}

func TestFileSingleton_followsItsFile(t *testing.T) {
	bubble(t, func(m *memory) {
		m.follow(func(s files.FileSingleton[thing], want func(int, ...string)) {
			if !s.AsCollection().HasSynced() {
				t.Error("it is not synced")
			}
			m.set(0, 2, nil)
			want(2, "update/it")
			m.set(0, 2, nil)
			want(2) // it is equal
		})
		if diff := cmp.Diff([]string{"file true", "file false"}, m.watched); diff != "" {
			t.Errorf("watched files mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestFileSingleton_waitsUntilTheFileSettles(t *testing.T) {
	bubble(t, func(m *memory) {
		m.follow(func(_ files.FileSingleton[thing], want func(int, ...string)) {
			m.set(time.Second, 2, nil)
			m.set(99*ms, 3, nil)
			m.set(99*ms, 4, nil)
			want(4, "update/it")
		})
		m.wantReads(0, 1298*ms)
	})
}

func TestFileSingleton_doesNotWaitForeverForTheFileToSettle(t *testing.T) {
	bubble(t, func(m *memory) {
		m.follow(func(_ files.FileSingleton[thing], want func(int, ...string)) {
			for i := range 15 {
				m.set(99*ms, i, nil)
			}
			want(14, "update/it", "update/it")
		})
		m.wantReads(0, 1099*ms, 1585*ms)
	})
}

func TestFileSingleton_keepsTheObjectWhenReadingFails(t *testing.T) {
	bubble(t, func(m *memory) {
		m.follow(func(s files.FileSingleton[thing], want func(int, ...string)) {
			if err := s.Err(); err != nil {
				t.Errorf("Err() = %v at the start", err)
			}
			broken := errors.New("broken")
			m.set(0, 0, broken)
			want(1)
			if err := s.Err(); !errors.Is(err, broken) || err.Error() != "file: broken" {
				t.Errorf("Err() = %v, want one that says that the file is broken", err)
			}
			m.set(0, 1, nil)
			want(1)
			if err := s.Err(); err != nil {
				t.Errorf("Err() = %v when the file is in order", err)
			}
			m.set(0, 2, nil)
			want(2, "update/it")
		})
	})
}

func TestFileSingleton_watcherErrorsEndNothing(t *testing.T) {
	bubble(t, func(m *memory) {
		m.follow(func(_ files.FileSingleton[thing], want func(int, ...string)) {
			m.InjectError("file", errors.New("no more watches"))
			m.set(0, 2, nil)
			want(2, "update/it")
		})
	})
}

func TestFileSingleton_endsWithTheWatcher(t *testing.T) {
	bubble(t, func(m *memory) {
		s := m.singleton() // which has no stop
		synctest.Wait()
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if got := s.Get(); got == nil || got.Value != 1 {
			t.Errorf("Get() = %v, want what was there before", got)
		}
	})
}

func TestFileSingleton_cannotBeginWithErrors(t *testing.T) {
	bubble(t, func(m *memory) {
		m.err = errors.New("broken")
		_, err := files.NewFileSingleton[thing](m.FakeWatcher, "file", m.read)
		if !errors.Is(err, m.err) || err.Error() != "file: broken" {
			t.Errorf("NewFileSingleton() = %v, want an error that says that the file is broken", err)
		}
		if err := m.Add("file"); err != nil {
			t.Errorf("the file is still watched: %v", err)
		}
		m.err = nil
		if _, err = files.NewFileSingleton[thing](m.FakeWatcher, "file", m.read); err == nil {
			t.Error("a file that is watched already is no error")
		}
		if got := slices.Index(m.watched, "file false"); got != 1 {
			t.Errorf("files watched: %v", m.watched)
		}
	})
}

func TestFileSingleton_ofATypeWithoutAKey(t *testing.T) {
	bubble(t, func(m *memory) {
		stop := make(chan struct{})
		s, err := files.NewFileSingleton(m.FakeWatcher, "file", func(string) (map[string]int, error) {
			return map[string]int{"a": 1}, nil
		}, krt.WithStop(stop))
		if err != nil || (*s.Get())["a"] != 1 {
			t.Errorf("got %v, %v", s, err)
		}
		close(stop)
		synctest.Wait()
	})
}

func TestFileSingleton_ofARealFile(t *testing.T) {
	f := newFixture(t)
	f.write("file", "name: it\nvalue: 1\n")
	w := filewatcher.NewWatcher()
	t.Cleanup(func() { f.must(w.Close()) })
	s, err := files.NewFileSingleton(w, f.path("file"), files.ReadFileAsYaml[thing], f.opts...)
	f.must(err)
	rec := krttest.NewRecorder(t, s.AsCollection())
	rec.WaitContent(thing{"it", 1})
	f.write("file", "name: it\nvalue: 2\n")
	rec.WaitContent(thing{"it", 2})
	f.must(os.Remove(f.path("file")))
	f.write("file", "name: it\nvalue: 3\n")
	rec.WaitContent(thing{"it", 3})
}

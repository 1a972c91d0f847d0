// SPDX-License-Identifier: Apache-2.0

package filewatcher_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/filewatcher"
)

// notifiers stands for the notifications of the system, which tests make.
type notifiers struct {
	mu      sync.Mutex
	current *filewatcher.TestNotifier
	opened  int
	closed  int
	openErr error
	addErrs map[string]error
	watched map[string]bool
}

func newNotifiers() *notifiers { return &notifiers{addErrs: map[string]error{}} }

func (n *notifiers) open() (*filewatcher.TestNotifier, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.openErr != nil {
		return nil, n.openErr
	}
	events, errs := make(chan fsnotify.Event), make(chan error)
	n.opened++
	n.watched = map[string]bool{}
	n.current = &filewatcher.TestNotifier{
		Events: events, Errors: errs,
		Add: func(dir string) error {
			n.mu.Lock()
			defer n.mu.Unlock()
			if err := n.addErrs[dir]; err != nil {
				return err
			}
			n.watched[dir] = true
			return nil
		},
		Remove: func(dir string) error {
			n.mu.Lock()
			defer n.mu.Unlock()
			delete(n.watched, dir)
			return nil
		},
		Close: func() error {
			n.closed++
			close(errs)
			close(events)
			return nil
		},
	}
	return n.current, nil
}

func (n *notifiers) fail(openErr error, addErrs map[string]error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.openErr, n.addErrs = openErr, addErrs
}

func (n *notifiers) folders() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Sorted(maps.Keys(n.watched))
}

// rig runs Follow with such notifications, in a bubble of synctest.
type rig struct {
	tree
	*notifiers

	start time.Time

	seen    sync.Mutex
	calls   []time.Duration // when
	reports []string
}

func (r *rig) called() {
	r.seen.Lock()
	defer r.seen.Unlock()
	r.calls = append(r.calls, time.Since(r.start))
}

func (r *rig) report(err error) {
	r.seen.Lock()
	defer r.seen.Unlock()
	r.reports = append(r.reports, strings.ReplaceAll(err.Error(), r.root, "ROOT"))
}

// wantReports compares the reports so far.
func (r *rig) wantReports(reports ...string) {
	r.Helper()
	r.seen.Lock()
	defer r.seen.Unlock()
	if diff := cmp.Diff(reports, r.reports); diff != "" {
		r.Errorf("reports mismatch (-want +got):\n%s", diff)
	}
}

// bubble runs f with a rig that calls read.
func bubble(t *testing.T, read func(f tree, r *filewatcher.Reader) error, f func(r *rig), opts ...filewatcher.Option) {
	t.Helper()
	bubbleWith(t, newNotifiers(), read, f, opts...)
}

func bubbleWith(t *testing.T, n *notifiers, read func(f tree, r *filewatcher.Reader) error, f func(r *rig), opts ...filewatcher.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{tree: newTree(t), notifiers: n, start: time.Now()}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		opts = append([]filewatcher.Option{
			filewatcher.WithNotifier(n.open),
			filewatcher.WithReport(r.report),
		}, opts...)
		go func() {
			done <- filewatcher.Follow(ctx, func(reader *filewatcher.Reader) error {
				r.called()
				return read(r.tree, reader)
			}, opts...)
		}()
		synctest.Wait()
		f(r)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n.opened != n.closed {
			t.Errorf("%d notifiers were opened, %d closed", n.opened, n.closed)
		}
	})
}

func readFile(f tree, r *filewatcher.Reader) error {
	_, _ = r.ReadFile(f.path("in/file"))
	return nil
}

// sleep lets time pass, and everything happen that belongs to it.
func (r *rig) sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// send is an event of something in the tree, after some time.
func (r *rig) send(after time.Duration, name string, op fsnotify.Op) {
	r.Helper()
	r.sleep(after)
	r.current.Events <- fsnotify.Event{Name: r.path(name), Op: op}
	synctest.Wait()
}

// want compares the times of the calls so far.
func (r *rig) want(calls ...time.Duration) {
	r.Helper()
	r.seen.Lock()
	defer r.seen.Unlock()
	if diff := cmp.Diff(calls, r.calls); diff != "" {
		r.Errorf("times of calls mismatch (-want +got):\n%s", diff)
	}
}

const ms = time.Millisecond

func TestFollow_waitsUntilThingsSettle(t *testing.T) {
	bubble(t, readFile, func(r *rig) {
		r.send(time.Second, "in", fsnotify.Write)
		r.send(50*ms, "in", fsnotify.Write)
		r.sleep(time.Second)
		r.want(0, 1150*ms)
	})
}

func TestFollow_doesNotWaitForeverForThingsToSettle(t *testing.T) {
	bubble(t, readFile, func(r *rig) {
		r.send(time.Second, "in", fsnotify.Write)
		for range 11 {
			r.send(70*ms, "in", fsnotify.Write)
		}
		r.sleep(time.Second)
		r.want(0, 1300*ms, 1650*ms, 1970*ms)
	}, filewatcher.WithDebounce(200*ms, 300*ms))
}

func TestFollow_readsOnlyWhatMayHaveChanged(t *testing.T) {
	for _, tt := range []struct {
		name string
		file string
		op   fsnotify.Op
		read bool
	}{
		{"the file", "in/file", fsnotify.Write, true},
		{"the file may be readable now", "in/file", fsnotify.Chmod, true},
		{"its folder", "in", fsnotify.Create, true},
		{"a file beside it", "in/other", fsnotify.Write, false},
		{"a new file beside it", "in/other", fsnotify.Create, false},
		{"a file in a folder that is listed", "list/file", fsnotify.Write, false},
		{"its attributes", "list/file", fsnotify.Chmod, false},
		{"a new file in that folder", "list/file", fsnotify.Create, true},
		{"one that is renamed there", "list/file", fsnotify.Rename, true},
		{"the folder", "list", fsnotify.Remove, true},
		{"something elsewhere", "elsewhere", fsnotify.Create, false},
		{"something below the file", "in/file/x", fsnotify.Create, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(f tree, r *filewatcher.Reader) error {
				f.mkdir("list")
				f.mkdir("in")
				_, _ = r.ReadDir(f.path("list"))
				return readFile(f, r)
			}, func(r *rig) {
				r.send(0, tt.file, tt.op)
				r.sleep(time.Second)
				if tt.read {
					r.want(0, 100*ms)
				} else {
					r.want(0)
				}
			})
		})
	}
}

func TestFollow_changesDuringACallAreReadAfterIt(t *testing.T) {
	calls := 0
	n := newNotifiers()
	err := filewatcher.Follow(t.Context(), func(r *filewatcher.Reader) error {
		if calls++; calls == 2 {
			return context.Canceled
		}
		path, err := filepath.Abs("nowhere")
		if err != nil {
			return err
		}
		_, _ = r.ReadFile(path)
		n.current.Events <- fsnotify.Event{Name: path, Op: fsnotify.Create}
		return nil
	}, filewatcher.WithNotifier(n.open))
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestFollow_watchesWhatItNeedsAndNoMore(t *testing.T) {
	bubble(t, func(f tree, r *filewatcher.Reader) error {
		data, _ := r.ReadFile(f.path("where"))
		_, _ = r.ReadFile(f.path(string(data)))
		return nil
	}, func(r *rig) {
		below := func() (dirs []string) {
			for _, dir := range r.folders() {
				if rest, ok := strings.CutPrefix(dir, r.root+"/"); ok {
					dirs = append(dirs, rest)
				}
			}
			return dirs
		}
		r.write("a/a/file", "")
		r.write("b/file", "")
		for _, tt := range []struct {
			where string
			want  []string
		}{{"a/a/file", []string{"a", "a/a"}}, {"b/file", []string{"b"}}, {"file", nil}} {
			r.write("where", tt.where)
			r.send(0, "where", fsnotify.Write)
			r.sleep(time.Second)
			if diff := cmp.Diff(tt.want, below()); diff != "" {
				r.Errorf("folders watched for %s mismatch (-want +got):\n%s", tt.where, diff)
			}
			if dirs := r.folders(); !slices.Contains(dirs, r.root) || !slices.Contains(dirs, filepath.Dir(r.root)) {
				r.Errorf("%v are watched: the root of the tree and what is above are missing", dirs)
			}
		}
	})
}

func TestFollow_readsEverythingAgainWhenEventsAreLost(t *testing.T) {
	bubble(t, readFile, func(r *rig) {
		r.mkdir("in")
		r.current.Errors <- fsnotify.ErrEventOverflow
		r.sleep(time.Second)
		r.want(0, 100*ms)
		if r.opened != 2 || !slices.Contains(r.folders(), r.path("in")) {
			r.Errorf("%d notifiers, the last one watches %v; want a second one that watches all", r.opened, r.folders())
		}
		r.send(0, "in/file", fsnotify.Create)
		r.sleep(time.Second)
		r.want(0, 100*ms, 1100*ms)
		r.wantReports("files are read again, events were lost: fsnotify: queue or buffer overflow")
	})
}

func TestFollow_readsFromTimeToTimeWithoutNotifications(t *testing.T) {
	n := newNotifiers()
	n.fail(errors.New("too many open files"), nil)
	bubbleWith(t, n, readFile, func(r *rig) {
		r.sleep(25 * time.Second)
		r.want(0, 10*time.Second, 20*time.Second)
		r.wantReports("files are read again every 10s, changes are not told: too many open files")
		r.fail(nil, nil)
		r.sleep(6 * time.Second)
		r.want(0, 10*time.Second, 20*time.Second, 30*time.Second)
		r.sleep(time.Hour) // it is told now
		r.send(0, "in", fsnotify.Create)
		r.sleep(time.Second)
		r.want(0, 10*time.Second, 20*time.Second, 30*time.Second, time.Hour+31*time.Second+100*ms)
	})
}

func TestFollow_readsFoldersThatCannotBeWatchedFromTimeToTime(t *testing.T) {
	full := errors.New("no space left on device")
	bubble(t, func(f tree, r *filewatcher.Reader) error {
		f.mkdir("in/deeper")
		_, _ = r.ReadDir(f.path("in/deeper"))
		return readFile(f, r)
	}, func(r *rig) {
		r.fail(nil, map[string]error{r.path("in"): full, r.path("in/deeper"): full})
		r.send(0, "in", fsnotify.Create)
		r.sleep(15 * time.Second)
		r.want(0, 100*ms, 10100*ms)
		r.wantReports("ROOT/in and 1 more folders: read again every 10s, changes are not told: no space left on device")
		r.fail(nil, nil)
		r.sleep(time.Hour)
		r.want(0, 100*ms, 10100*ms, 20100*ms)
	})
}

func TestFollow_triesAgainWhatCannotBeRead(t *testing.T) {
	bubble(t, readFile, func(r *rig) {
		r.mkdir("in/file") // a folder cannot be read as a file
		r.send(0, "in", fsnotify.Create)
		r.sleep(15 * time.Second)
		r.want(0, 100*ms, 10100*ms)
		r.remove("in/file")
		r.write("in/file", "")
		r.sleep(time.Hour)
		r.want(0, 100*ms, 10100*ms, 20100*ms)
	})
}

func TestFollow_readsSilentFileSystemsFromTimeToTime(t *testing.T) {
	if _, err := os.Stat("/proc/self/comm"); err != nil {
		t.Skip("there is no /proc")
	}
	bubble(t, func(_ tree, r *filewatcher.Reader) error {
		_, err := r.ReadFile("/proc/self/comm")
		return err
	}, func(r *rig) {
		r.sleep(25 * time.Second)
		r.want(0, 10*time.Second, 20*time.Second)
		r.wantReports() // it is nobody's fault
	})
}

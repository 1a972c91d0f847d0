// SPDX-License-Identifier: Apache-2.0

package filewatcher_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/filewatcher"
)

// wantNext waits for an event of a file. What happened before may be told once more.
func (f tree) wantNext(w filewatcher.FileWatcher, name string, want fsnotify.Op) {
	f.Helper()
	for late := f.late(); ; {
		select {
		case e := <-w.Events(f.path(name)):
			if e.Name != f.path(name) {
				f.Errorf("the event of %s is for %s", name, e.Name)
			}
			if e.Op == want {
				return
			}
		case err := <-w.Errors(f.path(name)):
			f.Error(err)
		case <-late:
			f.Fatalf("there is no %v of %s", want, name)
		}
	}
}

// newWatcher returns a watcher that the end of the test closes.
func (f tree) newWatcher(names ...string) filewatcher.FileWatcher {
	f.Helper()
	w := filewatcher.NewWatcher()
	f.Cleanup(func() { f.must(w.Close()) })
	for _, name := range names {
		f.must(w.Add(f.path(name)))
	}
	return w
}

func TestWatcher_tellsWhatBecameOfAFile(t *testing.T) {
	f := newTree(t)
	w := f.newWatcher("in/file")
	f.mkdir("in")
	f.replace("in/file", "1")
	f.wantNext(w, "in/file", fsnotify.Create)
	f.replace("in/file", "2")
	f.wantNext(w, "in/file", fsnotify.Write)
	f.remove("in/file")
	f.wantNext(w, "in/file", fsnotify.Remove)
	f.replace("in/file", "2")
	f.wantNext(w, "in/file", fsnotify.Create)
	f.remove("in")
	f.wantNext(w, "in/file", fsnotify.Remove)
	f.mkdir("in")
	f.replace("in/file", "3")
	f.wantNext(w, "in/file", fsnotify.Create)
}

func TestWatcher_tellsOnlyWhenContentsDiffer(t *testing.T) {
	f := newTree(t)
	f.project("conf", "1", map[string]string{"a": "1", "b": "1"})
	w := f.newWatcher("conf/a", "conf/b")
	for i := range 3 {
		f.project("conf", fmt.Sprint(2+i), map[string]string{"a": "1", "b": fmt.Sprint(2 + i)})
		f.wantNext(w, "conf/b", fsnotify.Write)
	}
	// Had something been told of a, that would have been before the last of these.
	select {
	case e := <-w.Events(f.path("conf/a")):
		t.Errorf("a has not changed, but there is %v", e)
	default:
	}
}

func TestWatcher_whoDoesNotReceiveDelaysNobody(t *testing.T) {
	f := newTree(t)
	w := f.newWatcher("slow", "fast")
	for range 5 {
		f.replace("slow", "1")
		f.replace("fast", "1")
		f.wantNext(w, "fast", fsnotify.Create)
		f.remove("slow")
		f.remove("fast")
		f.wantNext(w, "fast", fsnotify.Remove)
	}
	f.wantNext(w, "slow", fsnotify.Create)
}

func TestWatcher_tellsWhatMayHaveBeenReadInBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, n := newTree(t), newNotifiers()
		w := filewatcher.NewTestWatcher(n.open)
		f.must(w.Add(f.path("file")))
		var got []string
		note := func(after time.Duration, text string) {
			time.Sleep(after)
			f.write("file", text)
			for range 3 { // one burst
				n.current.Events <- fsnotify.Event{Name: f.path("file"), Op: fsnotify.Write}
				time.Sleep(5 * ms)
			}
			time.Sleep(20 * ms)
			select {
			case e := <-w.Events(f.path("file")):
				got = append(got, e.Op.String())
			default:
				got = append(got, "nothing")
			}
		}
		note(0, "1")
		note(100*ms, "1") // it may have been 2 for a moment, and read so
		note(900*ms, "1")
		note(time.Second, "1")
		note(time.Hour, "2")
		note(time.Hour, "2")
		f.must(w.Close())
		if diff := cmp.Diff([]string{"CREATE", "WRITE", "WRITE", "nothing", "WRITE", "nothing"}, got); diff != "" {
			t.Errorf("events mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestWatcher_usesAreCheckedAndChannelsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // and nothing is left behind
		newFake, fake := filewatcher.NewFakeWatcher(nil)
		if newFake() != filewatcher.FileWatcher(fake) {
			t.Error("the function returns another watcher")
		}
		for name, w := range map[string]filewatcher.FileWatcher{"real": filewatcher.NewWatcher(), "fake": fake} {
			dir := t.TempDir()
			text := func(err error) string {
				if err == nil {
					return "ok"
				}
				return err.Error()
			}
			isOpen := func(path string) string {
				events, errs := w.Events(path), w.Errors(path)
				return fmt.Sprint(events != nil, errs != nil)
			}
			a, b := w, w
			var got []string
			note := func(s string) { got = append(got, s) }
			t.Chdir(dir)
			note(isOpen("a"))
			note(text(a.Add("a")))
			note(text(b.Add("./a")))
			note(isOpen("x/../a"))
			note(text(w.Add("b")))
			note(text(w.Remove("c")))
			eventsA, errorsA := w.Events("a"), w.Errors("a")
			note(text(w.Remove("a")))
			_, ok := <-eventsA
			_, ok2 := <-errorsA
			note(fmt.Sprint(ok, ok2))
			note(isOpen("a"))
			note(text(w.Add("a")))
			eventsB := w.Events("b")
			note(text(w.Close()))
			_, ok = <-eventsB
			note(fmt.Sprint(ok))
			note(text(w.Close()))
			note(isOpen("b"))
			note(text(w.Add("d")))
			note(text(w.Remove("b")))
			want := []string{
				"false false", "ok", "file ./a is watched already", "true true", "ok", "file c is not watched",
				"ok", "false false", "false false", "ok", "ok", "false", "ok", "false false",
				"file d: using a closed watcher", "file b: using a closed watcher",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s watcher mismatch (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestFakeWatcher_tellsWhatIsInjected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		_, w := filewatcher.NewFakeWatcher(func(path string, added bool) { log = append(log, fmt.Sprint(path, " ", added)) })
		w.InjectEvent("a", fsnotify.Event{}) // for nobody
		w.InjectError("a", nil)
		for _, path := range []string{"a", "b"} {
			if err := w.Add(path); err != nil {
				t.Fatal(err)
			}
		}
		go w.InjectEvent("a", fsnotify.Event{Name: "a", Op: fsnotify.Write})
		if e := <-w.Events("a"); e.Op != fsnotify.Write {
			t.Errorf("got %v", e)
		}
		go w.InjectError("b", fsnotify.ErrClosed)
		if err := <-w.Errors("b"); err != fsnotify.ErrClosed { //nolint:errorlint // the very same
			t.Errorf("got %v", err)
		}
		// Nobody takes these. They end with the files.
		go w.InjectEvent("a", fsnotify.Event{})
		go w.InjectError("b", nil)
		synctest.Wait()
		if err := w.Remove("a"); err != nil {
			t.Error(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"a true", "b true", "a false", "b false"}, log); diff != "" {
			t.Errorf("calls mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestWatcher_canBeUsedByManyAtOnce(t *testing.T) {
	f := newTree(t)
	w := filewatcher.NewWatcher()
	var users sync.WaitGroup
	for i := range 8 {
		name := f.path(fmt.Sprint("file", i%4))
		users.Go(func() {
			for range 20 {
				_ = w.Add(name) // or it is there already
				_ = w.Events(name)
				_ = w.Remove(name)
			}
		})
	}
	for i := range 50 {
		f.replace(fmt.Sprint("file", i%4), fmt.Sprint(i))
	}
	users.Wait()
	for i := range 4 {
		_ = w.Remove(f.path(fmt.Sprint("file", i)))
	}
	if n := filewatcher.Readers(w); n != 0 {
		t.Errorf("%d readers are left", n)
	}
	f.must(w.Close())
}

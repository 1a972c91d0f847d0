// SPDX-License-Identifier: Apache-2.0

package filewatcher_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/filewatcher"
)

// tree is a folder in which tests make and change files.
type tree struct {
	*testing.T

	root string
}

func newTree(t *testing.T) tree {
	t.Helper()
	return tree{t, t.TempDir()}
}

func (f tree) path(name string) string { return filepath.Join(f.root, name) }

func (f tree) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f tree) mkdir(name string) {
	f.Helper()
	f.must(os.MkdirAll(f.path(name), 0o755))
}

func (f tree) write(name, text string) {
	f.Helper()
	f.mkdir(filepath.Dir(name))
	f.must(os.WriteFile(f.path(name), []byte(text), 0o600))
}

// replace writes a file that appears under its name in one moment.
func (f tree) replace(name, text string) {
	f.Helper()
	f.write("tmp", text)
	f.rename("tmp", name)
}

func (f tree) rename(from, to string) {
	f.Helper()
	f.must(os.Rename(f.path(from), f.path(to)))
}

func (f tree) remove(name string) {
	f.Helper()
	f.must(os.RemoveAll(f.path(name)))
}

// link makes name a link, in one moment even if it was one before.
func (f tree) link(to, name string) {
	f.Helper()
	f.must(os.Symlink(to, f.path("tmplink")))
	f.rename("tmplink", name)
}

// content is what a reader finds under a path, for comparison.
func content(data []byte, err error) string {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "nothing"
	case err != nil:
		return "error"
	default:
		return string(data)
	}
}

// follow follows what read returns, and returns a function that waits until that is
// what is wanted. Notifications must be all that is needed for it.
func (f tree) follow(read func(r *filewatcher.Reader) string) (until func(want string)) {
	f.Helper()
	states := make(chan string)
	ctx, cancel := context.WithCancel(f.Context())
	done := make(chan error)
	go func() {
		done <- filewatcher.Follow(ctx, func(r *filewatcher.Reader) error {
			select {
			case states <- read(r):
			case <-ctx.Done():
			}
			return nil
		}, filewatcher.WithDebounce(time.Millisecond, time.Second), filewatcher.WithReport(func(err error) { f.Error(err) }))
	}()
	f.Cleanup(func() {
		cancel()
		f.must(<-done)
	})
	last := "not called yet"
	return func(want string) {
		f.Helper()
		for late := f.late(); last != want; {
			select {
			case last = <-states:
			case <-late:
				f.Fatalf("the last call saw %q, want %q", last, want)
			}
		}
	}
}

// late tells that a test has failed: no notification is that slow, and what is read
// again for want of one comes later.
func (f tree) late() <-chan time.Time { return time.After(filewatcher.PollEvery / 2) }

// followFile follows the content of a file.
func (f tree) followFile(path string) (until func(want string)) {
	f.Helper()
	return f.follow(func(r *filewatcher.Reader) string { return content(r.ReadFile(path)) })
}

func TestFollow_seesAFileHoweverItChanges(t *testing.T) {
	f := newTree(t)
	until := f.followFile(f.path("a/b/file"))
	until("nothing")
	for _, step := range []struct {
		name   string
		change func()
		want   string
	}{
		{"its folders are made with it", func() { f.write("a/b/file", "1") }, "1"},
		{"it is written in place", func() { f.write("a/b/file", "2") }, "2"},
		{"it is replaced", func() { f.replace("a/b/file", "3") }, "3"},
		{"it is removed", func() { f.remove("a/b/file") }, "nothing"},
		{"it is made again", func() { f.write("a/b/file", "4") }, "4"},
		{"its folder is removed", func() { f.remove("a/b") }, "nothing"},
		{"its folder is made again", func() { f.write("a/b/file", "5") }, "5"},
		{"it is written in the new folder", func() { f.write("a/b/file", "6") }, "6"},
		{"its folder is renamed", func() { f.rename("a/b", "a/c") }, "nothing"},
		{"its folder gets its name back", func() { f.rename("a/c", "a/b") }, "6"},
		{"it is written in that folder", func() { f.write("a/b/file", "7") }, "7"},
		{"another folder takes the place of its own", func() {
			f.write("other/file", "8")
			f.rename("a/b", "a/c")
			f.rename("other", "a/b")
		}, "8"},
		{"it is written in the other folder", func() { f.write("a/b/file", "9") }, "9"},
		{"a folder above is renamed", func() { f.rename("a", "away") }, "nothing"},
		{"a folder above is made again", func() { f.write("a/b/file", "10") }, "10"},
		{"a file takes the place of its folder", func() {
			f.remove("a/b")
			f.write("a/b", "no folder")
		}, "error"},
		{"the folder comes back", func() {
			f.remove("a/b")
			f.write("a/b/file", "11")
		}, "11"},
	} {
		t.Log(step.name)
		step.change()
		until(step.want)
	}
}

func TestFollow_seesWhatLinksLeadTo(t *testing.T) {
	f := newTree(t)
	f.mkdir("conf")
	until := f.followFile(f.path("current/../current/file"))
	until("nothing")
	for _, step := range []struct {
		name   string
		change func()
		want   string
	}{
		{"a link of a folder that is not there", func() { f.link("releases/1", "current") }, "nothing"},
		{"the folder is made", func() { f.write("releases/1/file", "1") }, "error"}, // releases/current is not there
		{"the path leads through it", func() { f.link("../current", "releases/current") }, "1"},
		{"the file behind the link is written", func() { f.write("releases/1/file", "2") }, "2"},
		{"the link of the folder is exchanged", func() {
			f.write("releases/2/file", "3")
			f.link("releases/2", "current")
		}, "3"},
		{"the file behind the new link is written", func() { f.write("releases/2/file", "4") }, "4"},
		{"the file is a link out of there", func() {
			f.write("conf/real", "5")
			f.link(f.path("conf/real"), "releases/2/file")
		}, "5"},
		{"what it leads to is written", func() { f.write("conf/real", "6") }, "6"},
		{"what it leads to is replaced", func() { f.replace("conf/real", "7") }, "7"},
		{"links lead in a circle", func() { f.link("file", "releases/2/file") }, "error"},
		{"and no longer", func() { f.replace("releases/2/file", "8") }, "8"},
	} {
		t.Log(step.name)
		step.change()
		if step.want == "error" {
			continue // what is read then is another matter
		}
		until(step.want)
	}
}

// project writes files as the kubelet writes those of a ConfigMap: into a new folder,
// to which a link is exchanged.
func (f tree) project(dir, version string, files map[string]string) {
	f.Helper()
	for name, text := range files {
		f.write(filepath.Join(dir, "..v"+version, name), text)
	}
	old, err := os.Readlink(f.path(dir + "/..data"))
	f.link("..v"+version, dir+"/..data")
	for name := range files {
		if _, err := os.Lstat(f.path(filepath.Join(dir, name))); err != nil {
			f.must(os.Symlink("..data/"+name, f.path(filepath.Join(dir, name))))
		}
	}
	if err == nil {
		f.remove(filepath.Join(dir, old))
	}
}

func TestFollow_seesConfigMapsChange(t *testing.T) {
	f := newTree(t)
	f.project("conf", "1", map[string]string{"app": "1"})
	until := f.followFile(f.path("conf/app"))
	until("1")
	for i := range 10 {
		version := fmt.Sprint(i + 2)
		f.project("conf", version, map[string]string{"app": version})
		until(version)
	}
}

func TestFollow_seesFoldersAndWhatIsInThem(t *testing.T) {
	f := newTree(t)
	f.mkdir("in")
	f.write("out/z", "")
	var walk func(r *filewatcher.Reader, dir string) []string
	walk = func(r *filewatcher.Reader, dir string) (found []string) {
		entries, err := r.ReadDir(dir)
		if err != nil {
			return []string{content(nil, err)}
		}
		for _, e := range entries {
			if info, err := r.Stat(filepath.Join(dir, e.Name())); err == nil && info.IsDir() {
				for _, below := range walk(r, filepath.Join(dir, e.Name())) {
					found = append(found, e.Name()+"/"+below)
				}
			} else {
				found = append(found, e.Name())
			}
		}
		return found
	}
	until := f.follow(func(r *filewatcher.Reader) string { return strings.Join(walk(r, f.path("in")), " ") })
	until("")
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() { f.write("in/a", "") }, "a"},
		{func() { f.write("in/b/c/d", "") }, "a b/c/d"},
		{func() { f.write("in/b/c/e", "") }, "a b/c/d b/c/e"},
		{func() { f.rename("in/b/c", "in/c") }, "a c/d c/e"},
		{func() { f.write("in/c/f", "") }, "a c/d c/e c/f"},
		{func() { f.link("../out", "in/out") }, "a c/d c/e c/f out/z"},
		{func() { f.write("out/y", "") }, "a c/d c/e c/f out/y out/z"},
		{func() { f.remove("in/c") }, "a out/y out/z"},
		{func() { f.rename("in", "away") }, "nothing"},
		{func() { f.rename("away", "in") }, "a out/y out/z"},
		{func() { f.remove("in/out") }, "a"},
		{func() { f.remove("in/a") }, ""},
	} {
		step.change()
		until(step.want)
	}
}

func TestFollow_endsWithItsContext(t *testing.T) {
	// The bubble ends when nothing that was started in it runs any more.
	synctest.Test(t, func(t *testing.T) {
		f := newTree(t)
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		if err := filewatcher.Follow(ctx, func(r *filewatcher.Reader) error {
			calls++
			cancel()
			_, err := r.ReadDir(f.root)
			return err
		}); err != nil {
			t.Errorf("Follow() = %v, want nil", err)
		}
		if calls != 1 {
			t.Errorf("%d calls, want 1", calls)
		}
	})
}

func TestFollow_returnsTheErrorOfItsFunction(t *testing.T) {
	want := errors.New("enough")
	err := filewatcher.Follow(t.Context(), func(r *filewatcher.Reader) error {
		_, _ = r.ReadDir("nowhere")
		return want
	})
	if !errors.Is(err, want) {
		t.Errorf("Follow() = %v, want %v", err, want)
	}
}

func TestFollow_pathsAreRelativeToTheCurrentFolder(t *testing.T) {
	f := newTree(t)
	t.Chdir(f.root)
	f.write("in/file", "1")
	until := f.followFile("in/./x/../file")
	until("nothing") // x is not there, whatever follows it
	f.mkdir("in/x")
	until("1")
	f.write("in/file", "2")
	until("2")
}

func TestReader_readsAsTheSystemDoes(t *testing.T) {
	f := newTree(t)
	f.write("a/file", "1")
	f.write("secret", "2")
	f.must(os.Chmod(f.path("secret"), 0))
	f.must(os.Symlink("a", f.path("link")))
	f.must(os.Symlink("loop", f.path("loop")))
	f.must(os.Symlink("nothing", f.path("dangling")))
	err := filewatcher.Follow(t.Context(), func(r *filewatcher.Reader) error {
		for _, name := range []string{
			".", "a", "a/file", "link", "link/file", "link/../secret", "a/../link/./file", "a//file", "secret",
			"loop", "dangling", "nothing", "nothing/nothing", "a/file/x",
		} {
			path := f.root + "/" + name
			_, wantErr := os.Stat(path)
			_, err := r.Stat(path)
			if (err == nil) != (wantErr == nil) || errors.Is(err, os.ErrNotExist) != errors.Is(wantErr, os.ErrNotExist) {
				t.Errorf("Stat(%s) = %v, want %v", name, err, wantErr)
			}
			want, wantErr := os.ReadFile(path)
			got, err := r.ReadFile(path)
			if diff := cmp.Diff(content(want, wantErr), content(got, err)); diff != "" {
				t.Errorf("ReadFile(%s) mismatch (-want +got):\n%s", name, diff)
			}
			entries, wantErr := os.ReadDir(path)
			found, err := r.ReadDir(path)
			if len(entries) != len(found) || (err == nil) != (wantErr == nil) {
				t.Errorf("ReadDir(%s) = %v, %v, want %v, %v", name, found, err, entries, wantErr)
			}
			real, wantErr := filepath.EvalSymlinks(path)
			if got, err := r.RealPath(path); got != real || (err == nil) != (wantErr == nil) {
				t.Errorf("RealPath(%s) = %q, %v, want %q, %v", name, got, err, real, wantErr)
			}
		}
		return context.Canceled
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

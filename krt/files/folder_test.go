// SPDX-License-Identifier: Apache-2.0

package files_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/files"
	"github.com/krtkit/krtkit/krt/krttest"
)

// thing is what the files of the tests say.
type thing struct {
	Name  string `json:"name"`
	Value int    `json:"value"`
}

func (t thing) ResourceName() string { return t.Name }

func same(t thing) *thing { return new(t) }

// doc is a document that says a thing.
func doc(name string, value int) string {
	return fmt.Sprintf("---\nname: %s\nvalue: %d\n", name, value)
}

// fixture is a folder, and what is made of it.
type fixture struct {
	*testing.T

	root   string
	opts   []krt.CollectionOption
	stop   chan struct{}
	folder *files.FolderWatch[thing]
	things *krttest.Recorder[thing]
	errs   *krttest.Recorder[*files.Error]
}

// newFixture returns an empty folder, which nobody watches yet. Everything in it ends
// with the test.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	krttest.CheckGoroutines(t)
	f := &fixture{T: t, root: t.TempDir(), stop: make(chan struct{})}
	f.opts = []krt.CollectionOption{krt.WithStop(f.stop)}
	t.Cleanup(func() { close(f.stop) })
	return f
}

// watch watches the folder "in".
func (f *fixture) watch() {
	f.Helper()
	f.watchWith(files.ParseYAML[thing])
}

func (f *fixture) watchWith(parse func([]byte) ([]thing, error)) {
	f.Helper()
	var err error
	f.folder, err = files.NewQuickFolderWatch(f.path("in"), parse, f.stop)
	f.must(err)
	f.things = krttest.NewRecorder(f.T, files.NewFileCollection(f.folder, same, f.opts...))
	f.errs = krttest.NewRecorder(f.T, f.folder.Errors())
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) path(name string) string { return filepath.Join(f.root, name) }

func (f *fixture) write(name string, text ...string) {
	f.Helper()
	f.must(os.MkdirAll(filepath.Dir(f.path(name)), 0o755))
	f.must(os.WriteFile(f.path(name), []byte(strings.Join(text, "")), 0o600))
}

// replace writes a file that appears under its name in one moment.
func (f *fixture) replace(name string, text ...string) {
	f.Helper()
	tmp, err := os.CreateTemp(f.root, "")
	f.must(err)
	f.must(tmp.Close())
	f.must(os.WriteFile(tmp.Name(), []byte(strings.Join(text, "")), 0o600))
	f.must(os.Rename(tmp.Name(), f.path(name)))
}

func (f *fixture) rename(from, to string) {
	f.Helper()
	f.must(os.Rename(f.path(from), f.path(to)))
}

func (f *fixture) remove(name string) {
	f.Helper()
	f.must(os.RemoveAll(f.path(name)))
}

// link makes name a link, in one moment even if it was one before.
func (f *fixture) link(to, name string) {
	f.Helper()
	f.must(os.Symlink(to, f.path("tmplink")))
	f.rename("tmplink", name)
}

// says waits until the collection holds these things, each "name=value".
func (f *fixture) says(want ...thing) {
	f.Helper()
	f.things.WaitContent(want...)
}

// complains waits until these are the errors, each without the path of the folder.
func (f *fixture) complains(want ...string) {
	f.Helper()
	for {
		got := f.complaints()
		if cmp.Equal(want, got) {
			return
		}
		f.errs.WaitCompare(func(krt.Event[*files.Error]) bool { return !cmp.Equal(got, f.complaints()) })
	}
}

func (f *fixture) complaints() []string {
	f.Helper()
	err := f.folder.Err()
	if err == nil {
		return nil
	}
	return strings.Split(strings.ReplaceAll(err.Error(), f.root+"/", ""), "\n")
}

func TestFolderWatch_followsItsFiles(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1), doc("b", 1))
	f.write("in/deep/down/c.yml", doc("c", 1))
	for _, other := range []string{"in/README.md", "in/.hidden.yaml", "in/.git/d.yaml", "in/d.yaml~"} {
		f.write(other, doc("d", 1))
	}
	f.watch()
	f.says(thing{"a", 1}, thing{"b", 1}, thing{"c", 1})
	for _, step := range []struct {
		name   string
		change func()
		want   []thing
	}{
		{"a file is written", func() { f.write("in/a.yaml", doc("a", 2)) }, []thing{{"a", 2}, {"c", 1}}},
		{"a file is replaced", func() { f.replace("in/a.yaml", doc("a", 3)) }, []thing{{"a", 3}, {"c", 1}}},
		{"a file comes", func() { f.write("in/b.yaml", doc("b", 2)) }, []thing{{"a", 3}, {"b", 2}, {"c", 1}}},
		{"the last file counts", func() { f.write("in/x.yaml", doc("a", 4)) }, []thing{{"a", 4}, {"b", 2}, {"c", 1}}},
		{"it is no manifest any more", func() { f.rename("in/x.yaml", "in/x.txt") }, []thing{{"a", 3}, {"b", 2}, {"c", 1}}},
		{"a file goes", func() { f.remove("in/b.yaml") }, []thing{{"a", 3}, {"c", 1}}},
		{"folders come", func() { f.write("in/new/er/d.yaml", doc("d", 1)) }, []thing{{"a", 3}, {"c", 1}, {"d", 1}}},
		{"a file in a new folder is written", func() { f.write("in/new/er/d.yaml", doc("d", 2)) }, []thing{{"a", 3}, {"c", 1}, {"d", 2}}},
		{"a folder is renamed", func() { f.rename("in/new", "in/old") }, []thing{{"a", 3}, {"c", 1}, {"d", 2}}},
		{"a file in it is written", func() { f.write("in/old/er/d.yaml", doc("d", 3)) }, []thing{{"a", 3}, {"c", 1}, {"d", 3}}},
		{"a folder goes", func() { f.remove("in/old") }, []thing{{"a", 3}, {"c", 1}}},
		{"a file says nothing", func() { f.write("in/a.yaml", "# nothing") }, []thing{{"c", 1}}},
	} {
		t.Log(step.name)
		step.change()
		f.says(step.want...)
		f.complains()
	}
}

func TestFolderWatch_seesConfigMaps(t *testing.T) {
	f := newFixture(t)
	project := func(version int, names ...string) {
		dir := fmt.Sprint("..v", version)
		for _, name := range names {
			f.write(filepath.Join("in", dir, name), doc(filepath.Base(name), version))
		}
		f.link(dir, "in/..data")
		for _, name := range names {
			top, _, _ := strings.Cut(name, "/")
			f.link("..data/"+top, "in/"+top)
		}
	}
	project(1, "a.yaml", "sub/b.yaml")
	f.watch()
	f.says(thing{"a.yaml", 1}, thing{"b.yaml", 1})
	project(2, "a.yaml", "sub/b.yaml")
	f.remove("in/..v1")
	f.says(thing{"a.yaml", 2}, thing{"b.yaml", 2})
	project(3, "a.yaml", "c.yaml") // the link named sub leads nowhere now
	f.remove("in/..v2")
	f.says(thing{"a.yaml", 3}, thing{"b.yaml", 2}, thing{"c.yaml", 3})
	f.complains("in/sub: no such file or directory")
	f.remove("in/sub")
	f.says(thing{"a.yaml", 3}, thing{"c.yaml", 3})
	f.complains()
}

func TestFolderWatch_linksAreFollowedOnce(t *testing.T) {
	f := newFixture(t)
	f.write("in/one/a.yaml", doc("a", 1))
	f.link(".", "in/circle")
	f.link("one", "in/two")
	f.link("one/a.yaml", "in/z.yaml")
	f.link("nowhere", "in/dangling") // of no interest: it was no manifest, and is none
	calls := 0
	f.watchWith(func(data []byte) ([]thing, error) {
		calls++
		return files.ParseYAML[thing](data)
	})
	f.says(thing{"a", 1})
	f.complains()
	if calls != 1 {
		t.Errorf("the file was parsed %d times, want once", calls)
	}
}

func TestFolderWatch_brokenFileKeepsItsLastGoodState(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1))
	f.write("in/b.yaml", doc("b", 1), doc("c", 1))
	f.watch()
	f.replace("in/b.yaml", "name: b\n", "---\n", "name: b\nvalue: many\n", "---\nvalue: [\n")
	f.complains(
		`in/b.yaml:2: document 2: json: cannot unmarshal string into Go struct field thing.value of type int`,
		`in/b.yaml:6: document 3: not YAML: did not find expected node content`,
	)
	f.says(thing{"a", 1}, thing{"b", 1}, thing{"c", 1})

	// Others go on, and so does it when it is in order again.
	f.replace("in/a.yaml", doc("a", 2))
	f.says(thing{"a", 2}, thing{"b", 1}, thing{"c", 1})
	f.replace("in/b.yaml", doc("b", 2))
	f.says(thing{"a", 2}, thing{"b", 2})
	f.complains()

	// A file that never was in order says nothing.
	f.replace("in/c.yaml", "[]")
	f.complains(`in/c.yaml:1: document 1: json: cannot unmarshal array into Go value of type files_test.thing`)
	f.replace("in/c.yaml", doc("c", 3))
	f.complains()
	f.says(thing{"a", 2}, thing{"b", 2}, thing{"c", 3})

	// What is removed is gone, broken or not.
	f.replace("in/c.yaml", "[]")
	f.complains(`in/c.yaml:1: document 1: json: cannot unmarshal array into Go value of type files_test.thing`)
	f.remove("in/c.yaml")
	f.complains()
	f.says(thing{"a", 2}, thing{"b", 2})
}

func TestFolderWatch_emptyFileIsNoDeletion(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1))
	f.write("in/new.yaml")
	f.watch()
	f.says(thing{"a", 1})
	f.complains()
	f.write("in/a.yaml")
	f.complains("in/a.yaml: the file is empty")
	if !errors.Is(f.folder.Err(), files.ErrEmpty) {
		t.Errorf("Err() = %v, want one that is ErrEmpty", f.folder.Err())
	}
	f.says(thing{"a", 1})
	f.write("in/a.yaml", doc("a", 2))
	f.says(thing{"a", 2})
	f.complains()
}

func TestFolderWatch_folderThatCannotBeReadKeepsItsFiles(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1))
	f.write("in/sub/b.yaml", doc("b", 1))
	f.watch()
	f.rename("in", "away")
	f.complains("in: no such file or directory")
	f.says(thing{"a", 1}, thing{"b", 1})
	f.write("in/a.yaml", doc("a", 2))
	f.complains()
	f.says(thing{"a", 2})
	f.write("in/a.yaml", doc("a", 3))
	f.says(thing{"a", 3})
}

func TestFolderWatch_cannotBeginWithErrors(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1))
	f.write("in/b.yaml", "]")
	f.write("in/c.yaml", "- 1")
	_, err := files.NewFolderWatch(f.path("in"), files.ParseYAML[thing], f.stop)
	want := strings.ReplaceAll(`IN/b.yaml:1: document 1: not YAML: did not find expected node content
IN/c.yaml:1: document 1: json: cannot unmarshal array into Go value of type files_test.thing`, "IN", f.path("in"))
	if err == nil {
		t.Fatal("there is no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("error mismatch (-want +got):\n%s", diff)
	}
	var e *files.Error
	if !errors.As(err, &e) || e.File != f.path("in/b.yaml") || e.Line != 1 || e.Document != 1 {
		t.Errorf("%v is not found in the error", e)
	}
	_, err = files.NewFolderWatch(f.path("nowhere"), files.ParseYAML[thing], f.stop)
	if !errors.Is(err, os.ErrNotExist) || strings.Count(err.Error(), "nowhere") != 1 {
		t.Errorf("got %v for a folder that is not there", err)
	}
}

func TestFolderWatch_parsesOnlyWhatHasChanged(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1))
	f.write("in/b.yaml", doc("b", 1))
	parsed := make(chan string, 100)
	f.watchWith(func(data []byte) ([]thing, error) {
		parsed <- string(bytes.Fields(data)[2])
		return files.ParseYAML[thing](data)
	})
	f.replace("in/b.yaml", doc("b", 2))
	f.says(thing{"a", 1}, thing{"b", 2})
	f.replace("in/b.yaml", "---\nname: b\nvalue: [")
	f.complains("in/b.yaml:3: document 1: not YAML: did not find expected node content")
	f.replace("in/a.yaml", doc("a", 2))
	f.says(thing{"a", 2}, thing{"b", 2})
	close(parsed)
	var got []string
	for name := range parsed {
		got = append(got, name)
	}
	if diff := cmp.Diff([]string{"a", "b", "b", "b", "a"}, got); diff != "" {
		t.Errorf("parsed files mismatch (-want +got):\n%s", diff)
	}
}

func TestFolderWatch_logsEachErrorOnce(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", doc("a", 1))
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	t.Cleanup(func() { slog.SetDefault(was) })
	f.watch()
	f.replace("in/a.yaml", "]")
	f.complains("in/a.yaml:1: document 1: not YAML: did not find expected node content")
	f.replace("in/b.yaml", doc("b", 1))
	f.says(thing{"a", 1}, thing{"b", 1})
	f.replace("in/a.yaml", doc("a", 2))
	f.complains()
	want := strings.ReplaceAll(`level=ERROR msg="what was there before stays" scope=krt folder=ROOT/in error="ROOT/in/a.yaml:1: document 1: not YAML: did not find expected node content"
level=INFO msg="no errors any more" scope=krt folder=ROOT/in file=ROOT/in/a.yaml
`, "ROOT", f.root)
	if diff := cmp.Diff(want, log.String()); diff != "" {
		t.Errorf("log mismatch (-want +got):\n%s", diff)
	}
}

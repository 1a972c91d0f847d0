// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/examples/serviceview/manifest"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Skipf("this file system has no links: %v", err)
	}
}

func TestLoad_folder(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "in/b.yml", service("b"))
	write(t, "in/a.yaml", service("a")+"---\n"+service("again"))
	write(t, "in/sub/c.json", `{"apiVersion":"v1","kind":"Service","metadata":{"name":"c"}}`)
	write(t, "in/sub/again.yaml", service("again"))
	write(t, "in/notes.txt", "not: [read")
	write(t, "in/.hidden.yaml", "not: [read")
	write(t, "in/.git/x.yaml", "not: [read")
	write(t, "in/broken.yaml", "a: [\n")
	write(t, "elsewhere/d.yaml", service("d"))
	link(t, "..", "in/sub/up")                                // a loop
	link(t, "self.yaml", "in/self.yaml")                      // a link to itself
	link(t, "nowhere.yaml", "in/dangling.yaml")               // a link to nothing
	link(t, "../elsewhere/d.yaml", "in/linked.yaml")          // a file elsewhere
	link(t, "a.yaml", "in/same.yaml")                         // a file that was read already
	if err := os.Mkdir("in/folder.yaml", 0o755); err != nil { // a folder that looks like a file
		t.Fatal(err)
	}

	set := manifest.Load(builtin, "in", "in/a.yaml", "missing.yaml")
	var got []string
	for _, o := range set.Objects {
		got = append(got, o.Content.GetName()+" "+o.At.String())
	}
	for _, e := range set.Errors {
		got = append(got, e.Error())
	}
	want := []string{
		"a in/a.yaml:1",
		"again in/a.yaml:5",
		"b in/b.yml:1",
		"d in/linked.yaml:1",
		"c in/sub/c.json:1",
		"in/dangling.yaml: no such file or directory",
		"in/self.yaml: too many levels of symbolic links",
		"missing.yaml: no such file or directory",
		"in/broken.yaml:1: document 1: not YAML: did not find expected node content",
		"in/sub/again.yaml:3: document 1: metadata.name: Service default/again is already declared at in/a.yaml:5, and that one counts",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	elsewhere, err := filepath.EvalSymlinks("elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{elsewhere, "in", "in/folder.yaml", "in/sub"}, set.Dirs); diff != "" {
		t.Errorf("Dirs mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]bool{"in/broken.yaml": true, "in/dangling.yaml": true, "in/self.yaml": true, "in/sub/again.yaml": true, "missing.yaml": true}, set.Broken()); diff != "" {
		t.Errorf("Broken mismatch (-want +got):\n%s", diff)
	}
}

func TestLoad_aFileThatIsNamedIsReadWhateverItsName(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".notes.txt", service("a"))
	set := manifest.Load(builtin, ".notes.txt")
	if diff := cmp.Diff([]string{"1/1 Service default/a"}, summary(set)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestLoad_deviceDoesNotBlock(t *testing.T) {
	if _, err := os.Stat(os.DevNull); err != nil {
		t.Skip("there is no null device here")
	}
	set := manifest.Load(builtin, os.DevNull)
	if len(set.Errors) != 1 || set.Errors[0].Reason != "not a regular file" {
		t.Errorf("got %v, want: not a regular file", set.Errors)
	}
}

func TestLoad_aFileThatIsTooLargeIsNotRead(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "big.yaml", service("a"))
	if err := os.Truncate("big.yaml", 1<<40); err != nil { // takes no space
		t.Skipf("this file system has no holes: %v", err)
	}
	set := manifest.Load(builtin, "big.yaml")
	if len(set.Errors) != 1 || set.Errors[0].Error() != "big.yaml: larger than 128 MiB" {
		t.Errorf("got %v, want an error about the size", set.Errors)
	}
}

func TestLoadFS(t *testing.T) {
	set := manifest.LoadFS(builtin, fstest.MapFS{
		"b.yaml":     {Data: []byte(service("b"))},
		"a/a.yaml":   {Data: []byte(service("a"))},
		"readme.txt": {Data: []byte("no")},
	})
	if diff := cmp.Diff([]string{"1/1 Service default/a", "1/1 Service default/b"}, summary(set)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestLoad_manyDocumentsInOneFile(t *testing.T) {
	t.Chdir(t.TempDir())
	var b bytes.Buffer
	const n = 5000
	for i := range n {
		fmt.Fprintf(&b, "---\n%s", service(fmt.Sprintf("s-%d", i)))
	}
	b.WriteString("---\na: [\n")
	write(t, "big.yaml", b.String())
	set := manifest.Load(builtin, "big.yaml")
	if len(set.Objects) != n {
		t.Errorf("got %d objects, want %d", len(set.Objects), n)
	}
	if len(set.Errors) != 1 || set.Errors[0].At.Document != n+1 || set.Errors[0].At.Line != 4*n+2 {
		t.Errorf("got %v, want one error in document %d on line %d", set.Errors, n+1, 4*n+2)
	}
}

// sampleData is a folder of real manifests beside the checkout. They are not ours
// to copy.
func sampleData(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "..", "shared", "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real manifests beside this checkout: %v", err)
	}
	return dir
}

func TestLoad_realManifestsLoadWithoutErrors(t *testing.T) {
	set := manifest.Load(builtin, sampleData(t))
	for _, e := range set.Errors {
		t.Error(e)
	}
	if len(set.Objects) == 0 || len(set.Files) == 0 {
		t.Error("nothing was read")
	}
	for _, s := range set.Skipped {
		if !strings.Contains(s.Kind.Group, "istio.io") && !strings.Contains(s.Kind.Group, "gateway") {
			t.Errorf("skipped %+v", s)
		}
	}
}

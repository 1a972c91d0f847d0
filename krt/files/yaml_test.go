// SPDX-License-Identifier: Apache-2.0

package files_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/krtkit/krtkit/krt/files"
)

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestParseYAML(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       []thing
		err        string
	}{
		{name: "nothing"},
		{name: "comments only", data: "# a\n---\n# b\n...\n"},
		{name: "null", data: "---\nnull\n---\n~\n"},
		{name: "one", data: "name: a\n", want: []thing{{"a", 0}}},
		{name: "several", data: doc("a", 1) + doc("b", 2), want: []thing{{"a", 1}, {"b", 2}}},
		{name: "an object beside the marker", data: "--- {name: a}\n---\t{name: b}", want: []thing{{"a", 0}, {"b", 0}}},
		{name: "Windows", data: "---\r\nname: a\r\n---\r\nname: b\r\n", want: []thing{{"a", 0}, {"b", 0}}},
		{name: "JSON", data: `{"name": "a", "value": 1}`, want: []thing{{"a", 1}}},
		{name: "no marker", data: "name: ---\nvalue: 1\n", want: []thing{{"---", 1}}},
		{name: "directives", data: "%YAML 1.1\n---\nname: a\n...\n%YAML 1.1\n---\nname: b\n", want: []thing{{"a", 0}, {"b", 0}}},
		{name: "unknown fields", data: "name: a\ncolour: red\n", want: []thing{{"a", 0}}},
		{name: "a number for a string", data: "name: 1\n", want: []thing{{"1", 0}}},
		{
			name: "every mistake is told", data: doc("a", 1) + "---\n# what?\n---\nname: [\n" + doc("b", 1) + "---\nvalue: x\n---\n- 1\n",
			err: `line 7: document 2: not YAML: did not find expected node content
line 11: document 4: json: cannot unmarshal string into Go struct field thing.value of type int
line 13: document 5: json: cannot unmarshal array into Go value of type files_test.thing`,
		},
		{name: "in the middle", data: "---\nname: a\n  value: 1\nx: y\n", err: "line 3: document 1: not YAML: mapping values are not allowed in this context"},
		{name: "not text", data: "name: \x00", err: "line 1: document 1: not YAML: control characters are not allowed"},
		{name: "a marker in a string", data: "name: \"a\n---\nb\"\n", err: `line 1: document 1: not YAML: found unexpected end of stream
line 2: document 2: json: cannot unmarshal string into Go value of type files_test.thing`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := files.ParseYAML[thing]([]byte(tt.data))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ParseYAML() mismatch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.err, text(err)); diff != "" {
				t.Errorf("error mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadFileAsYaml(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       thing
		err        string
	}{
		{name: "an object", data: "---\nname: a\nvalue: 1\n", want: thing{"a", 1}},
		{name: "comments before and after", data: "# a\n---\nname: a\n---\n# b\n", want: thing{"a", 0}},
		{name: "an object without content", data: "{}"},
		{name: "comments only", data: "# a\n"},
		{name: "nothing", err: "FILE: the file is empty"},
		{name: "two objects", data: "name: a\n---\nname: b\n", err: "FILE:2: document 2: the file must have one document only"},
		{name: "no YAML", data: "name: a\nb\nc: d\n", err: "FILE:3: document 1: not YAML: could not find expected ':'"},
		{name: "another type", data: "\nvalue: true\n", err: "FILE:1: document 1: json: cannot unmarshal bool into Go struct field thing.value of type int"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, []byte(tt.data), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := files.ReadFileAsYaml[thing](file)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ReadFileAsYaml() mismatch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.err, strings.ReplaceAll(text(err), file, "FILE")); diff != "" {
				t.Errorf("error mismatch (-want +got):\n%s", diff)
			}
			if e, ok := errors.AsType[*files.Error](err); err != nil && (!ok || e.File != file) {
				t.Errorf("%v has no Error of the file", err)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "nowhere")
	if _, err := files.ReadFileAsYaml[thing](file); !errors.Is(err, os.ErrNotExist) || text(err) != file+": no such file or directory" {
		t.Errorf("got %v for a file that is not there", err)
	}
}

func TestError_saysWhatIsKnown(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		err  files.Error
		want string
	}{
		{files.Error{Err: broken}, "broken"},
		{files.Error{File: "f", Err: broken}, "f: broken"},
		{files.Error{File: "f", Line: 2, Err: broken}, "f:2: broken"},
		{files.Error{File: "f", Document: 3, Err: broken}, "f: document 3: broken"},
		{files.Error{Line: 2, Document: 3, Err: broken}, "line 2: document 3: broken"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("Error() = %q, want %q", got, tt.want)
		}
		if !errors.Is(&tt.err, broken) {
			t.Errorf("%v does not unwrap", &tt.err)
		}
	}
}

func TestFolderWatch_findsPlacesInErrorsOfTheParser(t *testing.T) {
	broken := errors.New("broken")
	at := func(line int) error { return &files.Error{Line: line, Err: broken} }
	f := newFixture(t)
	f.write("in/a.yaml", "a")
	_, err := files.NewFolderWatch(f.path("in"), func([]byte) ([]thing, error) {
		return nil, errors.Join(broken, at(1), fmt.Errorf("about a: %w", at(2)), errors.Join(at(3), fmt.Errorf("%w, %w", at(4), at(5))))
	}, f.stop)
	want := `IN/a.yaml: broken
IN/a.yaml:1: broken
IN/a.yaml:2: about a: line 2: broken
IN/a.yaml:3: broken
IN/a.yaml:4: broken
IN/a.yaml:5: broken`
	if diff := cmp.Diff(want, strings.ReplaceAll(text(err), f.path("in"), "IN")); diff != "" {
		t.Errorf("error mismatch (-want +got):\n%s", diff)
	}
}

func FuzzParseYAML(f *testing.F) {
	for _, seed := range []string{
		"", "name: a", doc("a", 1) + doc("b", 2), "---\n...\n---", "%YAML 1.1\n---\nname: a", "a: [\n---\n- b\n", "--- |\n  x\n ---\n", "\xef\xbb\xbf---\na: b", "a: \"\n---\n\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := bytes.Clone(data)
		got, err := files.ParseYAML[any](data)
		if !bytes.Equal(whole, data) {
			t.Error("the data was changed")
		}
		if err != nil {
			many, ok := err.(interface{ Unwrap() []error })
			if !ok || got != nil {
				t.Fatalf("got %v and %v, want a joined error and no objects", got, err)
			}
			lines, before := bytes.Count(data, []byte("\n"))+1, 0
			for _, err := range many.Unwrap() {
				e, ok := errors.AsType[*files.Error](err)
				if !ok || e.Document <= before || e.Line < 1 || e.Line > lines {
					t.Fatalf("error %q in a file of %d lines after one of document %d", err, lines, before)
				}
				before = e.Document
			}
			return
		}
		if bytes.Contains(data, []byte("---")) || bytes.Contains(data, []byte("...")) {
			return
		}
		// One document at most: the parser alone says the same.
		var want any
		if err := yaml.Unmarshal(data, &want); err != nil {
			t.Fatalf("ParseYAML sees no error, the parser says: %v", err)
		}
		wants := []any{want}
		if want == nil {
			wants = nil
		}
		if diff := cmp.Diff(wants, got); diff != "" {
			t.Errorf("ParseYAML() mismatch (-want +got):\n%s", diff)
		}
	})
}

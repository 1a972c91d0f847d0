// SPDX-License-Identifier: Apache-2.0

package yamlstream_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/internal/yamlstream"
)

func TestSplit(t *testing.T) {
	for stream, want := range map[string][]string{
		"":                     nil,
		"a: 1\n":               {"a: 1\n"},
		"a\n---\nb\n":          {"a\n", "---\nb\n"},
		"# c\n---\na\n":        {"# c\n", "---\na\n"},
		"%YAML 1.2\n---\na\n":  {"%YAML 1.2\n---\na\n"},
		"a\n...\n%T\n---\nb\n": {"a\n...\n", "%T\n---\nb\n"},
		"a: \"\n--- \n\"\n":    {"a: \"\n", "--- \n\"\n"},
		"---a\n":               {"---a\n"},
	} {
		var got []string
		for _, d := range yamlstream.Split([]byte(stream)) {
			got = append(got, string(d.Text))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("documents of %q mismatch (-want +got):\n%s", stream, diff)
		}
	}
}

// FuzzSplit checks that nothing of a file is lost and that lines are counted
// right.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", "a", "a\n---\nb\n", "---\n---\n", "%Y\n---\na\n...\n%Y\n---\n", "...\n...", "---x\n--- \n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var seen []byte
		for _, d := range yamlstream.Split(data) {
			if len(d.Text) == 0 {
				t.Error("a document has no text")
			}
			if line := bytes.Count(seen, []byte("\n")) + 1; d.Line != line {
				t.Errorf("document begins on line %d, want %d", d.Line, line)
			}
			seen = append(seen, d.Text...)
		}
		if !bytes.Equal(seen, data) {
			t.Errorf("documents have %q of %q", seen, data)
		}
	})
}

// SPDX-License-Identifier: Apache-2.0

package files

import (
	"bytes"
	"testing"
)

// FuzzDocuments checks that nothing of a file is lost and that lines are counted
// right.
func FuzzDocuments(f *testing.F) {
	for _, seed := range []string{"", "a", "a\n---\nb\n", "---\n---\n", "%Y\n---\na\n...\n%Y\n---\n", "...\n...", "---x\n--- \n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var seen []byte
		for _, d := range documents(data) {
			if len(d.text) == 0 {
				t.Error("a document has no text")
			}
			if line := bytes.Count(seen, []byte("\n")) + 1; d.line != line {
				t.Errorf("document begins on line %d, want %d", d.line, line)
			}
			seen = append(seen, d.text...)
		}
		if !bytes.Equal(seen, data) {
			t.Errorf("documents have %q of %q", seen, data)
		}
	})
}

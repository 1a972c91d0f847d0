// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadme_quickStartIsTheExample compares the first Go block under "Quick
// start" with examples/quickstart, so that what a reader copies is what runs.
func TestReadme_quickStartIsTheExample(t *testing.T) {
	readme := read(t, "README.md")
	_, section, ok := strings.Cut(readme, "\n## Quick start\n")
	if !ok {
		t.Fatal("README.md has no section \"Quick start\"")
	}
	_, block, ok := strings.Cut(section, "\n```go\n")
	if !ok {
		t.Fatal("the section \"Quick start\" of README.md has no Go block")
	}
	got, _, _ := strings.Cut(block, "\n```\n")

	main := read(t, "examples/quickstart/main.go")
	i := strings.Index(main, "package main\n")
	if i < 0 {
		t.Fatal("examples/quickstart/main.go has no package clause")
	}
	want := strings.TrimRight(main[i:], "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md differs from examples/quickstart/main.go (-example +README):\n%s", diff)
	}
}

// read returns a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

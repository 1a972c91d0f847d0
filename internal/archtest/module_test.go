// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/krtkit/krtkit/internal/archtest"
)

const (
	module = "github.com/krtkit/krtkit"
	root   = "../.."
)

// goPackage is what go list tells about a package.
type goPackage struct {
	Dir        string
	ImportPath string
	Name       string
	Standard   bool
	Doc        string
	GoFiles    []string
	Module     *struct{ Path string }
	Imports    []string
	Deps       []string
}

// rel returns the package's folder in this module.
func (p *goPackage) rel() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

func (p *goPackage) ours() bool { return ours(p.ImportPath) }

func ours(importPath string) bool { return strings.HasPrefix(importPath, module+"/") }

// isTestSupport reports whether only tests may import the package, or all packages
// of a tree: those in and below a folder whose name ends in test.
func isTestSupport(importPath string) bool {
	return strings.Contains(importPath+"/", "test/") || path.Base(importPath) == "conformance"
}

// list runs go list once for the module and all that it depends on.
var list = sync.OnceValues(func() (map[string]*goPackage, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,ImportPath,Name,Standard,Doc,GoFiles,Module,Imports,Deps", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &stderr)
	}
	pkgs := map[string]*goPackage{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := &goPackage{}
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, fmt.Errorf("output of go list: %w", err)
		}
		pkgs[p.ImportPath] = p
	}
})

// load returns every package of the module and what they depend on, by import
// path.
func load(t *testing.T) map[string]*goPackage {
	t.Helper()
	// go test reuses a result until a file that the test itself read changes, and
	// it cannot see what go list reads. Walking the module makes it look.
	files(t, "")
	pkgs, err := list()
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

// own returns the packages of this module, sorted by import path.
func own(t *testing.T) []*goPackage {
	t.Helper()
	var pkgs []*goPackage
	for _, p := range load(t) {
		if p.ours() {
			pkgs = append(pkgs, p)
		}
	}
	slices.SortFunc(pkgs, func(a, b *goPackage) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return pkgs
}

// files returns the files of the repository with the suffix, those of the nested
// modules included, relative to the root and with slashes. Folders of tools and
// of test data are left out.
func files(t *testing.T, suffix string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, suffix) {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			found = append(found, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
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

// place returns the tree that holds a package, and its layer; -1 if there is
// none.
func place(importPath string) (tree string, layer int) {
	rel := strings.TrimPrefix(importPath, module+"/")
	layer = -1
	for i, l := range archtest.Layers {
		for _, tr := range l.Trees {
			if within(rel, tr) && len(tr) > len(tree) {
				tree, layer = tr, i
			}
		}
	}
	return tree, layer
}

// within reports whether a folder is that of a tree or below it.
func within(rel, tree string) bool { return rel == tree || strings.HasPrefix(rel, tree+"/") }

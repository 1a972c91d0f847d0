// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"slices"
	"testing"

	"github.com/krtkit/krtkit/internal/archtest"
)

func TestLayers_everyPackageHasItsPlace(t *testing.T) {
	for _, p := range own(t) {
		if _, layer := place(p.ImportPath); layer < 0 {
			t.Errorf("%s is in no layer: add its tree to Layers", p.ImportPath)
		}
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
		if p.Name != "main" && !slices.Contains(p.GoFiles, "doc.go") {
			t.Errorf("%s has no doc.go: its package comment belongs there", p.ImportPath)
		}
	}
}

func TestLayers_noTreeStandsTwice(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range archtest.Layers {
		for _, tree := range l.Trees {
			if seen[tree] {
				t.Errorf("tree %q is in Layers more than once", tree)
			}
			seen[tree] = true
		}
	}
}

func TestLayers_importsPointDown(t *testing.T) {
	for _, p := range own(t) {
		from, layer := place(p.ImportPath)
		for _, imp := range p.Imports {
			if !ours(imp) {
				continue
			}
			if to, below := place(imp); to != from && below >= layer {
				t.Errorf("%s imports %s: %q may import only what is drawn below it, and %q is not", p.ImportPath, imp, from, to)
			}
		}
	}
}

func TestLayers_productionImportsNoTestSupport(t *testing.T) {
	for _, p := range own(t) {
		if isTestSupport(p.ImportPath) {
			continue
		}
		for _, imp := range p.Imports {
			if imp == "testing" || ours(imp) && isTestSupport(imp) {
				t.Errorf("%s imports %s: only tests and test support packages may", p.ImportPath, imp)
			}
		}
	}
}

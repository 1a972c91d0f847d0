// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/krtkit/krtkit/internal/archtest"
)

// counted reports whether the budget of its tree applies to a package.
func counted(p *goPackage) bool {
	return p.ours() && !isTestSupport(p.ImportPath) && !slices.Contains(archtest.Unlimited, p.rel())
}

func TestBudgets_onlyNamedModulesAreReached(t *testing.T) {
	pkgs := load(t)
	used := map[string]map[string]bool{}
	for _, p := range own(t) {
		tree, _ := place(p.ImportPath)
		budget, ok := archtest.Budgets[tree]
		if !ok || budget.Modules == nil || !counted(p) {
			continue
		}
		if used[tree] == nil {
			used[tree] = map[string]bool{}
		}
		for _, dep := range p.Deps {
			m := pkgs[dep].Module
			if m == nil || m.Path == module {
				continue
			}
			if !slices.Contains(budget.Modules, m.Path) {
				t.Errorf("%s reaches %s of module %s, which is not in the budget of %q", p.ImportPath, dep, m.Path, tree)
			}
			used[tree][m.Path] = true
		}
	}
	for tree, budget := range archtest.Budgets {
		for _, m := range budget.Modules {
			if !used[tree][m] {
				t.Errorf("the budget of %q allows %s, but nothing uses it: remove the entry", tree, m)
			}
		}
	}
}

func TestBudgets_packageCountsStayBelow(t *testing.T) {
	pkgs := load(t)
	type count struct {
		nonStd, all int
		heaviest    string
	}
	most := map[string]count{}
	for _, p := range own(t) {
		if !counted(p) {
			continue
		}
		c := count{all: len(p.Deps) + 1, heaviest: p.ImportPath}
		for _, dep := range p.Deps {
			if !pkgs[dep].Standard && !ours(dep) {
				c.nonStd++
			}
		}
		tree, _ := place(p.ImportPath)
		if budget, ok := archtest.Budgets[tree]; ok {
			if c.nonStd > budget.NonStd {
				t.Errorf("%s depends on %d packages of other modules; the budget of %q is %d", p.ImportPath, c.nonStd, tree, budget.NonStd)
			}
			if budget.All > 0 && c.all > budget.All {
				t.Errorf("%s depends on %d packages; the budget of %q is %d", p.ImportPath, c.all, tree, budget.All)
			}
		}
		if c.all > most[tree].all {
			most[tree] = c
		}
	}
	for _, tree := range slices.Sorted(maps.Keys(most)) {
		t.Logf("%-20s %4d packages of other modules, %4d in all: %s", tree, most[tree].nonStd, most[tree].all, most[tree].heaviest)
	}
}

func TestBudgets_nameTreesAndPackages(t *testing.T) {
	for tree := range archtest.Budgets {
		if !slices.ContainsFunc(archtest.Layers, func(l archtest.Layer) bool { return slices.Contains(l.Trees, tree) }) {
			t.Errorf("Budgets has a row for %q, which is no tree of Layers", tree)
		}
	}
	for _, p := range archtest.Unlimited {
		if _, layer := place(p); layer < 0 {
			t.Errorf("Unlimited names %q, which is in no tree of Layers", p)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"slices"
	"testing"

	"github.com/krtkit/krtkit/internal/archtest"
)

// counted reports whether the budget of its tree applies to a package.
func counted(p *goPackage) bool {
	tree, _ := place(p.ImportPath)
	return (!isTestSupport(p.ImportPath) || isTestSupport(tree)) &&
		!slices.ContainsFunc(archtest.Unlimited, func(folder string) bool { return within(p.rel(), folder) })
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
		beyond := map[string]bool{}
		for _, dep := range p.Deps {
			m := pkgs[dep].Module
			if m == nil || m.Path == module {
				continue
			}
			if !slices.Contains(budget.Modules, m.Path) && !beyond[m.Path] {
				t.Errorf("%s reaches %s of module %s, which is not in the budget of %q", p.ImportPath, dep, m.Path, tree)
				beyond[m.Path] = true // one package of it says enough
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
	for _, p := range own(t) {
		if !counted(p) {
			continue
		}
		nonStd, all := 0, len(p.Deps)+1
		for _, dep := range p.Deps {
			if !pkgs[dep].Standard && !ours(dep) {
				nonStd++
			}
		}
		t.Logf("%-40s %4d packages of other modules, %4d in all", p.rel(), nonStd, all)
		tree, _ := place(p.ImportPath)
		if budget, ok := archtest.Budgets[tree]; ok {
			if nonStd > budget.NonStd {
				t.Errorf("%s depends on %d packages of other modules; the budget of %q is %d", p.ImportPath, nonStd, tree, budget.NonStd)
			}
			if budget.All > 0 && all > budget.All {
				t.Errorf("%s depends on %d packages; the budget of %q is %d", p.ImportPath, all, tree, budget.All)
			}
		}
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

// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/internal/archtest"
)

var update = flag.Bool("update", false, "write the generated parts of the documents")

// TestDocuments_showTheTables compares the generated parts of the documents with
// the tables and packages that they show.
func TestDocuments_showTheTables(t *testing.T) {
	pkgs := own(t)
	generated := map[string]string{
		"layers":    picture(pkgs),
		"budgets":   budgetTable(),
		"catalogue": catalogue(pkgs),
		"example":   quickStart(t),
	}
	for _, tt := range []struct {
		file  string
		parts []string
	}{
		{"README.md", []string{"example", "layers", "catalogue"}},
		{"docs/architecture.md", []string{"layers", "budgets"}},
	} {
		old := read(t, tt.file)
		text := old
		for _, part := range tt.parts {
			marks := regexp.MustCompile(`(?s)(<!-- ` + part + `: written by make generate -->\n).*?(<!-- end of ` + part + ` -->)`)
			if !marks.MatchString(text) {
				t.Errorf("%s has no generated part %q", tt.file, part)
				continue
			}
			text = marks.ReplaceAllString(text, "${1}"+strings.ReplaceAll(generated[part], "$", "$$")+"${2}")
		}
		if *update {
			if err := os.WriteFile(filepath.Join(root, tt.file), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		} else if diff := cmp.Diff(text, old); diff != "" {
			t.Errorf("%s is out of date: run make generate (-want +got):\n%s", tt.file, diff)
		}
	}
}

// picture draws the layers that have packages, the highest first.
func picture(pkgs []*goPackage) string {
	present := map[string]bool{}
	for _, p := range pkgs {
		tree, _ := place(p.ImportPath)
		present[tree] = true
	}
	type row struct{ trees, about string }
	var rows []row
	width := 0
	for _, l := range archtest.Layers {
		trees := slices.DeleteFunc(slices.Clone(l.Trees), func(tree string) bool { return !present[tree] })
		if len(trees) > 0 {
			rows = append(rows, row{strings.Join(trees, "   "), l.About})
			width = max(width, len(rows[len(rows)-1].trees))
		}
	}
	var b strings.Builder
	b.WriteString("```\n")
	for i, r := range slices.Backward(rows) {
		fmt.Fprintf(&b, "%d  %-*s    %s\n", i+1, width, r.trees, r.about)
	}
	b.WriteString("```\n")
	return b.String()
}

// budgetTable renders Budgets.
func budgetTable() string {
	limit := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprint(n)
	}
	var b strings.Builder
	b.WriteString("| tree | packages of other modules | all packages | modules |\n|---|---:|---:|---|\n")
	for _, tree := range slices.Sorted(maps.Keys(archtest.Budgets)) {
		budget := archtest.Budgets[tree]
		modules := "any"
		if budget.Modules != nil {
			modules = strings.Join(budget.Modules, ", ")
		}
		if modules == "" {
			modules = "none"
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", tree, budget.NonStd, limit(budget.All), modules)
	}
	return b.String()
}

// catalogue lists the packages that others can import and then the example
// programs, with the first sentence of their comments.
func catalogue(pkgs []*goPackage) string {
	var packages, programs strings.Builder
	for _, p := range pkgs {
		b := &packages
		if p.Name == "main" {
			b = &programs
		} else if strings.Contains("/"+p.rel()+"/", "/internal/") || within(p.rel(), "examples") {
			continue
		}
		fmt.Fprintf(b, "- [`%s`](%s): %s\n", p.rel(), p.rel(), synopsis(p))
	}
	return packages.String() + programs.String()
}

// quickStart returns the program of examples/quickstart, so that what a reader
// copies is what runs.
func quickStart(t *testing.T) string {
	t.Helper()
	const name = "examples/quickstart/main.go"
	main := read(t, name)
	i := strings.Index(main, "package main\n")
	if i < 0 {
		t.Fatalf("%s has no package clause", name)
	}
	return "```go\n" + main[i:] + "```\n"
}

// synopsis returns the first sentence of a package comment without its subject and
// without the brackets of links.
func synopsis(p *goPackage) string {
	doc := strings.NewReplacer("[", "", "]", "").Replace(p.Doc)
	words := strings.SplitN(doc, " ", 3)
	if len(words) < 3 || words[0] != "Package" && words[0] != "Command" {
		return doc
	}
	return words[2]
}

// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	fence      = regexp.MustCompile("(?ms)^[ \t]*```.*?^[ \t]*```[ \t]*$")
	inlineCode = regexp.MustCompile("`[^`\n]+`")
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	// qualified finds pkg.Name and pkg.Type.Member where no longer path goes before.
	qualified = regexp.MustCompile(`(?:^|[^A-Za-z0-9_./-])([a-z][a-z0-9]*)\.([A-Z][A-Za-z0-9_]*)(?:\.([A-Z][A-Za-z0-9_]*))?`)
)

// TestDocs_linksLeadSomewhere checks the links between files. It does not look at
// other hosts.
func TestDocs_linksLeadSomewhere(t *testing.T) {
	for _, name := range files(t, ".md") {
		text := inlineCode.ReplaceAllString(fence.ReplaceAllString(read(t, name), ""), "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			file := name
			if target != "" {
				file = path.Join(path.Dir(name), target)
			}
			info, err := os.Stat(filepath.Join(root, file))
			if err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
				continue
			}
			if anchor != "" && (info.IsDir() || !anchors(read(t, file))[anchor]) {
				t.Errorf("%s links to %s, which has no such heading", name, m[1])
			}
		}
	}
}

// TestDocs_namesExist checks the names in backticks that look like pkg.Name where
// pkg is one of ours. Where another package has the same name, such as the
// standard library's log, either may have the name. A design record speaks of its
// day, and the first column of docs/from-istio.md of Istio: both are left out.
func TestDocs_namesExist(t *testing.T) {
	names := newNames(t)
	for _, name := range files(t, ".md") {
		if strings.HasPrefix(name, "docs/design/") {
			continue
		}
		text := fence.ReplaceAllString(read(t, name), "")
		if name == "docs/from-istio.md" {
			text = regexp.MustCompile(`(?m)^\|[^|]*\|`).ReplaceAllString(text, "|")
		}
		for _, code := range inlineCode.FindAllString(text, -1) {
			for _, m := range qualified.FindAllStringSubmatch(strings.Trim(code, "`"), -1) {
				if !names.has(m[1], m[2], m[3]) {
					t.Errorf("%s: %s: there is no %s", name, code, strings.TrimRight(strings.Join(m[1:], "."), "."))
				}
			}
		}
	}
}

// anchors returns the names by which the headings of a Markdown text can be
// linked to.
func anchors(markdown string) map[string]bool {
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(markdown, ""), -1) {
		found[strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			default:
				return -1
			}
		}, strings.TrimSpace(m[1]))] = true
	}
	return found
}

// names knows the exported names of packages, by package name.
type names struct {
	t        *testing.T
	packages map[string][]*goPackage
	parsed   map[string]map[string]bool
}

func newNames(t *testing.T) *names {
	t.Helper()
	n := &names{t: t, packages: map[string][]*goPackage{}, parsed: map[string]map[string]bool{}}
	pkgs := load(t)
	for _, p := range pkgs {
		if p.ours() && p.Name != "main" {
			n.packages[p.Name] = nil
		}
	}
	for _, p := range pkgs {
		if _, ok := n.packages[p.Name]; ok {
			n.packages[p.Name] = append(n.packages[p.Name], p)
		}
	}
	return n
}

// has reports whether a package of that name has the name, or is none of ours.
func (n *names) has(pkg, name, member string) bool {
	candidates, ok := n.packages[pkg]
	if !ok {
		return true
	}
	for _, p := range candidates {
		known := n.of(p)
		if known[name] && (member == "" || known[name+"."+member] || known[name+".*"]) {
			return true
		}
	}
	return false
}

// of returns the exported names of a package, and Type.Member for fields and
// methods. Type.* stands for members that come from another type.
func (n *names) of(p *goPackage) map[string]bool {
	if known, ok := n.parsed[p.ImportPath]; ok {
		return known
	}
	known := map[string]bool{}
	n.parsed[p.ImportPath] = known
	for _, file := range p.GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.SkipObjectResolution)
		if err != nil {
			n.t.Fatal(err)
		}
		for _, decl := range f.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					known[d.Name.Name] = true
				} else if recv := baseName(d.Recv.List[0].Type); recv != "" {
					known[recv+"."+d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					addSpec(known, spec)
				}
			}
		}
	}
	return known
}

func addSpec(known map[string]bool, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			known[name.Name] = true
		}
	case *ast.TypeSpec:
		known[s.Name.Name] = true
		var fields *ast.FieldList
		switch typ := s.Type.(type) {
		case *ast.StructType:
			fields = typ.Fields
		case *ast.InterfaceType:
			fields = typ.Methods
		case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.IndexListExpr:
			known[s.Name.Name+".*"] = true
			return
		default:
			return
		}
		for _, field := range fields.List {
			if len(field.Names) == 0 {
				known[s.Name.Name+".*"] = true
			}
			for _, name := range field.Names {
				known[s.Name.Name+"."+name.Name] = true
			}
		}
	}
}

// baseName returns the name of a receiver's type.
func baseName(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return baseName(e.X)
	case *ast.IndexExpr:
		return baseName(e.X)
	case *ast.IndexListExpr:
		return baseName(e.X)
	default:
		return ""
	}
}

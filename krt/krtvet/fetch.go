// SPDX-License-Identifier: Apache-2.0

package krtvet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/krtkit/krtkit/krt/krtvet/internal/surface"
)

// fetchInstead returns the fix of an untracked read, or nothing if the context or
// krt cannot be named there, or no Fetch says the same.
func fetchInstead(pass *analysis.Pass, at inspector.Cursor, call *ast.CallExpr, sel *ast.SelectorExpr, fn *types.Func, ctx context) []analysis.SuggestedFix {
	if ctx.v == nil || ctx.expr == "" || !visible(pass, call.Pos(), ctx.v) {
		return nil
	}
	insert := func(pos token.Pos, text string) analysis.TextEdit {
		return analysis.TextEdit{Pos: pos, End: pos, NewText: []byte(text)}
	}
	fix := func(edits ...analysis.TextEdit) []analysis.SuggestedFix {
		return []analysis.SuggestedFix{{Message: "Fetch instead", TextEdits: edits}}
	}
	if fn.Name() == "Lookup" {
		return fix(
			analysis.TextEdit{Pos: sel.Sel.Pos(), End: sel.Sel.End(), NewText: []byte("Fetch")},
			insert(call.Lparen+1, ctx.expr+", "))
	}
	krt, ok := qualifier(pass, at, fn.Pkg())
	if !ok || !isCollection(pass.TypesInfo.TypeOf(sel.X)) {
		return nil
	}
	// receiver turns c.Method( into open…c….
	receiver := func(open, after string) []analysis.TextEdit {
		return []analysis.TextEdit{
			insert(call.Pos(), open),
			{Pos: sel.X.End(), End: call.Lparen + 1, NewText: []byte(after)},
		}
	}
	switch fn.Name() {
	case "List":
		return fix(receiver(krt+"Fetch("+ctx.expr+", ", "")...)
	case "Get":
		return fix(receiver(krt+"FetchOne("+ctx.expr+", ", ".AsCollection()")...)
	case "GetKey":
		if fn.Pkg().Scope().Lookup("FetchKey") != nil {
			return fix(receiver(krt+"FetchKey("+ctx.expr+", ", ", ")...)
		}
		return fix(append(receiver(krt+"FetchOne("+ctx.expr+", ", ", "+krt+"FilterKey("), insert(call.End(), ")"))...)
	}
	return nil
}

// visible reports whether the object's name means the object at the position.
func visible(pass *analysis.Pass, pos token.Pos, obj types.Object) bool {
	scope := pass.Pkg.Scope().Innermost(pos)
	if scope == nil {
		return false
	}
	_, found := scope.LookupParent(obj.Name(), pos)
	return found == obj
}

// qualifier returns what stands before a name of krt at the cursor: nothing in krt
// itself, or the name of the import and a dot.
func qualifier(pass *analysis.Pass, at inspector.Cursor, krt *types.Package) (string, bool) {
	if pass.Pkg == krt {
		return "", true
	}
	for file := range at.Enclosing((*ast.File)(nil)) {
		for _, spec := range file.Node().(*ast.File).Imports {
			name := pass.TypesInfo.PkgNameOf(spec)
			if name != nil && name.Imported() == krt && name.Name() != "." && name.Name() != "_" && visible(pass, at.Node().Pos(), name) {
				return name.Name() + ".", true
			}
		}
	}
	return "", false
}

// isCollection reports whether the type is one of krt's own: Istio's krt does not
// take types that embed a Collection.
func isCollection(t types.Type) bool {
	name, _ := surface.Named(t)
	return name != ""
}

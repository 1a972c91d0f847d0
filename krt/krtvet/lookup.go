// SPDX-License-Identifier: Apache-2.0

package krtvet

import (
	"fmt"
	"go/ast"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/krtkit/krtkit/krt/krtvet/internal/surface"
)

// Lookup reports reads of collections, singletons and indexes in transformations
// that are no dependencies, so that a change of what was read goes unnoticed. The
// package comment says what counts as a transformation.
//
//nolint:gochecknoglobals // analyzers are told apart by their address
var Lookup = &analysis.Analyzer{
	Name:     "krtlookup",
	Doc:      "report reads in krt transformations that krt does not see\n\nA transformation is run again when something changes that it fetched. What it reads by Lookup, List, GetKey or Get is not among that.",
	URL:      home,
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      runLookup,
}

func runLookup(pass *analysis.Pass) (any, error) {
	if !surface.Concerns(pass.Pkg) {
		return nil, nil
	}
	root := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root()
	for at := range root.Preorder((*ast.CallExpr)(nil)) {
		call := at.Node().(*ast.CallExpr)
		fn := surface.Callee(pass.TypesInfo, call)
		read, ok := surface.UntrackedRead(fn)
		if !ok {
			continue
		}
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			continue
		}
		where, ctx := whereRuns(pass, at)
		switch where {
		case outside, handler:
		case kept:
			report(pass, analysis.Diagnostic{
				Pos: sel.Sel.Pos(), End: call.End(),
				Message: fmt.Sprintf("%s in a function that krt keeps and calls for later changes: its answer must depend on its arguments alone; read before, and capture the result", fn.Name()),
			})
		case inside:
			name := read.Instead
			if !read.Method {
				name = "krt." + name
			}
			report(pass, analysis.Diagnostic{
				Pos: sel.Sel.Pos(), End: call.End(),
				Message:        fmt.Sprintf("%s in a transformation is no dependency: a change of what it returns does not run the transformation again; use %s", fn.Name(), name),
				SuggestedFixes: fetchInstead(pass, at, call, sel, fn, ctx),
			})
		}
	}
	return nil, nil
}

// SPDX-License-Identifier: Apache-2.0

package krtvet

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ast/astutil"

	"github.com/krtkit/krtkit/krt/krtvet/internal/sharing"
	"github.com/krtkit/krtkit/krt/krtvet/internal/surface"
)

// Mutate reports changes to objects of collections: through what a transformation is
// given, fetches or reads, and what handlers and filters are given.
//
//nolint:gochecknoglobals // analyzers are told apart by their address
var Mutate = &analysis.Analyzer{
	Name:     "krtmutate",
	Doc:      "report changes to objects of krt collections\n\nObjects are values that every reader shares. Who changes one races with the others, and krt does not see the change. Change a copy.",
	URL:      home,
	Requires: []*analysis.Analyzer{buildssa.Analyzer},
	Run:      runMutate,
}

func runMutate(pass *analysis.Pass) (any, error) {
	if !surface.Concerns(pass.Pkg) {
		return nil, nil
	}
	for _, c := range sharing.Find(pass.ResultOf[buildssa.Analyzer].(*buildssa.SSA)) {
		what, node := changed(pass, c)
		d := analysis.Diagnostic{
			Pos: node.Pos(), End: node.End(),
			Message: what + " changes an object of a collection, which others read at the same time: change a copy",
		}
		if c.Kind == sharing.Append {
			d.Message = what + " may write into the array of an object of a collection, which others read at the same time: append to a copy, or to what slices.Clip returns"
		}
		if c.By.IsValid() {
			d.Message += fmt.Sprintf(" (it is passed in %s)", lineOf(pass, c.By, c.Pos))
			d.Related = []analysis.RelatedInformation{{Pos: c.By, Message: "the object is passed here"}}
		}
		report(pass, d)
	}
	return nil, nil
}

// lineOf names the line of a position to someone who looks at another one.
func lineOf(pass *analysis.Pass, pos, seen token.Pos) string {
	at := pass.Fset.Position(pos)
	if at.Filename == pass.Fset.Position(seen).Filename {
		return fmt.Sprintf("line %d", at.Line)
	}
	return fmt.Sprintf("line %d of %s", at.Line, filepath.Base(at.Filename))
}

// changed returns the code that changes an object, in words and as it is.
func changed(pass *analysis.Pass, c sharing.Change) (what string, code analysis.Range) {
	here := span{c.Pos, c.Pos}
	file := fileOf(pass, c.Pos)
	if file == nil {
		return "this", here
	}
	path, _ := astutil.PathEnclosingInterval(file, c.Pos, c.Pos)
	for _, n := range path {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				if len(n.Lhs) == 1 || contains(lhs, c.Pos) {
					return "assigning to " + types.ExprString(lhs), lhs
				}
			}
			return "this assignment", n
		case *ast.IncDecStmt:
			return "changing " + types.ExprString(n.X), n
		case *ast.CallExpr:
			if c.Kind != sharing.Assign {
				return "calling " + types.ExprString(n.Fun), n
			}
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				return "this loop", span{n.Pos(), n.Body.Lbrace}
			}
		case *ast.FuncLit, *ast.FuncDecl:
			return "this", here
		}
	}
	return "this", here
}

// span is a part of a file.
type span struct{ pos, end token.Pos }

// Pos implements [analysis.Range].
func (s span) Pos() token.Pos { return s.pos }

// End implements [analysis.Range].
func (s span) End() token.Pos { return s.end }

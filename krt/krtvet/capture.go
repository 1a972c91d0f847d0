// SPDX-License-Identifier: Apache-2.0

package krtvet

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/krtkit/krtkit/krt/krtvet/internal/surface"
)

// Capture reports what krt keeps and calls, or looks at, for later changes, although
// it changes: function literals that captured a variable which is assigned
// afterwards, and maps of labels.
//
//nolint:gochecknoglobals // analyzers are told apart by their address
var Capture = &analysis.Analyzer{
	Name:     "krtcapture",
	Doc:      "report filters that captured what changes afterwards\n\nkrt keeps the functions given to FilterGeneric, PartialFetch, NewIndex, MapCollection and merging joins, and calls them for later changes, on any goroutine. What they captured must not change; neither must the maps given to FilterLabel and FilterSelects.",
	URL:      home,
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      runCapture,
}

func runCapture(pass *analysis.Pass) (any, error) {
	if !surface.Concerns(pass.Pkg) {
		return nil, nil
	}
	root := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root()
	var all *writes // found when first needed
	for at := range root.Preorder((*ast.CallExpr)(nil)) {
		call := at.Node().(*ast.CallExpr)
		fn := surface.Callee(pass.TypesInfo, call)
		for what, arg := range keptArguments(pass.TypesInfo, fn, call) {
			if all == nil {
				all = findWrites(pass, root)
			}
			for _, use := range captured(pass.TypesInfo, what, arg) {
				w, ok := all.after(use, arg)
				if !ok {
					continue
				}
				report(pass, analysis.Diagnostic{
					Pos: use.at.Pos(), End: use.at.End(),
					Message: fmt.Sprintf("%s keeps this %s for later changes, but %s %s (%s): give it a copy that stays as it is",
						fn.Name(), what, types.ExprString(use.at), w.when(arg), lineOf(pass, w.at.Pos(), use.at.Pos())),
					Related: []analysis.RelatedInformation{{Pos: w.at.Pos(), Message: "changed here"}},
				})
				break // one is enough to have it looked at
			}
		}
	}
	return nil, nil
}

// The kinds of arguments that are kept.
const (
	keptFunction = "function"
	keptMap      = "map"
)

// keptArguments yields the function literals and the maps in a call that krt keeps.
func keptArguments(info *types.Info, fn *types.Func, call *ast.CallExpr) func(yield func(what string, arg ast.Expr) bool) {
	return func(yield func(string, ast.Expr) bool) {
		for _, a := range surface.Arguments(fn) {
			if !a.Kept || a.Index >= len(call.Args) {
				continue
			}
			if lit, ok := ast.Unparen(call.Args[a.Index]).(*ast.FuncLit); ok && !yield(keptFunction, lit) {
				return
			}
		}
		if surface.KeepsMap(fn) && len(call.Args) == 1 {
			arg := ast.Unparen(call.Args[0])
			if path, ok := pathOf(info, arg); ok && path.root != nil {
				yield(keptMap, arg)
			}
		}
	}
}

// use is something that a kept argument refers to.
type use struct {
	path
	at ast.Expr
	// content is true if only what it refers to counts: it was passed by value.
	content bool
}

// captured returns what the argument refers to: of a map itself, of a function literal
// the local variables of the functions around it, with the fields that it uses.
func captured(info *types.Info, what string, arg ast.Expr) []use {
	if what == keptMap {
		p, _ := pathOf(info, arg)
		return []use{{p, arg, true}}
	}
	var found []use
	ast.Inspect(arg, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		p, ok := pathOf(info, e)
		if !ok {
			return true
		}
		if arg.Pos() <= p.root.Pos() && p.root.Pos() < arg.End() {
			return false // its own
		}
		found = append(found, use{p, e, false})
		return false
	})
	return found
}

// path is a local variable and the fields that lead from it to something.
type path struct {
	root   *types.Var
	fields []*types.Var
}

// pathOf returns the path of an expression made of a local variable, selectors of
// fields, parentheses and dereferences.
func pathOf(info *types.Info, e ast.Expr) (path, bool) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return pathOf(info, e.X)
	case *ast.StarExpr:
		return pathOf(info, e.X)
	case *ast.Ident:
		v, ok := info.ObjectOf(e).(*types.Var)
		if !ok || v.IsField() || v.Parent() == nil || v.Pkg() == nil || v.Parent() == v.Pkg().Scope() {
			return path{}, false
		}
		return path{root: v}, true
	case *ast.SelectorExpr:
		sel, ok := info.Selections[e]
		if !ok || sel.Kind() != types.FieldVal {
			return path{}, false
		}
		p, ok := pathOf(info, e.X)
		if !ok {
			return path{}, false
		}
		fields := append(slices.Clip(p.fields), sel.Obj().(*types.Var))
		return path{p.root, fields}, true
	}
	return path{}, false
}

// meets reports whether one of the paths leads along the other.
func (p path) meets(q path) bool {
	if p.root != q.root {
		return false
	}
	for i := range min(len(p.fields), len(q.fields)) {
		if p.fields[i] != q.fields[i] {
			return false
		}
	}
	return true
}

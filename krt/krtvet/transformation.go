// SPDX-License-Identifier: Apache-2.0

package krtvet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/krtkit/krtkit/krt/krtvet/internal/surface"
)

// place says where some code runs.
type place int

const (
	outside place = iota // neither of the others, as far as can be told
	inside               // in a run of a transformation
	kept                 // in a function that krt keeps and calls again and again
	handler              // in a function that is told about changes
)

// context is how the code of a transformation calls its HandlerContext.
type context struct {
	v    *types.Var // the parameter
	expr string     // the context itself; empty if it has no name
}

// whereRuns returns where the code at the cursor runs, and the context if that is
// inside a transformation.
func whereRuns(pass *analysis.Pass, at inspector.Cursor) (place, context) {
	for fn := range at.Enclosing((*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		typ, body := signature(fn.Node())
		if ctx, ok := contextOf(pass.TypesInfo, typ); ok {
			if body != nil && comparesWithNil(body, ctx.expr) {
				return outside, context{}
			}
			return inside, ctx
		}
		if _, ok := fn.Node().(*ast.FuncLit); !ok {
			break
		}
		if where, apart := runsApart(pass.TypesInfo, fn); apart {
			return where, context{}
		}
	}
	return outside, context{}
}

func signature(fn ast.Node) (*ast.FuncType, *ast.BlockStmt) {
	switch fn := fn.(type) {
	case *ast.FuncLit:
		return fn.Type, fn.Body
	case *ast.FuncDecl:
		return fn.Type, fn.Body
	}
	return nil, nil
}

// contextOf finds the HandlerContext among the parameters, or in a field of one that
// is a struct.
func contextOf(info *types.Info, typ *ast.FuncType) (context, bool) {
	for _, param := range typ.Params.List {
		field, ok := contextIn(info.TypeOf(param.Type))
		if !ok {
			continue
		}
		if len(param.Names) == 0 || param.Names[0].Name == "_" {
			return context{}, true
		}
		name := param.Names[0]
		v, _ := info.Defs[name].(*types.Var)
		return context{v, name.Name + field}, true
	}
	return context{}, false
}

// contextIn reports whether a value of the type is a HandlerContext or has one, and
// what selects it.
func contextIn(t types.Type) (selector string, ok bool) {
	if t == nil {
		return "", false
	}
	if surface.IsContext(t) {
		return "", true
	}
	for f := range fieldsOf(t) {
		if surface.IsContext(f.Type()) {
			return "." + f.Name(), true
		}
	}
	return "", false
}

// comparesWithNil reports whether the body asks if there is a context.
func comparesWithNil(body *ast.BlockStmt, ctx string) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok {
			x, y := types.ExprString(b.X), types.ExprString(b.Y)
			found = found || ctx != "" && (x == ctx && y == "nil" || x == "nil" && y == ctx)
		}
		return !found
	})
	return found
}

// runsApart reports whether a function literal is not run by the function around it
// while that runs, and where it runs if so.
func runsApart(info *types.Info, lit inspector.Cursor) (place, bool) {
	for at := lit; ; at = at.Parent() {
		kind, i := at.ParentEdge()
		switch parent := at.Parent().Node().(type) {
		case *ast.ParenExpr:
			continue
		case *ast.CallExpr:
			if kind == edge.CallExpr_Fun {
				return outside, at.Parent().ParentEdgeKind() == edge.GoStmt_Call
			}
			if info.Types[parent.Fun].IsType() {
				continue // a conversion
			}
			return argumentRuns(info, parent, i)
		case *ast.AssignStmt:
			if i < len(parent.Lhs) {
				_, local := parent.Lhs[i].(*ast.Ident)
				return outside, !local
			}
			return outside, true
		case *ast.KeyValueExpr, *ast.CompositeLit, *ast.ReturnStmt, *ast.SendStmt:
			return outside, true
		default:
			return outside, false
		}
	}
}

// argumentRuns is runsApart for an argument of a call.
func argumentRuns(info *types.Info, call *ast.CallExpr, i int) (place, bool) {
	fn, _ := typeutil.Callee(info, call).(*types.Func)
	if ours := surface.Func(fn); ours != nil {
		for _, arg := range surface.Arguments(ours) {
			switch {
			case arg.Index != i:
			case arg.Kept:
				return kept, true
			case arg.Later:
				return handler, true
			}
		}
		return outside, false
	}
	if fn == nil {
		return outside, false
	}
	switch fn.Name() {
	case "Go", "AfterFunc": // of sync, errgroup, time, context
		return outside, true
	}
	return outside, false
}

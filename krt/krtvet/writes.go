// SPDX-License-Identifier: Apache-2.0

package krtvet

import (
	"go/ast"
	"go/token"
	"go/types"
	"go/version"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// write is a change of a local variable or of what it refers to.
type write struct {
	path
	at ast.Node
	// content is true if the variable stays, and an element of what it refers to
	// changes.
	content bool
	// anytime is true if it is in a function that runs on its own.
	anytime bool
	// over is where it has happened, if it happens where it is written. If it is in a
	// function literal, that is the end of it, or the last place that names it.
	over token.Pos
	// loops are those around it, as far as the variable can be seen.
	loops []ast.Node
}

// when says how the change comes after the argument.
func (w write) when(arg ast.Expr) string {
	switch {
	case contains(arg, w.at.Pos()):
		return "is changed in it"
	case w.anytime:
		return "is changed by a function that runs on its own"
	default:
		return "is changed afterwards"
	}
}

// writes are the changes of local variables in a package.
type writes struct {
	pass  *analysis.Pass
	byVar map[*types.Var][]write
}

// findWrites collects assignments to local variables, to their fields and elements.
// Declarations are none, except those of a loop that has one variable for all
// iterations.
func findWrites(pass *analysis.Pass, root inspector.Cursor) *writes {
	ws := &writes{pass, map[*types.Var][]write{}}
	for at := range root.Preorder((*ast.AssignStmt)(nil), (*ast.IncDecStmt)(nil), (*ast.RangeStmt)(nil), (*ast.CallExpr)(nil)) {
		switch n := at.Node().(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				if n.Tok != token.DEFINE || !ws.defines(lhs) {
					ws.add(at, lhs)
				}
			}
		case *ast.IncDecStmt:
			ws.add(at, n.X)
		case *ast.RangeStmt:
			for _, lhs := range []ast.Expr{n.Key, n.Value} {
				if lhs != nil && (n.Tok == token.ASSIGN || !ws.perIteration(n)) {
					ws.add(at, lhs)
				}
			}
		case *ast.CallExpr:
			if len(n.Args) == 0 {
				continue
			}
			switch builtin(pass.TypesInfo, n) {
			case "delete", "clear", "copy":
				ws.addContent(at, n.Args[0])
			}
		}
	}
	return ws
}

// builtin returns the name of the built-in function that is called, or "".
func builtin(info *types.Info, call *ast.CallExpr) string {
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if b, ok := info.Uses[id].(*types.Builtin); ok {
			return b.Name()
		}
	}
	return ""
}

func (ws *writes) defines(lhs ast.Expr) bool {
	id, ok := lhs.(*ast.Ident)
	return ok && ws.pass.TypesInfo.Defs[id] != nil
}

// add adds a write to the left side of an assignment.
func (ws *writes) add(at inspector.Cursor, lhs ast.Expr) {
	lhs = ast.Unparen(lhs)
	if x, ok := lhs.(*ast.IndexExpr); ok {
		ws.addContent(at, x.X)
	} else if p, ok := pathOf(ws.pass.TypesInfo, lhs); ok {
		ws.put(at, write{path: p, at: at.Node()})
	}
}

// addContent adds a write to an element of x.
func (ws *writes) addContent(at inspector.Cursor, x ast.Expr) {
	for {
		inner, ok := ast.Unparen(x).(*ast.IndexExpr)
		if !ok {
			break
		}
		x = inner.X
	}
	if p, ok := pathOf(ws.pass.TypesInfo, x); ok {
		ws.put(at, write{path: p, at: at.Node(), content: true})
	}
}

// put adds a write with what is around it, up to the function that has the variable.
func (ws *writes) put(at inspector.Cursor, w write) {
	w.over = at.Node().End()
	if n, ok := at.Node().(*ast.RangeStmt); ok {
		w.over = n.Body.Pos()
	}
	for around := range at.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil), (*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		n := around.Node()
		if bodyOf(n) != nil {
			w.loops = append(w.loops, n)
			continue
		}
		if contains(n, w.root.Pos()) {
			break
		}
		_, apart := runsApart(ws.pass.TypesInfo, around)
		w.anytime = w.anytime || apart
		w.over = max(n.End(), ws.lastNamed(around))
	}
	ws.byVar[w.root] = append(ws.byVar[w.root], w)
}

// lastNamed returns where the variable that holds a function literal is named last.
func (ws *writes) lastNamed(lit inspector.Cursor) token.Pos {
	var id *ast.Ident
	switch parent := lit.Parent().Node().(type) {
	case *ast.AssignStmt:
		if i := lit.ParentEdgeIndex(); lit.ParentEdgeKind() == edge.AssignStmt_Rhs && i < len(parent.Lhs) {
			id, _ = parent.Lhs[i].(*ast.Ident)
		}
	case *ast.ValueSpec:
		if i := lit.ParentEdgeIndex(); i < len(parent.Names) {
			id = parent.Names[i]
		}
	}
	if id == nil {
		return token.NoPos
	}
	last, holder := token.NoPos, ws.pass.TypesInfo.ObjectOf(id)
	for use, obj := range ws.pass.TypesInfo.Uses {
		if obj == holder {
			last = max(last, use.End())
		}
	}
	return last
}

// after returns a write that can happen after the argument was made to what it uses.
func (ws *writes) after(u use, arg ast.Expr) (write, bool) {
	for _, w := range ws.byVar[u.root] {
		if !w.meets(u.path) || u.content && !w.content {
			continue
		}
		if w.anytime || w.over > arg.Pos() {
			return w, true
		}
		for _, loop := range w.loops {
			if contains(loop, arg.Pos()) && !ws.fresh(loop, u.root) {
				return w, true // in the next iteration
			}
		}
	}
	return write{}, false
}

// fresh reports whether each iteration of the loop has a variable of its own.
func (ws *writes) fresh(loop ast.Node, v *types.Var) bool {
	return contains(bodyOf(loop), v.Pos()) || contains(loop, v.Pos()) && ws.perIteration(loop)
}

// perIteration reports whether variables that the loop declares are those of an
// iteration, as they are since Go 1.22.
func (ws *writes) perIteration(loop ast.Node) bool {
	v := ws.pass.TypesInfo.FileVersions[fileOf(ws.pass, loop.Pos())]
	return v == "" || version.Compare(v, "go1.22") >= 0
}

// bodyOf returns the body of a loop, and nil for everything else.
func bodyOf(n ast.Node) *ast.BlockStmt {
	switch n := n.(type) {
	case *ast.ForStmt:
		return n.Body
	case *ast.RangeStmt:
		return n.Body
	}
	return nil
}

// contains reports whether the position is in the node.
func contains(n ast.Node, pos token.Pos) bool { return n.Pos() <= pos && pos < n.End() }

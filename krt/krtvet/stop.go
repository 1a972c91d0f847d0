// SPDX-License-Identifier: Apache-2.0

package krtvet

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"iter"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/krtkit/krtkit/krt/krtvet/internal/surface"
)

// Stop reports collections, and whatever else krt keeps running, that are made
// without an option that ends them where this is a leak. The package comment says
// where it is. Its flag all makes it report every one outside of package main and of
// tests.
//
//nolint:gochecknoglobals // analyzers are told apart by their address
var Stop = newStop()

func newStop() *analysis.Analyzer {
	a := &analysis.Analyzer{
		Name:     "krtstop",
		Doc:      "report krt collections that nothing ends\n\nA collection without WithStop or WithContext reads and transforms until the program ends. That is a leak in a transformation or handler, and where a stop channel, a context or options are at hand.",
		URL:      home,
		Requires: []*analysis.Analyzer{inspect.Analyzer},
	}
	all := a.Flags.Bool("all", false, "report every collection without an end outside of package main and tests")
	a.Run = func(pass *analysis.Pass) (any, error) { return runStop(pass, *all) }
	return a
}

func runStop(pass *analysis.Pass, all bool) (any, error) {
	if !surface.Concerns(pass.Pkg) {
		return nil, nil
	}
	root := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root()
	for at := range root.Preorder((*ast.CallExpr)(nil)) {
		call := at.Node().(*ast.CallExpr)
		fn := surface.Callee(pass.TypesInfo, call)
		if !surface.Constructor(fn) || ends(pass.TypesInfo, fn, call) || inTest(pass, call.Pos()) {
			continue
		}
		d := analysis.Diagnostic{Pos: call.Pos(), End: call.Fun.End()}
		in, repeated := repeatedIn(pass, at)
		have, handy := atHand(pass, at, fn.Pkg())
		switch {
		case handy && (repeated || pass.Pkg.Name() != "main"):
			d.Message = fmt.Sprintf("what %s makes never ends, although %s is at hand: pass %s", fn.Name(), have.name, have.option)
			d.SuggestedFixes = passOption(pass, at, call, fn.Pkg(), have)
		case repeated:
			d.Message = fmt.Sprintf("%s in %s makes another one at each call, and none of them ends: pass WithStop", fn.Name(), in)
		case all && pass.Pkg.Name() != "main":
			d.Message = fmt.Sprintf("what %s makes never ends: pass WithStop", fn.Name())
		default:
			continue
		}
		report(pass, d)
	}
	return nil, nil
}

// ends reports whether the options of a call may have one that ends what is made.
func ends(info *types.Info, fn *types.Func, call *ast.CallExpr) bool {
	first := fn.Signature().Params().Len() - 1
	if first > len(call.Args) {
		return true // f(g()), whatever g returns
	}
	opts := call.Args[first:]
	if call.Ellipsis.IsValid() {
		lit, ok := ast.Unparen(opts[0]).(*ast.CompositeLit)
		if !ok {
			return true
		}
		opts = lit.Elts
	}
	for _, opt := range opts {
		c, ok := ast.Unparen(opt).(*ast.CallExpr)
		if !ok {
			return true // some option, which may be one that ends
		}
		switch surface.Option(surface.Callee(info, c)) {
		case "", "WithStop", "WithContext": // of the user, or known to end
			return true
		}
	}
	return false
}

// repeatedIn reports whether the code at the cursor is in a function that krt calls
// any number of times.
func repeatedIn(pass *analysis.Pass, at inspector.Cursor) (what string, ok bool) {
	for fn := range at.Enclosing((*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		typ, _ := signature(fn.Node())
		if _, ok := contextOf(pass.TypesInfo, typ); ok {
			return "a transformation", true
		}
		if where, apart := runsApart(pass.TypesInfo, fn); apart && where != outside {
			return "a function that krt calls", true
		}
	}
	return "", false
}

// lifetime is something in scope that a collection can be ended with.
type lifetime struct {
	name   string
	option string
	added  bool // the option is one more; otherwise it takes the place of all others
}

// atHand returns what the functions around the cursor were given to end things with.
func atHand(pass *analysis.Pass, at inspector.Cursor, krt *types.Package) (lifetime, bool) {
	pos := at.Node().Pos()
	for fn := range at.Enclosing((*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		typ, _ := signature(fn.Node())
		for _, field := range typ.Params.List {
			for _, id := range field.Names {
				if v := pass.TypesInfo.Defs[id]; v != nil && visible(pass, pos, v) {
					if have, ok := lifetimeOf(id.Name, v.Type(), krt); ok {
						return have, true
					}
				}
			}
		}
		if decl, ok := fn.Node().(*ast.FuncDecl); ok && decl.Recv != nil {
			return receiverHas(pass, pos, decl.Recv, krt)
		}
	}
	return lifetime{}, false
}

// receiverHas is atHand for the fields of a receiver.
func receiverHas(pass *analysis.Pass, pos token.Pos, recv *ast.FieldList, krt *types.Package) (lifetime, bool) {
	if len(recv.List) == 0 || len(recv.List[0].Names) == 0 {
		return lifetime{}, false
	}
	id := recv.List[0].Names[0]
	v := pass.TypesInfo.Defs[id]
	if v == nil || !visible(pass, pos, v) {
		return lifetime{}, false
	}
	for f := range fieldsOf(v.Type()) {
		if have, ok := lifetimeOf(id.Name+"."+f.Name(), f.Type(), krt); ok {
			return have, true
		}
	}
	return lifetime{}, false
}

// fieldsOf yields the fields of a struct or of what a pointer to one points to.
func fieldsOf(t types.Type) iter.Seq[*types.Var] {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if s, ok := t.Underlying().(*types.Struct); ok {
		return s.Fields()
	}
	return func(func(*types.Var) bool) {}
}

// lifetimeOf reports whether a value of the type can end a collection, and how.
func lifetimeOf(expr string, t types.Type, krt *types.Package) (lifetime, bool) {
	if c, ok := t.Underlying().(*types.Chan); ok {
		s, ok := c.Elem().Underlying().(*types.Struct)
		ends := ok && s.NumFields() == 0 && c.Dir() != types.SendOnly
		return lifetime{expr, "WithStop(" + expr + ")", true}, ends
	}
	if surface.IsOptions(t) {
		return lifetime{expr, expr + "...", false}, true
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return lifetime{}, false
	}
	if name, _ := surface.Named(t); name == "OptionsBuilder" {
		return lifetime{expr, expr + ".With()...", false}, true
	}
	if named.Obj().Pkg().Path() != "context" || named.Obj().Name() != "Context" {
		return lifetime{}, false
	}
	if krt.Scope().Lookup("WithContext") == nil {
		return lifetime{expr, "WithStop(" + expr + ".Done())", true}, true
	}
	return lifetime{expr, "WithContext(" + expr + ")", true}, true
}

// passOption returns the fix that adds an option to a call.
func passOption(pass *analysis.Pass, at inspector.Cursor, call *ast.CallExpr, maker *types.Package, have lifetime) []analysis.SuggestedFix {
	krt, ok := qualifier(pass, at, maker)
	if !ok || !have.added || call.Ellipsis.IsValid() || !surface.IsPackage(maker) {
		return nil
	}
	text, pos := krt+have.option, call.Rparen
	if n := len(call.Args); n > 0 {
		text, pos = ", "+text, call.Args[n-1].End()
	}
	return []analysis.SuggestedFix{{
		Message:   "Pass the option",
		TextEdits: []analysis.TextEdit{{Pos: pos, End: pos, NewText: []byte(text)}},
	}}
}

// SPDX-License-Identifier: Apache-2.0

package krtvet

import (
	"fmt"
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/krtkit/krtkit/krt/krtvet/internal/surface"
)

// Equals reports types of objects whose Equals method krt never calls. It reports each
// type once a package, at the first constructor of a collection of it.
//
//nolint:gochecknoglobals // analyzers are told apart by their address
var Equals = &analysis.Analyzer{
	Name:     "krtequals",
	Doc:      "report Equals methods that krt never calls\n\nFor a collection of X, or of *X, krt calls an Equals that takes what the collection holds, or a pointer to it. It does not call func (X) Equals(X) for a collection of *X, and compares deeply instead.",
	URL:      home,
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      runEquals,
}

func runEquals(pass *analysis.Pass) (any, error) {
	if !surface.Concerns(pass.Pkg) {
		return nil, nil
	}
	seen := map[types.Object]bool{}
	root := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root()
	for at := range root.Preorder((*ast.CallExpr)(nil)) {
		call := at.Node().(*ast.CallExpr)
		if hasOption(pass.TypesInfo, call, "WithEqual") {
			continue
		}
		for _, elem := range compared(pass.TypesInfo, call) {
			method, param := neverCalled(elem)
			if method == nil || seen[method.Origin()] {
				continue
			}
			seen[method.Origin()] = true
			qualify := types.RelativeTo(pass.Pkg)
			report(pass, analysis.Diagnostic{
				Pos: call.Pos(), End: call.Fun.End(),
				Message: fmt.Sprintf("objects of type %[1]s are compared deeply: krt does not call their Equals, because it takes %[2]s; %[3]s",
					types.TypeString(elem, qualify), types.TypeString(param, qualify), remedy(elem, param, qualify)),
				Related: []analysis.RelatedInformation{{Pos: method.Pos(), Message: "the method that is not called"}},
			})
		}
	}
	return nil, nil
}

// compared returns the types of the objects that a call makes krt compare.
func compared(info *types.Info, call *ast.CallExpr) []types.Type {
	fn := surface.Callee(info, call)
	if fn == nil {
		return nil
	}
	if surface.IsPackage(fn.Pkg()) && fn.Signature().Recv() == nil {
		args := instance(info, call)
		switch {
		case fn.Name() == "Equal" && args.Len() == 1:
			return []types.Type{args.At(0)}
		case fn.Name() == "BatchedEventFilter" && args.Len() == 2:
			return []types.Type{args.At(1)}
		}
	}
	return surface.Compared(fn, info.TypeOf(call))
}

// instance returns the type arguments of a call, given or inferred.
func instance(info *types.Info, call *ast.CallExpr) *types.TypeList {
	fun := ast.Unparen(call.Fun)
	switch index := fun.(type) {
	case *ast.IndexExpr:
		fun = index.X
	case *ast.IndexListExpr:
		fun = index.X
	}
	switch id := fun.(type) {
	case *ast.Ident:
		return info.Instances[id].TypeArgs
	case *ast.SelectorExpr:
		return info.Instances[id.Sel].TypeArgs
	}
	return nil
}

// neverCalled returns the Equals method of the type, declared for it and not for
// something embedded, if it compares with one other object but not with one of this
// type, and the type that it takes.
func neverCalled(elem types.Type) (method *types.Func, param types.Type) {
	base := types.Unalias(elem)
	if p, ok := base.(*types.Pointer); ok {
		base = types.Unalias(p.Elem())
	}
	named, ok := base.(*types.Named)
	if !ok || types.IsInterface(named) {
		return nil, nil
	}
	for m := range named.Methods() {
		sig := m.Signature()
		if m.Name() != "Equals" || sig.Params().Len() != 1 || sig.Variadic() || sig.Results().Len() != 1 ||
			!types.Identical(sig.Results().At(0).Type(), types.Typ[types.Bool]) {
			continue
		}
		param := sig.Params().At(0).Type()
		if types.Identical(param, elem) || types.Identical(param, types.NewPointer(elem)) {
			return nil, nil
		}
		return m, param
	}
	return nil, nil
}

// remedy says what to write instead.
func remedy(elem, param types.Type, qualify types.Qualifier) string {
	name := types.TypeString(elem, qualify)
	p, ok := types.Unalias(elem).(*types.Pointer)
	if ok && types.Identical(p.Elem(), param) {
		return fmt.Sprintf("declare func (%[1]s) Equals(%[1]s) bool, or make it a collection of %[2]s", name, types.TypeString(param, qualify))
	}
	return fmt.Sprintf("declare func (%[1]s) Equals(%[1]s) bool", name)
}

// hasOption reports whether one of the arguments of a call is the option.
func hasOption(info *types.Info, call *ast.CallExpr, option string) bool {
	for _, arg := range call.Args {
		if c, ok := ast.Unparen(arg).(*ast.CallExpr); ok && surface.Option(surface.Callee(info, c)) == option {
			return true
		}
	}
	return false
}

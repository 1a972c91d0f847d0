// SPDX-License-Identifier: Apache-2.0

package surface

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// Paths are the import paths of krt: this module's, and the one that users move from.
func Paths() []string {
	return []string{"github.com/krtkit/krtkit/krt", "istio.io/istio/pkg/kube/krt"}
}

// IsPackage reports whether the package is krt.
func IsPackage(p *types.Package) bool {
	return p != nil && slices.Contains(Paths(), pathOf(p))
}

// isFamily reports whether the package is krt or below it, such as krt/files.
func isFamily(p *types.Package) bool {
	return p != nil && slices.ContainsFunc(Paths(), func(path string) bool {
		return path == pathOf(p) || strings.HasPrefix(pathOf(p), path+"/")
	})
}

// pathOf returns the path without what marks a package compiled for a test.
func pathOf(p *types.Package) string {
	path, _, _ := strings.Cut(p.Path(), " ")
	return path
}

// Concerns reports whether the package is krt or imports it, so that there is
// something to look at.
func Concerns(p *types.Package) bool {
	return isFamily(p) || slices.ContainsFunc(p.Imports(), isFamily)
}

// Callee returns the function or method of krt, or of a package below it, that is
// called. It returns nil for every other call. For a method of an instantiated type
// it is the generic one.
func Callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fn, _ := typeutil.Callee(info, call).(*types.Func)
	return Func(fn)
}

// Func returns the function if it is one of krt, or of a package below it, and nil
// otherwise. An instance of a generic one is the generic one.
func Func(fn *types.Func) *types.Func {
	if fn == nil || !isFamily(fn.Pkg()) {
		return nil
	}
	return fn.Origin()
}

// Named returns the name of krt's type, such as "Collection", and its type
// arguments. The name is empty for every other type. Pointers are not followed.
func Named(t types.Type) (name string, args *types.TypeList) {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || !IsPackage(named.Obj().Pkg()) {
		return "", nil
	}
	return named.Obj().Name(), named.TypeArgs()
}

// IsContext reports whether the type is HandlerContext.
func IsContext(t types.Type) bool {
	name, _ := Named(t)
	return name == "HandlerContext"
}

// method reports whether the function is a method.
func method(fn *types.Func) bool { return fn != nil && fn.Signature().Recv() != nil }

// receiver returns the name of the type that has the method, or "".
func receiver(fn *types.Func) string {
	if !method(fn) {
		return ""
	}
	t := fn.Signature().Recv().Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

// SPDX-License-Identifier: Apache-2.0

package krtvet_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/packages"
)

const (
	modulePath = "github.com/krtkit/krtkit"
	krtPath    = modulePath + "/krt"
)

// TestStubs_agreeWithTheRealPackages compares what the test data has in place of krt
// and other packages with what is there. A package of this module that does not exist
// yet is left out.
func TestStubs_agreeWithTheRealPackages(t *testing.T) {
	watch(t, "..")
	stubs := testdata(t)
	for _, path := range []string{
		krtPath,
		krtPath + "/files",
		modulePath + "/util/slices",
		"k8s.io/apimachinery/pkg/api/meta",
		"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured",
	} {
		if folder, ours := strings.CutPrefix(path, modulePath); ours {
			if found, err := filepath.Glob(filepath.Join(root, folder, "*.go")); err != nil || len(found) == 0 {
				continue
			}
		}
		stub := load(t, path, filepath.Join(stubs, "src"), "GO111MODULE=off", "GOPATH="+stubs, "GOPROXY=off", "GOFLAGS=", "GOWORK=off")
		real := load(t, path, ".")
		for _, name := range stub.Scope().Names() {
			if !token.IsExported(name) {
				continue
			}
			obj := real.Scope().Lookup(name)
			if obj == nil {
				t.Errorf("%s has no %s", path, name)
				continue
			}
			if diff := cmp.Diff(describe(obj, stub.Scope().Lookup(name)), describe(stub.Scope().Lookup(name), nil)); diff != "" {
				t.Errorf("%s.%s is not what the stub says it is (-real +stub):\n%s", path, name, diff)
			}
		}
	}
}

// TestSurface_namesExist checks that krt has every function, method and type that the
// checks know by name.
func TestSurface_namesExist(t *testing.T) {
	watch(t, "..")
	krt := load(t, krtPath, ".")
	names := map[string]bool{}
	for _, name := range krt.Scope().Names() {
		names[name] = true
		for i, methods := 0, types.NewMethodSet(types.NewPointer(krt.Scope().Lookup(name).Type())); i < methods.Len(); i++ {
			names[methods.At(i).Obj().Name()] = true
		}
		for i, methods := 0, types.NewMethodSet(krt.Scope().Lookup(name).Type()); i < methods.Len(); i++ {
			names[methods.At(i).Obj().Name()] = true
		}
	}
	files, err := filepath.Glob("internal/surface/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("the files of package surface: %d, %v", len(files), err)
	}
	exported := regexp.MustCompile(`^[A-Z][A-Za-z]+$`)
	found := 0
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if s, err := strconv.Unquote(lit.Value); err == nil && exported.MatchString(s) {
				found++
				if !names[s] {
					t.Errorf("%s names %q, which krt does not have", name, s)
				}
			}
			return true
		})
	}
	if found < 30 {
		t.Errorf("found %d names in package surface: is this still how it names them?", found)
	}
}

// load returns a package as the compiler exports it.
func load(t *testing.T, path, dir string, env ...string) *types.Package {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{
		Context: t.Context(),
		Mode:    packages.NeedName | packages.NeedTypes | packages.NeedImports,
		Dir:     dir,
		Env:     append(os.Environ(), env...),
	}, path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range pkgs[0].Errors {
		t.Fatalf("%s: %v", path, e)
	}
	return pkgs[0].Types
}

// watch makes go test run this test again when something below the folder has
// changed: it cannot see what the go command reads.
func watch(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(string, fs.DirEntry, error) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// describe returns what users see of a function or type: the type of a function and
// the underlying type of a type, by "", and those of methods and fields, by name. With
// like, it leaves out methods and fields that like does not have.
func describe(obj, like types.Object) map[string]string {
	all := map[string]string{}
	put := func(name string, t types.Type) { all[name] = typeString(t) }
	if _, ok := obj.(*types.TypeName); !ok {
		put("", obj.Type())
		return all
	}
	switch u := obj.Type().Underlying().(type) {
	case *types.Interface:
	case *types.Struct:
		for f := range u.Fields() {
			if f.Exported() {
				put(f.Name(), f.Type())
			}
		}
	default:
		put("", u)
	}
	t := obj.Type()
	if !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	for i, methods := 0, types.NewMethodSet(t); i < methods.Len(); i++ {
		if m := methods.At(i).Obj(); m.Exported() {
			put(m.Name(), m.Type())
		}
	}
	if like != nil {
		known := describe(like, nil)
		for name := range all {
			if _, ok := known[name]; !ok {
				delete(all, name)
			}
		}
	}
	return all
}

// typeString writes a type without the names of parameters.
func typeString(t types.Type) string {
	sig, ok := t.(*types.Signature)
	if !ok {
		return types.TypeString(t, (*types.Package).Path)
	}
	unnamed := func(tuple *types.Tuple) *types.Tuple {
		var vars []*types.Var
		for v := range tuple.Variables() {
			vars = append(vars, types.NewParam(token.NoPos, nil, "", v.Type()))
		}
		return types.NewTuple(vars...)
	}
	return types.TypeString(types.NewSignatureType(nil, nil, nil, unnamed(sig.Params()), unnamed(sig.Results()), sig.Variadic()), (*types.Package).Path)
}

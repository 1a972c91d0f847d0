// SPDX-License-Identifier: Apache-2.0

package sharing

import (
	"go/types"
	"strings"
	"unicode"

	"golang.org/x/tools/go/ssa"
)

// change is an argument that a function changes.
type change struct {
	index int
	// deep is true if it changes what the argument refers to beyond the first step, as
	// one that is given a pointer to a slice and changes its elements.
	deep bool
}

// changes returns the argument that a function of another package changes, counted
// with the receiver, and whether there is one.
func changes(fn *types.Func) (change, bool) {
	if fn == nil || fn.Pkg() == nil {
		return change{}, false
	}
	name := fn.Name()
	if fn.Signature().Recv() != nil {
		return change{}, isSetter(fn)
	}
	switch fn.Pkg().Path() {
	case "slices", "istio.io/istio/pkg/slices", "github.com/krtkit/krtkit/util/slices":
		switch name {
		case "Sort", "SortFunc", "SortStableFunc", "SortBy", "Reverse", "Delete", "DeleteFunc", "Insert", "Replace", "Compact", "CompactFunc",
			"FilterInPlace":
			return change{}, true
		}
	case "sort":
		switch name {
		case "Sort", "Stable", "Slice", "SliceStable", "Strings", "Ints", "Float64s":
			return change{}, true
		}
	case "maps":
		switch name {
		case "Copy", "DeleteFunc", "Insert":
			return change{}, true
		}
	case "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured":
		if strings.HasPrefix(name, "SetNested") || name == "RemoveNestedField" {
			return change{}, true
		}
	case "k8s.io/apimachinery/pkg/api/meta":
		switch name {
		case "SetStatusCondition", "RemoveStatusCondition":
			return change{deep: true}, true
		}
	case "sigs.k8s.io/controller-runtime/pkg/controller/controllerutil":
		switch name {
		case "AddFinalizer", "RemoveFinalizer":
			return change{}, true
		case "SetControllerReference", "SetOwnerReference", "RemoveOwnerReference":
			return change{index: 1}, true
		}
	case "google.golang.org/protobuf/proto":
		switch name {
		case "Merge", "Reset":
			return change{}, true
		}
	}
	return change{}, false
}

// isSetter reports whether a method sets something of an object: its name is Set and
// a name, there is a Get with that name, and it returns nothing. Such are those of
// Kubernetes objects.
func isSetter(fn *types.Func) bool {
	what, ok := strings.CutPrefix(fn.Name(), "Set")
	sig := fn.Signature()
	if !ok || what == "" || !unicode.IsUpper(rune(what[0])) || sig.Results().Len() > 0 {
		return false
	}
	recv := sig.Recv().Type()
	if _, pointer := types.Unalias(recv).(*types.Pointer); !pointer && !types.IsInterface(recv) {
		return false
	}
	for _, name := range []string{"Get" + what, what} {
		if getter, _, _ := types.LookupFieldOrMethod(recv, true, fn.Pkg(), name); getter != nil {
			return true
		}
	}
	return what == "GroupVersionKind"
}

// passedOn returns the argument of a call whose elements, or fields, the result has,
// or nil.
func passedOn(call *ssa.CallCommon, fn *types.Func) ssa.Value {
	if fn == nil || fn.Pkg() == nil || len(call.Args) == 0 || call.IsInvoke() {
		return nil
	}
	switch fn.Pkg().Path() {
	case "slices", "maps", "istio.io/istio/pkg/slices", "istio.io/istio/pkg/maps",
		"github.com/krtkit/krtkit/util/slices", "github.com/krtkit/krtkit/util/maps":
		switch fn.Name() {
		case "Clone", "Clip", "Filter", "Values":
			return call.Args[0]
		}
	}
	return nil
}

// getter returns the object of which a call returns a map or slice as it is: ObjectMeta
// does not copy what it returns.
func getter(call *ssa.CallCommon, fn *types.Func) ssa.Value {
	if fn == nil || call.IsInvoke() || fn.Signature().Recv() == nil || len(call.Args) != 1 {
		return nil
	}
	p, ok := types.Unalias(fn.Signature().Recv().Type()).(*types.Pointer)
	if !ok {
		return nil
	}
	named, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok || named.Obj().Name() != "ObjectMeta" {
		return nil
	}
	switch fn.Name() {
	case "GetLabels", "GetAnnotations", "GetFinalizers", "GetOwnerReferences", "GetManagedFields":
		return call.Args[0]
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package surface

import "go/types"

// Argument is a function that is given to krt.
type Argument struct {
	// Index is its place among the arguments, the receiver not counted.
	Index int
	// Kept is true if krt keeps it and calls it after the call has returned, at times
	// that the caller does not know, and relies on the same answer each time.
	Kept bool
	// Later is true if it is no part of what calls krt: it runs on its own.
	Later bool
	// OwnSlice is true if a slice that it is given is its own, and only what is in
	// there is shared.
	OwnSlice bool
}

// Arguments returns the functions that krt is given in a call of fn and calls with
// objects of collections.
func Arguments(fn *types.Func) []Argument {
	if fn == nil || !IsPackage(fn.Pkg()) {
		return nil
	}
	if method(fn) {
		switch fn.Name() {
		case "Register":
			return []Argument{{Later: true}}
		case "RegisterBatch":
			return []Argument{{Later: true, OwnSlice: true}}
		case "ListFiltered", "DeleteObjects":
			return []Argument{{}}
		case "LookupFiltered":
			return []Argument{{Index: 1}}
		}
		return nil
	}
	switch fn.Name() {
	case "NewCollection", "NewManyCollection", "NewStatusCollection", "NewStatusManyCollection":
		return []Argument{{Index: 1, Later: true}}
	case "JoinWithMergeCollection", "NestedJoinWithMergeCollection":
		return []Argument{{Index: 1, Kept: true, Later: true, OwnSlice: true}}
	case "MapCollection", "UnnamedIndex":
		return []Argument{{Index: 1, Kept: true, Later: true}}
	case "NewIndex":
		return []Argument{{Index: 2, Kept: true, Later: true}}
	case "FilterGeneric", "WithEqual", "WithObjectAugmentation":
		return []Argument{{Kept: true}}
	case "PartialFetch":
		return []Argument{{Index: 2, Kept: true}, {Index: 3, Kept: true}}
	case "PartialFetchComparable":
		return []Argument{{Index: 2, Kept: true}}
	case "BatchedEventFilter":
		return []Argument{{Kept: true, Later: true}, {Index: 1, Later: true, OwnSlice: true}}
	}
	return nil
}

// KeepsMap reports whether krt keeps the map that is the first argument, which must
// not change any more.
func KeepsMap(fn *types.Func) bool {
	if fn == nil || method(fn) || !IsPackage(fn.Pkg()) {
		return false
	}
	switch fn.Name() {
	case "FilterLabel", "FilterSelects", "FilterSelectsNonEmpty":
		return true
	}
	return false
}

// Constructor reports whether the function makes something that lives until it is
// ended by an option: it is of krt or below and takes any number of options.
func Constructor(fn *types.Func) bool {
	if fn == nil || !fn.Exported() || fn.Name() == "GetStop" || receiver(fn) == "OptionsBuilder" {
		return false
	}
	sig := fn.Signature()
	if !sig.Variadic() || sig.Results().Len() == 0 {
		return false
	}
	last := sig.Params().At(sig.Params().Len() - 1)
	return IsOptions(last.Type())
}

// IsOptions reports whether the type is a slice of CollectionOption.
func IsOptions(t types.Type) bool {
	slice, ok := types.Unalias(t).(*types.Slice)
	if !ok {
		return false
	}
	name, _ := Named(slice.Elem())
	return name == "CollectionOption"
}

// Option returns the name of the function if it makes an option, and "" otherwise.
func Option(fn *types.Func) string {
	if fn == nil || method(fn) || fn.Signature().Results().Len() != 1 {
		return ""
	}
	if name, _ := Named(fn.Signature().Results().At(0).Type()); name != "CollectionOption" {
		return ""
	}
	return fn.Name()
}

// Compared returns the types of the objects that a constructor compares in order to
// tell which ones changed. The result is what the call returns.
func Compared(fn *types.Func, result types.Type) []types.Type {
	if !Constructor(fn) {
		return nil
	}
	switch fn.Name() {
	case "WrapClient", "NewInformer", "NewFilteredInformer", "JoinCollection", "NewStatic":
		return nil // what changed is said by others
	}
	tuple, ok := result.(*types.Tuple)
	if !ok {
		return elements(result)
	}
	var found []types.Type
	for v := range tuple.Variables() {
		found = append(found, elements(v.Type())...)
	}
	return found
}

// elements returns the type of the objects of a collection or singleton, and of what
// krt's own objects compare in turn.
func elements(t types.Type) []types.Type {
	name, args := Named(t)
	if args.Len() == 0 {
		return holds(t)
	}
	switch name {
	case "Collection", "StaticCollection", "Singleton", "StaticSingleton":
		elem := args.At(args.Len() - 1)
		return append([]types.Type{elem}, wrapped(elem)...)
	}
	return nil
}

// holds returns the elements of a struct that has a collection or a singleton
// embedded in it, as those of krt/files.
func holds(t types.Type) []types.Type {
	s, ok := t.Underlying().(*types.Struct)
	if named, isNamed := types.Unalias(t).(*types.Named); !ok || !isNamed || !isFamily(named.Obj().Pkg()) {
		return nil
	}
	for f := range s.Fields() {
		if _, args := Named(f.Type()); f.Embedded() && args.Len() > 0 {
			return elements(f.Type())
		}
	}
	return nil
}

// wrapped returns the types that the Equals of one of krt's own types compares.
func wrapped(t types.Type) []types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	name, args := Named(t)
	if args.Len() == 0 {
		return nil
	}
	switch name {
	case "ObjectWithStatus", "ObjectWithCluster":
		return []types.Type{args.At(args.Len() - 1)}
	}
	return nil
}

// Transformation reports whether the type is that of a transformation with an input.
func Transformation(t types.Type) bool {
	switch name, _ := Named(t); name {
	case "TransformationSingle", "TransformationMulti", "TransformationSingleStatus", "TransformationMultiStatus":
		return true
	}
	return false
}

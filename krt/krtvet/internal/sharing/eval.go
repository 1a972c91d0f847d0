// SPDX-License-Identifier: Apache-2.0

package sharing

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/krtkit/krtkit/krt/krtvet/internal/surface"
)

// eval returns the value of what an instruction computes, from those of its operands.
func (a *analysis) eval(v ssa.Value) value {
	if t, ok := v.Type().(*types.Tuple); !ok && !a.canRefer(v.Type()) || ok && t.Len() == 0 {
		return value{level: nothing}
	}
	switch v := v.(type) {
	case *ssa.Alloc, *ssa.MakeSlice, *ssa.MakeMap, *ssa.FieldAddr, *ssa.IndexAddr:
		return a.address(v)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return a.content(a.place(v.X), v.Type(), v.Parent())
		}
	case *ssa.Lookup:
		return a.load(elementOf(a.place(v.X)), v.Parent())
	case *ssa.Next:
		if r, ok := v.Iter.(*ssa.Range); ok && !v.IsString {
			return a.load(elementOf(a.place(r.X)), v.Parent())
		}
	case *ssa.Slice:
		return a.of(v.X)
	case *ssa.Field:
		return a.of(v.X)
	case *ssa.Index:
		return a.of(v.X)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return a.result(call, v.Index)
		}
		return a.of(v.Tuple)
	case *ssa.ChangeType:
		return a.of(v.X)
	case *ssa.ChangeInterface:
		return a.of(v.X)
	case *ssa.MakeInterface:
		return a.of(v.X)
	case *ssa.TypeAssert:
		return a.of(v.X)
	case *ssa.SliceToArrayPointer:
		return a.of(v.X)
	case *ssa.Phi:
		joined := value{level: nothing}
		for _, e := range v.Edges {
			joined = join(joined, a.of(e))
		}
		return joined
	case *ssa.Call:
		return a.result(v, 0)
	}
	return value{level: own}
}

func elementOf(p place) place {
	return place{p.base, append(slices.Clip(p.path), element)}
}

// address returns the value of a pointer, slice or map.
func (a *analysis) address(v ssa.Value) value {
	p := a.place(v)
	if isNew(p.base) {
		if t, ok := v.Type().Underlying().(*types.Pointer); ok {
			return a.content(p, t.Elem(), v.Parent()).held()
		}
		return a.load(elementOf(p), v.Parent()).held()
	}
	if p.base == v {
		return value{level: own}
	}
	base := a.of(p.base)
	if base.level == holder && a.load(p, v.Parent()).level == own {
		return value{level: own} // what it held there was replaced
	}
	return in(v.Parent(), p.base, base)
}

// load returns the value of what is in a place, for a function that loads it. What is
// stored in shared memory does not make it anybody's own.
func (a *analysis) load(p place, fn *ssa.Function) value {
	found := value{level: nothing}
	if !isNew(p.base) {
		base := in(fn, p.base, a.of(p.base))
		found = base.loaded()
		if base.level == shared {
			return found
		}
	}
	for s := range a.at(p) {
		switch {
		case s.val == nil, a.empty(s.val) && !s.fallback:
			return value{level: own}
		default:
			found = join(found, in(fn, s.val, a.of(s.val)))
		}
	}
	return found
}

// content is load of what may be a struct of the function's own. That is as shared as the
// least shared of its fields, and one that nothing is stored in is its own: what is stored
// there by way of something that holds the struct is not known here.
func (a *analysis) content(p place, t types.Type, fn *ssa.Function) value {
	s, ok := t.Underlying().(*types.Struct)
	if !ok || !isNew(p.base) || a.whole(p) {
		return a.load(p, fn)
	}
	joined := value{level: nothing}
	if a.empty(p.base) {
		return joined
	}
	for i := range s.NumFields() {
		f := place{p.base, append(slices.Clip(p.path), i)}
		switch {
		case !a.canRefer(s.Field(i).Type()):
		case !a.isSet(f):
			return value{level: own}
		default:
			joined = join(joined, a.content(f, s.Field(i).Type(), fn))
		}
	}
	return joined
}

// in returns the value of v as seen in a function. In another one, such as a closure,
// the numbers of parameters mean nothing.
func in(fn *ssa.Function, v ssa.Value, val value) value {
	if v.Parent() != fn {
		val.params = 0
	}
	return val
}

// result returns the value of a result of a call.
func (a *analysis) result(instr *ssa.Call, i int) value {
	call := &instr.Call
	if b, ok := call.Value.(*ssa.Builtin); ok {
		if b.Name() == "append" {
			return a.appended(call.Args)
		}
		return value{level: own}
	}
	fn := callee(call)
	switch surface.Reads(surface.Func(fn)) {
	case surface.ReadSlice, surface.ReadOne:
		return value{level: holder}
	case surface.ReadShared:
		return value{level: shared}
	case surface.ReadMapped:
		return a.mapped(call).held()
	case surface.ReadNothing:
	}
	if arg := passedOn(call, fn); arg != nil {
		return a.of(arg).loaded().held()
	}
	if obj := getter(call, fn); obj != nil {
		return a.of(obj).loaded()
	}
	static := call.StaticCallee()
	if static == nil || !a.known[origin(static)] {
		return value{level: own}
	}
	results := a.results[origin(static)]
	if i >= len(results) {
		return value{level: nothing} // it has not returned yet
	}
	return a.derived(results[i], call.Args)
}

// derived returns the value of a result for the arguments of a call.
func (a *analysis) derived(result value, args []ssa.Value) value {
	derived := value{level: result.level}
	for i, arg := range args {
		if i >= maxParams || result.params&(1<<i) == 0 {
			continue
		}
		v := a.of(arg)
		if v.level == own {
			return v
		}
		derived.params |= v.params
	}
	return derived
}

// appended returns the value of what append returns: a slice that holds what is in its
// arguments. That it may be the first one is reported where it is called.
func (a *analysis) appended(args []ssa.Value) value {
	held := a.of(args[0]).loaded()
	for _, arg := range args[1:] {
		held = join(held, a.load(elementOf(a.place(arg)), arg.Parent()))
	}
	return held.held()
}

// mapped returns the value of what PartialFetch's function makes of an object.
func (a *analysis) mapped(call *ssa.CallCommon) value {
	const at = 2
	if len(call.Args) <= at {
		return value{level: own}
	}
	fn, _ := a.function(call.Args[at])
	if fn == nil || !a.known[fn] {
		return value{level: own}
	}
	if results := a.results[fn]; len(results) > 0 {
		return value{level: results[0].level}
	}
	return value{level: nothing}
}

// SPDX-License-Identifier: Apache-2.0

package sharing

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/krtkit/krtkit/krt/krtvet/internal/surface"
)

// analysis holds what is known of the functions of a package.
type analysis struct {
	*memory
	fns     []*ssa.Function
	known   map[*ssa.Function]bool
	params  map[*ssa.Parameter]given
	values  map[ssa.Value]value
	results map[*ssa.Function][]value
}

// given is what a parameter is called with at most.
type given struct {
	level level
	// by is the call in the package that passes it, or none if krt does.
	by token.Pos
}

// analyze finds what is shared. It returns nil if krt hands out nothing in the package.
func analyze(s *buildssa.SSA) *analysis {
	a := &analysis{
		memory: newMemory(s.SrcFuncs),
		fns:    s.SrcFuncs,
		known:  map[*ssa.Function]bool{},
		params: map[*ssa.Parameter]given{},
	}
	for _, fn := range a.fns {
		a.known[fn] = true
	}
	reads := false
	for instr := range instructions(a.fns) {
		switch i := instr.(type) {
		case ssa.CallInstruction:
			a.handOut(i.Common())
			reads = reads || surface.Reads(surface.Func(callee(i.Common()))) != surface.ReadNothing
		case *ssa.ChangeType:
			if surface.Transformation(i.Type()) {
				a.receive(i.X, false)
			}
		}
	}
	if !reads && len(a.params) == 0 {
		return nil
	}
	// A parameter is as shared as the most shared thing that is passed, and all else as
	// the least shared, so one is found for given others, until none changes.
	for changed := true; changed; {
		a.settle()
		changed = false
		for instr := range instructions(a.fns) {
			if call, ok := instr.(ssa.CallInstruction); ok && a.pass(call) {
				changed = true
			}
		}
	}
	return a
}

// handOut finds the functions that a call gives to krt.
func (a *analysis) handOut(call *ssa.CallCommon) {
	args := arguments(call)
	for _, arg := range surface.Arguments(surface.Func(callee(call))) {
		if arg.Index < len(args) {
			a.receive(args[arg.Index], arg.OwnSlice)
		}
	}
}

// receive notes that krt calls a function with objects.
func (a *analysis) receive(v ssa.Value, ownSlice bool) {
	fn, bound := a.function(v)
	if fn == nil {
		return
	}
	for i, p := range fn.Params {
		if i == 0 && bound || surface.IsContext(p.Type()) {
			continue
		}
		level := shared
		if _, ok := p.Type().Underlying().(*types.Slice); ok && ownSlice {
			level = holder
		}
		a.params[p] = given{level: level}
	}
}

// function returns the function of this package that a value is, and whether its
// receiver is bound.
func (a *analysis) function(v ssa.Value) (fn *ssa.Function, bound bool) {
	switch x := a.place(v).base.(type) {
	case *ssa.Function:
		fn = x
	case *ssa.MakeClosure:
		fn = x.Fn.(*ssa.Function)
	default:
		return nil, false
	}
	fn = origin(fn)
	if fn.Synthetic == "" || a.known[fn] {
		return fn, false
	}
	// A method value or a method expression.
	method, ok := fn.Object().(*types.Func)
	if !ok {
		return nil, false
	}
	return fn.Prog.FuncValue(method.Origin()), len(fn.FreeVars) > 0
}

func origin(fn *ssa.Function) *ssa.Function {
	if o := fn.Origin(); o != nil {
		return o
	}
	return fn
}

// callee returns the function or method that is called, or nil if it is not known.
func callee(call *ssa.CallCommon) *types.Func {
	if call.IsInvoke() {
		return call.Method
	}
	if static := call.StaticCallee(); static != nil {
		fn, _ := origin(static).Object().(*types.Func)
		return fn
	}
	return nil
}

// arguments returns the arguments of a call without the receiver.
func arguments(call *ssa.CallCommon) []ssa.Value {
	if fn := callee(call); fn != nil && !call.IsInvoke() && fn.Signature().Recv() != nil {
		return call.Args[1:]
	}
	return call.Args
}

// settle finds the values of everything for what parameters are given: the highest
// that do not contradict each other.
func (a *analysis) settle() {
	a.values = map[ssa.Value]value{}
	a.results = map[*ssa.Function][]value{}
	for changed := true; changed; {
		changed = false
		for instr := range instructions(a.fns) {
			if v, ok := instr.(ssa.Value); ok {
				now := a.eval(v)
				if now != a.of(v) {
					a.values[v] = now
					changed = true
				}
			}
			if r, ok := instr.(*ssa.Return); ok && a.returns(r) {
				changed = true
			}
		}
	}
}

// returns joins what a return statement returns with what its function returns.
func (a *analysis) returns(r *ssa.Return) (changed bool) {
	fn := r.Parent()
	was := a.results[fn]
	now := make([]value, len(r.Results))
	for i, v := range r.Results {
		now[i] = a.of(v)
		if was != nil {
			now[i] = join(was[i], now[i])
		}
	}
	a.results[fn] = now
	return !slices.Equal(was, now)
}

// of returns the value of an operand.
func (a *analysis) of(v ssa.Value) value {
	switch v := v.(type) {
	case *ssa.Parameter:
		level := a.params[v].level
		switch i := slices.Index(v.Parent().Params, v); {
		case !a.canRefer(v.Type()):
			return value{level: nothing}
		case level == own || i < 0 || i >= maxParams:
			return value{level: own}
		default:
			return value{level, 1 << i}
		}
	case *ssa.Const, *ssa.Function, *ssa.Builtin:
		return value{level: nothing}
	case *ssa.Global:
		return value{level: own}
	case *ssa.FreeVar:
		return a.address(v)
	}
	if known, ok := a.values[v]; ok {
		return known
	}
	return value{level: nothing}
}

// pass notes what a call passes to a function of the package, and reports whether
// that is more than was known.
func (a *analysis) pass(instr ssa.CallInstruction) (changed bool) {
	call := instr.Common()
	fn := call.StaticCallee()
	if fn == nil || !a.known[origin(fn)] {
		return false
	}
	params := origin(fn).Params
	for i, arg := range call.Args {
		if i >= len(params) || surface.IsContext(params[i].Type()) || !a.canRefer(params[i].Type()) {
			continue
		}
		level := a.of(arg).level
		if (level == holder || level == shared) && level > a.params[params[i]].level {
			a.params[params[i]] = given{level, instr.Pos()}
			changed = true
		}
	}
	return changed
}

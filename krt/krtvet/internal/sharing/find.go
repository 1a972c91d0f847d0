// SPDX-License-Identifier: Apache-2.0

package sharing

import (
	"go/token"
	"iter"
	"slices"

	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"
)

// Kind says how a shared object is changed.
type Kind int

// The kinds of changes.
const (
	// Assign is an assignment to a field or an element, or to all of it.
	Assign Kind = iota
	// Append is an append to a slice: the array behind it may have room.
	Append
	// Call is a call of a function or method that changes its argument.
	Call
)

// Change is a place in the code that changes a shared object.
type Change struct {
	Pos  token.Pos
	Kind Kind
	// By is the call in the package that passes the object to the function in which it is
	// changed. It is not valid if krt passes it or the function itself gets it.
	By token.Pos
}

// Find returns the changes of shared objects in a package, in no particular order and
// at most one for each position.
func Find(s *buildssa.SSA) []Change {
	a := analyze(s)
	if a == nil {
		return nil
	}
	var found []Change
	seen := map[token.Pos]bool{}
	add := func(pos token.Pos, kind Kind, what ssa.Value) {
		if pos.IsValid() && !seen[pos] {
			seen[pos] = true
			found = append(found, Change{pos, kind, a.by(what)})
		}
	}
	for _, fn := range a.fns {
		if a.synchronized(fn) {
			continue
		}
		for instr := range instructions([]*ssa.Function{fn}) {
			switch i := instr.(type) {
			case *ssa.Store:
				if a.of(i.Addr).level == shared {
					add(i.Pos(), Assign, i.Addr)
				}
			case *ssa.MapUpdate:
				if a.of(i.Map).level == shared {
					add(i.Pos(), Assign, i.Map)
				}
			case ssa.CallInstruction:
				if kind, what := a.changed(i.Common()); what != nil {
					add(i.Pos(), kind, what)
				}
			}
		}
	}
	return found
}

// changed returns the shared argument that a call changes, or nil.
func (a *analysis) changed(call *ssa.CallCommon) (Kind, ssa.Value) {
	if b, ok := call.Value.(*ssa.Builtin); ok {
		switch b.Name() {
		case "append":
			if s, ok := call.Args[0].(*ssa.Slice); ok && s.Max != nil {
				return 0, nil // without room
			}
			if len(call.Args) > 1 && a.of(call.Args[0]).level == shared {
				return Append, call.Args[0]
			}
		case "copy", "delete", "clear":
			if a.of(call.Args[0]).level == shared {
				return Call, call.Args[0]
			}
		}
		return 0, nil
	}
	fn := callee(call)
	if static := call.StaticCallee(); static != nil && a.known[origin(static)] {
		return 0, nil // found in there
	}
	c, ok := changes(fn)
	if !ok {
		return 0, nil
	}
	args := call.Args
	if call.IsInvoke() {
		args = append([]ssa.Value{call.Value}, args...)
	}
	if c.index >= len(args) {
		return 0, nil
	}
	level := a.of(args[c.index]).level
	if level == shared || c.deep && level == holder {
		return Call, args[c.index]
	}
	return 0, nil
}

// by returns the call that passes the object to the function in which v is.
func (a *analysis) by(v ssa.Value) token.Pos {
	val := a.of(v)
	if v.Parent() == nil {
		return token.NoPos
	}
	for i, p := range v.Parent().Params {
		if i < maxParams && val.params&(1<<i) != 0 {
			if pos := a.params[p].by; pos.IsValid() {
				return pos
			}
		}
	}
	return token.NoPos
}

// synchronized reports whether a function takes a lock or is run once, as one does that
// is made to change what others use.
func (a *analysis) synchronized(fn *ssa.Function) bool {
	for call := range calls(fn) {
		if isSync(call, "Lock") {
			return true
		}
	}
	if fn.Parent() == nil {
		return false
	}
	for call := range calls(fn.Parent()) {
		if isSync(call, "Do") && slices.ContainsFunc(call.Args, func(arg ssa.Value) bool { f, _ := a.function(arg); return f == fn }) {
			return true
		}
	}
	return false
}

// calls yields the calls in a function.
func calls(fn *ssa.Function) iter.Seq[*ssa.CallCommon] {
	return func(yield func(*ssa.CallCommon) bool) {
		for instr := range instructions([]*ssa.Function{fn}) {
			if call, ok := instr.(ssa.CallInstruction); ok && !yield(call.Common()) {
				return
			}
		}
	}
}

// isSync reports whether a method of package sync is called.
func isSync(call *ssa.CallCommon, method string) bool {
	fn := callee(call)
	return fn != nil && fn.Name() == method && fn.Pkg() != nil && fn.Pkg().Path() == "sync"
}

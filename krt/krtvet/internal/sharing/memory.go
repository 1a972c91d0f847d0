// SPDX-License-Identifier: Apache-2.0

package sharing

import (
	"go/token"
	"go/types"
	"iter"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// element stands for all elements of an array, slice or map in a place's path.
const element = -1

// place is memory that is reached from a value by fields and elements without loading
// a reference on the way, except that variables which are set once are looked through.
type place struct {
	base ssa.Value
	path []int
}

// stored is a store to a place with the base under which it is kept.
type stored struct {
	path []int
	val  ssa.Value // nil for something that a function elsewhere may have stored
	// fallback is true if it is stored only where there is nothing.
	fallback bool
}

// memory knows what is stored where in the functions of a package.
type memory struct {
	bindings map[*ssa.FreeVar]ssa.Value
	set      map[ssa.Value][]ssa.Value // what variables are set to as a whole
	stores   map[ssa.Value][]stored    // by base
	places   map[ssa.Value]place
	refers   map[types.Type]bool
}

func newMemory(fns []*ssa.Function) *memory {
	m := &memory{
		bindings: map[*ssa.FreeVar]ssa.Value{},
		set:      map[ssa.Value][]ssa.Value{},
		stores:   map[ssa.Value][]stored{},
		places:   map[ssa.Value]place{},
		refers:   map[types.Type]bool{},
	}
	for instr := range instructions(fns) {
		if c, ok := instr.(*ssa.MakeClosure); ok {
			for i, v := range c.Bindings {
				m.bindings[c.Fn.(*ssa.Function).FreeVars[i]] = v
			}
		}
	}
	for instr := range instructions(fns) {
		if s, ok := instr.(*ssa.Store); ok {
			v := m.variable(s.Addr)
			m.set[v] = append(m.set[v], s.Val)
		}
	}
	for instr := range instructions(fns) {
		switch i := instr.(type) {
		case *ssa.Store:
			p := m.place(i.Addr)
			m.stores[p.base] = append(m.stores[p.base], stored{p.path, i.Val, m.ifNil(p, i.Block())})
		case *ssa.MapUpdate:
			p := m.place(i.Map)
			m.stores[p.base] = append(m.stores[p.base], stored{path: append(slices.Clip(p.path), element), val: i.Value})
		case ssa.CallInstruction:
			m.escape(i.Common())
		}
	}
	return m
}

// instructions yields those of all functions.
func instructions(fns []*ssa.Function) iter.Seq[ssa.Instruction] {
	return func(yield func(ssa.Instruction) bool) {
		for _, fn := range fns {
			for _, b := range fn.Blocks {
				for _, i := range b.Instrs {
					if !yield(i) {
						return
					}
				}
			}
		}
	}
}

// escape notes that a function that is not looked at is given the address of a
// variable, and may set it.
func (m *memory) escape(call *ssa.CallCommon) {
	if _, ok := call.Value.(*ssa.Builtin); ok {
		return
	}
	if _, known := changes(callee(call)); known {
		return
	}
	for _, arg := range call.Args {
		if i, ok := arg.(*ssa.MakeInterface); ok {
			arg = i.X
		}
		if p := m.place(arg); isVariable(p.base) {
			m.stores[p.base] = append(m.stores[p.base], stored{path: p.path})
		}
	}
}

// isVariable reports whether a value is the address of a variable or composite, the
// arrays behind slices left aside.
func isVariable(v ssa.Value) bool {
	a, ok := v.(*ssa.Alloc)
	return ok && a.Comment != "varargs" && a.Comment != "slicelit"
}

// isPassed reports whether the address of a variable is an argument of a call.
func isPassed(addr ssa.Value) bool {
	return slices.ContainsFunc(*addr.Referrers(), func(i ssa.Instruction) bool {
		_, ok := i.(ssa.CallInstruction)
		return ok
	})
}

// isNew reports whether a value is memory that did not exist before.
func isNew(v ssa.Value) bool {
	switch v.(type) {
	case *ssa.Alloc, *ssa.MakeSlice, *ssa.MakeMap:
		return true
	}
	return false
}

// empty reports whether a value is new memory in which no references are stored.
func (m *memory) empty(v ssa.Value) bool {
	return isNew(v) && !slices.ContainsFunc(m.stores[v], func(s stored) bool {
		_, constant := s.val.(*ssa.Const)
		return s.val == nil || !constant && m.canRefer(s.val.Type())
	})
}

// canRefer reports whether values of a type can refer to memory.
func (m *memory) canRefer(t types.Type) bool {
	known, ok := m.refers[t]
	if !ok {
		known = refers(t, map[types.Type]bool{})
		m.refers[t] = known
	}
	return known
}

// variable returns the variable that an address is, in the function that has it.
func (m *memory) variable(addr ssa.Value) ssa.Value {
	for {
		free, ok := addr.(*ssa.FreeVar)
		if !ok || m.bindings[free] == nil {
			return addr
		}
		addr = m.bindings[free]
	}
}

// place returns the memory that an address, slice or map refers to.
func (m *memory) place(v ssa.Value) place {
	if p, ok := m.places[v]; ok {
		return p
	}
	m.places[v] = place{base: v} // if it leads back to itself
	p := m.findPlace(v)
	m.places[v] = p
	return p
}

func (m *memory) findPlace(v ssa.Value) place {
	within := func(x ssa.Value, step int) place {
		p := m.place(x)
		return place{p.base, append(slices.Clip(p.path), step)}
	}
	switch x := v.(type) {
	case *ssa.FieldAddr:
		return within(x.X, x.Field)
	case *ssa.IndexAddr:
		return within(x.X, element)
	case *ssa.Slice:
		return m.place(x.X)
	case *ssa.ChangeType:
		return m.place(x.X)
	case *ssa.FreeVar:
		if b := m.variable(x); b != v {
			return m.place(b)
		}
	case *ssa.UnOp:
		if x.Op != token.MUL {
			break
		}
		if addr := m.variable(x.X); isVariable(addr) && len(m.set[addr]) == 1 && !isPassed(addr) {
			return m.place(m.set[addr][0])
		}
	}
	return place{base: v}
}

// ifNil reports whether a block is run only if there is nil in a place.
func (m *memory) ifNil(p place, b *ssa.BasicBlock) bool {
	if len(b.Preds) != 1 {
		return false
	}
	before := b.Preds[0]
	branch, ok := before.Instrs[len(before.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	cond, ok := branch.Cond.(*ssa.BinOp)
	if !ok || !(cond.Op == token.EQL && before.Succs[0] == b || cond.Op == token.NEQ && before.Succs[1] == b) {
		return false
	}
	load, ok := cond.X.(*ssa.UnOp)
	if c, isConst := cond.Y.(*ssa.Const); !ok || !isConst || !c.IsNil() || load.Op != token.MUL {
		return false
	}
	asked := m.place(load.X)
	return asked.base == p.base && slices.Equal(asked.path, p.path)
}

// at yields what is stored in a place, as a whole, in a part of it, or in something
// that it is a part of.
func (m *memory) at(p place) iter.Seq[stored] {
	return func(yield func(stored) bool) {
		for _, s := range m.stores[p.base] {
			n := min(len(s.path), len(p.path))
			if slices.Equal(s.path[:n], p.path[:n]) && !yield(s) {
				return
			}
		}
	}
}

// isSet reports whether something is stored in a place.
func (m *memory) isSet(p place) bool {
	for range m.at(p) {
		return true
	}
	return false
}

// whole reports whether a place is stored as a whole, or as a part of something.
func (m *memory) whole(p place) bool {
	for s := range m.at(p) {
		if len(s.path) <= len(p.path) {
			return true
		}
	}
	return false
}

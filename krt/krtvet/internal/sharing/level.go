// SPDX-License-Identifier: Apache-2.0

package sharing

import "go/types"

// level says what a value has to do with shared objects. The lower one of two is that
// of a value that may be either.
type level int8

const (
	// own is a value of which nothing is known to be shared.
	own level = iota
	// holder is a pointer, slice or map to memory of the function's own, from which
	// shared references can be loaded.
	holder
	// shared is a reference to memory that others read, or a struct of such references.
	shared
	// nothing is a value without any reference, such as nil or a number.
	nothing
)

// value is the level of a value, and the parameters that it stems from as bits: it is
// shared only if they are.
type value struct {
	level  level
	params uint64
}

// maxParams is how many parameters of a function are looked at.
const maxParams = 64

// join returns the value of what may be either.
func join(v, w value) value {
	switch {
	case v.level == nothing:
		return w
	case w.level == nothing:
		return v
	case v.level == own || w.level == own:
		return value{level: own}
	}
	return value{min(v.level, w.level), v.params | w.params}
}

// loaded is the value of what is loaded through v from memory that nobody here has
// stored anything in.
func (v value) loaded() value {
	if v.level == holder {
		v.level = shared
	}
	return v
}

// held is the value of new memory that holds v.
func (v value) held() value {
	switch v.level {
	case shared:
		v.level = holder
	case holder: // two steps from what is shared, which is more than is kept track of
		return value{level: own}
	case own, nothing:
	}
	return v
}

// refers reports whether values of a type can refer to memory that can be changed.
func refers(t types.Type, seen map[types.Type]bool) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Array:
		return refers(u.Elem(), seen)
	case *types.Struct:
		if seen[t] {
			return false
		}
		seen[t] = true
		for f := range u.Fields() {
			if refers(f.Type(), seen) {
				return true
			}
		}
		return false
	case *types.Signature:
		return false
	}
	return true
}

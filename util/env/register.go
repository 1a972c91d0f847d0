// SPDX-License-Identifier: Apache-2.0

package env

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// definition is what a handle knows of its variable besides the description.
type definition[T Parseable] struct {
	value  T // the default
	checks []func(T) error
}

// Register registers a variable and returns what reads it. The environment is not read.
//
// Who registers a name again with a description replaces the description of the variable
// in documents; handles that there are keep theirs. Without a description, the new handle
// gets the description and the default of the earlier one, if both have one type. What
// the two say differently is logged as a warning.
//
// Register panics if the name is empty or has a "=" in it, if the default cannot be
// written as text, and if an option is for another type.
func Register[T Parseable](name string, defaultValue T, description string, opts ...Option) GenericVar[T] {
	s := newSettings(opts)
	checks, allowed := checksOf[T](name, s)
	h := GenericVar[T]{
		Var: Var{
			Name: name, DefaultValue: format(name, defaultValue), Description: description,
			Hidden: s.hidden, Deprecated: s.deprecated, Secret: s.secret, Allowed: allowed,
			Type: typeOf[T](), GoType: reflect.TypeFor[T]().String(),
		},
		def: &definition[T]{value: defaultValue, checks: checks},
	}
	known := variables.add(h.Var, h.def.canonical)
	h.Secret = known.Secret
	if description == "" && h.sameType(known) {
		if known.DefaultValue != h.DefaultValue {
			v, err := parse[T](known.DefaultValue)
			if err != nil {
				return h // RegisterVar takes any text
			}
			h.def.value = v
		}
		h.Var = known
	}
	return h
}

// sameType reports whether another description is of variables of this type. One that
// was made by [RegisterVar] may have none.
func (v Var) sameType(other Var) bool {
	return v.Type == other.Type && (v.GoType == "" || other.GoType == "" || v.GoType == other.GoType)
}

// RegisterStringVar is [Register] for strings.
func RegisterStringVar(name string, defaultValue string, description string, opts ...Option) StringVar {
	return Register(name, defaultValue, description, opts...)
}

// RegisterBoolVar is [Register] for booleans.
func RegisterBoolVar(name string, defaultValue bool, description string, opts ...Option) BoolVar {
	return Register(name, defaultValue, description, opts...)
}

// RegisterIntVar is [Register] for integers.
func RegisterIntVar(name string, defaultValue int, description string, opts ...Option) IntVar {
	return Register(name, defaultValue, description, opts...)
}

// RegisterFloatVar is [Register] for floating-point numbers.
func RegisterFloatVar(name string, defaultValue float64, description string, opts ...Option) FloatVar {
	return Register(name, defaultValue, description, opts...)
}

// RegisterDurationVar is [Register] for durations.
func RegisterDurationVar(name string, defaultValue time.Duration, description string, opts ...Option) DurationVar {
	return Register(name, defaultValue, description, opts...)
}

// RegisterVar registers the description of a variable that is read in another way: by
// another library, or by a handle that was or will be registered without a description.
// As for the rest it is like [Register].
func RegisterVar(v Var) { variables.add(v, checkOf(v.Type)) }

// checkOf returns how values of a type are read when nothing else is known.
func checkOf(t VarType) func(string) (string, error) {
	switch t {
	case BOOL:
		return new(definition[bool]).canonical
	case INT:
		return new(definition[int]).canonical
	case FLOAT:
		return new(definition[float64]).canonical
	case DURATION:
		return new(definition[time.Duration]).canonical
	default:
		return new(definition[string]).canonical
	}
}

// read returns what a text stands for, and an error if the variable cannot have it.
func (d *definition[T]) read(text string) (T, error) {
	v, err := parse[T](text)
	if err != nil {
		return d.value, fmt.Errorf("it is no %s: %w", reflect.TypeFor[T](), err)
	}
	if equal(v, d.value) {
		return v, nil
	}
	for _, check := range d.checks {
		if err := check(v); err != nil {
			return d.value, err
		}
	}
	return v, nil
}

// equal reports whether two values are equal. Those that have interfaces in them can be
// such that == panics.
func equal[T comparable](a, b T) bool {
	return reflect.ValueOf(&a).Elem().Comparable() && reflect.ValueOf(&b).Elem().Comparable() && a == b
}

// canonical returns a text as it is written as a default.
func (d *definition[T]) canonical(text string) (string, error) {
	v, err := d.read(text)
	if err != nil {
		return "", err
	}
	if canonical, err := marshal(v); err == nil {
		return canonical, nil
	}
	return text, nil
}

// differences says in what two registrations of a variable differ; "" if in nothing. The
// second need not repeat what it refers to by having no description.
func differences(old, v Var) string {
	var all []string
	differ := func(what string, a, b any) {
		if a != b {
			all = append(all, fmt.Sprintf("%s (%v, then %v)", what, a, b))
		}
	}
	differ("default", old.DefaultValue, v.DefaultValue)
	differ("type", old.Type, v.Type)
	if old.Type == v.Type && !v.sameType(old) {
		differ("Go type", old.GoType, v.GoType)
	}
	if v.Description != "" {
		if old.Description != "" {
			differ("description", old.Description, v.Description)
		}
		differ("deprecated", old.Deprecated, v.Deprecated)
		differ("hidden", old.Hidden, v.Hidden)
	}
	return strings.Join(all, ", ")
}

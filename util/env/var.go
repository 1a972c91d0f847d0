// SPDX-License-Identifier: Apache-2.0

package env

import (
	"fmt"
	"time"
)

// VarType says in which form the values of a variable are written.
type VarType byte

// Types of variables. OTHER is everything that [Register] takes and that the others are
// not: JSON, or the form that the type's UnmarshalText reads.
const (
	STRING VarType = iota
	BOOL
	INT
	FLOAT
	DURATION
	OTHER
)

// String returns the name of the type for documents, such as "Boolean".
func (t VarType) String() string {
	switch t {
	case STRING:
		return "String"
	case BOOL:
		return "Boolean"
	case INT:
		return "Integer"
	case FLOAT:
		return "Floating-Point"
	case DURATION:
		return "Time Duration"
	case OTHER:
		return "Other"
	default:
		return fmt.Sprintf("VarType(%d)", byte(t))
	}
}

// Var describes a variable.
type Var struct {
	// Name is the name of the environment variable.
	Name string
	// DefaultValue is the value without an environment variable, in the form that it has
	// there.
	DefaultValue string
	// Description is a sentence or more for people.
	Description string
	// Hidden leaves the variable out of documents.
	Hidden bool
	// Deprecated marks the variable in documents as one that will go.
	Deprecated bool
	// Type is the form of values.
	Type VarType
	// GoType is the type in Go, such as "time.Duration".
	GoType string
	// Secret keeps the value out of the log, errors and snapshots.
	Secret bool
	// Allowed has the values that are allowed, separated by ", "; "" for any.
	Allowed string
}

// VariableInfo is a variable whatever its type.
type VariableInfo interface {
	// GetName returns the name of the environment variable.
	GetName() string
	// IsSet reports whether the environment has it, even if empty or invalid.
	IsSet() bool
}

// Parseable is a type of variables: any that is comparable and that JSON can be read
// into.
type Parseable interface{ comparable }

// GenericVar is a registered variable, which [Register] returns. Two are equal only if one
// is a copy of the other.
type GenericVar[T Parseable] struct {
	Var

	def *definition[T]
}

// Variables of the types that have names.
type (
	// StringVar is a variable of any text.
	StringVar = GenericVar[string]
	// BoolVar is a variable whose values strconv.ParseBool reads.
	BoolVar = GenericVar[bool]
	// IntVar is a variable of decimal integers.
	IntVar = GenericVar[int]
	// FloatVar is a variable whose values strconv.ParseFloat reads.
	FloatVar = GenericVar[float64]
	// DurationVar is a variable whose values time.ParseDuration reads.
	DurationVar = GenericVar[time.Duration]
)

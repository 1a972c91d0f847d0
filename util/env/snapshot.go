// SPDX-License-Identifier: Apache-2.0

package env

// Redacted stands for the values of secret variables.
const Redacted = "<redacted>"

// State is a variable and what the environment says about it.
type State struct {
	Var

	// Value is the value that counts, written as a default is; [Redacted] for a secret that
	// is set.
	Value string
	// Set says that the environment has the variable, even if empty or invalid.
	Set bool
	// Overridden says that the value is another one than the default.
	Overridden bool
	// Err is what is wrong with the environment's value, which does not count then; nil if
	// nothing is.
	Err error
}

// VarDescriptions returns the variables that are registered, by name.
func VarDescriptions() []Var {
	all := variables.all()
	vars := make([]Var, 0, len(all))
	for _, v := range all {
		vars = append(vars, v.Var)
	}
	return vars
}

// Snapshot returns the variables that are registered, by name, with their values of now.
// Values are read as the latest registration with a description says. Nothing is logged.
func Snapshot() []State {
	all := variables.all()
	states := make([]State, 0, len(all))
	for _, v := range all {
		states = append(states, v.state())
	}
	return states
}

func (v variable) state() State {
	s := State{Var: v.Var, Value: v.DefaultValue}
	text, set := lookup(v.Name)
	if !set {
		return s
	}
	s.Set = true
	if value, err := v.canonical(text); err != nil {
		s.Err = invalid(v.Name, text, err)
	} else {
		s.Value, s.Overridden = value, value != v.DefaultValue
	}
	if v.Secret {
		s.Value = Redacted
	}
	return s
}

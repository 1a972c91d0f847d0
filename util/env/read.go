// SPDX-License-Identifier: Apache-2.0

package env

import (
	"fmt"
	"os"
)

// Get returns the value that the environment has now, or the default if it has none or an
// invalid one, which is logged.
func (v GenericVar[T]) Get() T {
	value, _ := v.Lookup()
	return value
}

// Lookup is [GenericVar.Get], and reports also whether the environment has the variable,
// even if empty or invalid.
func (v GenericVar[T]) Lookup() (T, bool) {
	value, text, set, err := v.read()
	if err != nil && variables.news(v.Name, text) {
		logger().Warn("environment variable is invalid, its default is used", "error", err, "default", v.DefaultValue)
	}
	return value, set
}

// Read is [GenericVar.Lookup], and returns what is wrong with a value instead of logging it.
// The value is the default then. The error names the variable and, unless it is secret,
// the value.
func (v GenericVar[T]) Read() (value T, set bool, err error) {
	value, _, set, err = v.read()
	return value, set, err
}

func (v GenericVar[T]) read() (value T, text string, set bool, err error) {
	if v.def == nil {
		return value, "", false, nil // a handle that nobody registered
	}
	text, set = lookup(v.Name)
	if !set {
		return v.def.value, "", false, nil
	}
	if value, err = v.def.read(text); err != nil {
		return v.def.value, text, true, invalid(v.Name, text, err)
	}
	return value, text, true, nil
}

// IsSet reports whether the environment has the variable, even if empty or invalid.
func (v GenericVar[T]) IsSet() bool {
	_, set := lookup(v.Name)
	return set
}

// GetName returns the name of the environment variable.
func (v GenericVar[T]) GetName() string { return v.Name }

// invalid describes an invalid value without telling secrets.
func invalid(name, text string, err error) error {
	if variables.secret(name) {
		return fmt.Errorf("environment variable %s: its value is invalid, and secret", name)
	}
	return fmt.Errorf("environment variable %s=%q: %w", name, text, err)
}

// lookup is the only place that reads the environment.
func lookup(name string) (string, bool) {
	return os.LookupEnv(name) //nolint:forbidigo // what this package is for
}

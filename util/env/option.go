// SPDX-License-Identifier: Apache-2.0

package env

import (
	"fmt"
	"slices"
	"strings"
)

// Option changes a variable that is registered. Only this package makes them.
type Option func(*settings)

type settings struct {
	hidden, deprecated, secret bool
	checks                     []any // func(T) error
	allowed                    []any // []T
}

func newSettings(opts []Option) settings {
	var s settings
	for _, opt := range opts {
		opt(&s)
	}
	return s
}

// WithSecret marks the variable as one whose value nobody may see: it is in no error, no
// line of the log and no [Snapshot]. A variable that was marked once stays so, whoever
// registers it again. The default is that values are shown.
func WithSecret() Option { return func(s *settings) { s.secret = true } }

// WithHidden leaves the variable out of documents. The default is that it is in them.
func WithHidden() Option { return func(s *settings) { s.hidden = true } }

// WithDeprecated marks the variable in documents as one that will go. The default is that
// it is not.
func WithDeprecated() Option { return func(s *settings) { s.deprecated = true } }

// WithCheck has check look at each value that is read, but for the default: one that it
// returns an error for is as invalid as one of the wrong type. The error says what is
// wrong with the value and need not name the variable. T must be the type of the
// variable. Check is called by every read and must be safe for concurrent use. Several
// checks are asked in order.
func WithCheck[T Parseable](check func(T) error) Option {
	return func(s *settings) { s.checks = append(s.checks, check) }
}

// WithAllowed allows only the given values and the default. T must be the type of the
// variable. The default is that all values of the type are allowed.
func WithAllowed[T Parseable](values ...T) Option {
	values = slices.Clone(values)
	return func(s *settings) { s.allowed = append(s.allowed, values) }
}

// checksOf returns the checks of values of type T that the settings have, and the values
// that are allowed, as text. It panics if the settings are for another type.
func checksOf[T Parseable](name string, s settings) (checks []func(T) error, allowed string) {
	var texts []string
	for _, a := range s.allowed {
		values, ok := a.([]T)
		if !ok {
			panic(fmt.Sprintf("env: variable %s: WithAllowed has values of type %T; give it values of type %T", name, a, *new(T)))
		}
		for _, v := range values {
			texts = append(texts, format(name, v))
		}
		checks = append(checks, func(v T) error {
			if slices.ContainsFunc(values, func(a T) bool { return equal(a, v) }) {
				return nil
			}
			return fmt.Errorf("it must be one of %s", strings.Join(texts, ", "))
		})
	}
	for _, c := range s.checks {
		check, ok := c.(func(T) error)
		if !ok {
			panic(fmt.Sprintf("env: variable %s: WithCheck has a %T; give it a function of %T", name, c, *new(T)))
		}
		checks = append(checks, check)
	}
	return checks, strings.Join(texts, ", ")
}

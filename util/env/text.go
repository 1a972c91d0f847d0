// SPDX-License-Identifier: Apache-2.0

package env

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// typeOf returns the form in which values of type T are written.
func typeOf[T any]() VarType {
	switch any(new(T)).(type) {
	case *string:
		return STRING
	case *bool:
		return BOOL
	case *int:
		return INT
	case *float64:
		return FLOAT
	case *time.Duration:
		return DURATION
	}
	if _, ok := any(new(T)).(encoding.TextUnmarshaler); !ok && reflect.TypeFor[T]().Kind() == reflect.String {
		return STRING
	}
	return OTHER
}

// parse reads a value of type T.
func parse[T any](text string) (T, error) {
	var v T
	var err error
	switch p := any(&v).(type) {
	case *string:
		*p = text
	case *bool:
		*p, err = strconv.ParseBool(text)
	case *int:
		*p, err = strconv.Atoi(text)
	case *float64:
		*p, err = strconv.ParseFloat(text, 64)
	case *time.Duration:
		*p, err = time.ParseDuration(text)
	case encoding.TextUnmarshaler:
		err = p.UnmarshalText([]byte(unquoted(text)))
	default:
		switch rv := reflect.ValueOf(p).Elem(); {
		case rv.Kind() == reflect.String:
			rv.SetString(unquoted(text))
		case strings.TrimSpace(text) == "null" && rv.Kind() != reflect.Pointer && rv.Kind() != reflect.Interface:
			err = errors.New("null is for pointers") // JSON would take it for zero
		default:
			err = json.Unmarshal([]byte(text), p)
		}
	}
	if number := (*strconv.NumError)(nil); errors.As(err, &number) {
		err = number.Err // the rest of its text says what ours says, too
	}
	return v, err
}

// unquoted returns what a JSON string stands for, and other texts as they are: in some
// programs, variables of these types have to be written as JSON.
func unquoted(text string) string {
	var s string
	if len(text) > 1 && text[0] == '"' && json.Unmarshal([]byte(text), &s) == nil {
		return s
	}
	return text
}

// format writes a default so that parse reads it. It panics if that cannot be done.
func format[T any](name string, v T) string {
	text, err := marshal(v)
	if err != nil {
		panic(fmt.Sprintf("env: variable %s: a %T cannot be written as text: %v; use a type that JSON has", name, v, err))
	}
	return text
}

// marshal writes a value so that parse reads it.
func marshal[T any](v T) (string, error) {
	switch p := any(&v).(type) {
	case *string:
		return *p, nil
	case *bool:
		return strconv.FormatBool(*p), nil
	case *int:
		return strconv.Itoa(*p), nil
	case *float64:
		return strconv.FormatFloat(*p, 'G', -1, 64), nil
	case *time.Duration:
		return p.String(), nil
	}
	_, reads := any(&v).(encoding.TextUnmarshaler)
	if m, writes := any(&v).(encoding.TextMarshaler); reads && writes {
		text, err := m.MarshalText()
		return string(text), err
	}
	if rv := reflect.ValueOf(&v).Elem(); rv.Kind() == reflect.String {
		return rv.String(), nil
	}
	if reads {
		return fmt.Sprint(v), nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// SPDX-License-Identifier: Apache-2.0

package fieldset

import (
	"maps"
	"reflect"
	"slices"
)

// Strings replaces all strings in the fields of the set by what replace returns for them,
// and so the keys of maps, in an object as [Set.Drop] takes it. It must return equal strings
// for equal ones.
func (s *Set) Strings(obj any, replace func(string) string) error {
	return s.apply(obj, func(v reflect.Value, t tree) error { return s.replaceIn(v, t, replace) })
}

// replaceIn replaces the strings in the fields of a value that are in the tree.
func (s *Set) replaceIn(v reflect.Value, t tree, replace func(string) string) error {
	return s.walk(v, func(v reflect.Value) error {
		for _, name := range slices.Sorted(maps.Keys(t)) {
			child, err := s.child(v, name)
			switch rest := t[name]; {
			case err != nil:
				return err
			case !child.value.IsValid():
				continue
			case len(rest) == 0:
				err = child.change(func(v reflect.Value) error {
					replaceAll(v, replace)
					return nil
				})
			default:
				err = child.change(func(v reflect.Value) error { return s.replaceIn(v, rest, replace) })
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// replaceAll replaces all strings in a value, which can be set.
func replaceAll(v reflect.Value, replace func(string) string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(replace(v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			replaceAll(v.Elem(), replace)
		}
	case reflect.Interface:
		if !v.IsNil() && v.CanSet() {
			variable := reflect.New(v.Elem().Type()).Elem()
			variable.Set(v.Elem())
			replaceAll(variable, replace)
			v.Set(variable)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			replaceAll(v.Index(i), replace)
		}
	case reflect.Map:
		replaceInMap(v, replace)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				replaceAll(v.Field(i), replace)
			}
		}
	default: // no string
	}
}

func replaceInMap(v reflect.Value, replace func(string) string) {
	if v.IsNil() || !v.CanSet() {
		return
	}
	replaced := reflect.MakeMapWithSize(v.Type(), v.Len())
	for entries := v.MapRange(); entries.Next(); {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.Set(entries.Key())
		value.Set(entries.Value())
		replaceAll(key, replace)
		replaceAll(value, replace)
		replaced.SetMapIndex(key, value)
	}
	v.Set(replaced)
}

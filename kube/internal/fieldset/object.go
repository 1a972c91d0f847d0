// SPDX-License-Identifier: Apache-2.0

package fieldset

import (
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
)

// Drop removes the fields of the set from an object, which may be a pointer to a struct or
// unstructured, and is changed in place. That the object has no such field is an error
// if its type never has.
func (s *Set) Drop(obj any) error { return s.apply(obj, s.drop) }

// Keep removes all other fields from an object, as [Set.Drop] does.
func (s *Set) Keep(obj any) error { return s.apply(obj, s.keep) }

// apply calls change with the object's content, which is changed in place.
func (s *Set) apply(obj any, change func(reflect.Value, tree) error) error {
	content := obj
	if u, ok := obj.(runtime.Unstructured); ok {
		content = u.UnstructuredContent()
	}
	v := reflect.ValueOf(content)
	if v.Kind() != reflect.Pointer && v.Kind() != reflect.Map || v.IsNil() {
		return fmt.Errorf("%T is no object", obj)
	}
	return change(v, s.tree)
}

// drop removes what is in the tree.
func (s *Set) drop(v reflect.Value, t tree) error {
	return s.walk(v, func(v reflect.Value) error {
		for name, rest := range t {
			child, err := s.child(v, name)
			switch {
			case err != nil:
				return err
			case !child.value.IsValid():
			case len(rest) == 0:
				child.remove()
			default:
				if err := child.change(func(v reflect.Value) error { return s.drop(v, rest) }); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// keep removes what is not in the tree.
func (s *Set) keep(v reflect.Value, t tree) error {
	return s.walk(v, func(v reflect.Value) error {
		for name := range t {
			if _, err := s.child(v, name); err != nil {
				return err
			}
		}
		return s.each(v, func(name string, child child) error {
			rest, wanted := t[name]
			switch {
			case !wanted:
				child.remove()
				return nil
			case len(rest) == 0:
				return nil
			default:
				return child.change(func(v reflect.Value) error { return s.keep(v, rest) })
			}
		})
	})
}

// walk calls visit with the structs and maps that a value is, points to, or lists.
func (s *Set) walk(v reflect.Value, visit func(reflect.Value) error) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return s.walk(v.Elem(), visit)
	case reflect.Interface: // in unstructured objects, where anything can be anything
		switch v.Elem().Kind() {
		case reflect.Map, reflect.Slice, reflect.Pointer:
			return s.walk(v.Elem(), visit)
		default:
			return nil
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := s.walk(v.Index(i), visit); err != nil {
				return err
			}
		}
		return nil
	case reflect.Struct, reflect.Map:
		return visit(v)
	default:
		return fmt.Errorf("%s has no fields", v.Type())
	}
}

// child is a field of a struct, or the value of a key of a map.
type child struct {
	value reflect.Value // invalid if there is none
	of    reflect.Value // the map, if it is one
	key   reflect.Value
}

func (s *Set) child(v reflect.Value, name string) (child, error) {
	if v.Kind() == reflect.Map {
		if v.Type().Key().Kind() != reflect.String {
			return child{}, fmt.Errorf("%s has no names", v.Type())
		}
		key := reflect.ValueOf(name).Convert(v.Type().Key())
		return child{value: v.MapIndex(key), of: v, key: key}, nil
	}
	index, ok := s.fieldsOf(v.Type())[name]
	if !ok {
		return child{}, fmt.Errorf("%s has no field %q", v.Type(), name)
	}
	field, err := v.FieldByIndexErr(index)
	if err != nil {
		return child{}, nil //nolint:nilerr // it would be in a struct that is not there
	}
	return child{value: field}, nil
}

func (c child) remove() {
	if c.of.IsValid() {
		c.of.SetMapIndex(c.key, reflect.Value{})
		return
	}
	c.value.SetZero()
}

// change calls f with the value, or with a copy that then replaces it: what a map
// holds cannot be changed in place.
func (c child) change(f func(reflect.Value) error) error {
	if !c.of.IsValid() {
		return f(c.value)
	}
	variable := reflect.New(c.value.Type()).Elem()
	variable.Set(c.value)
	if err := f(variable); err != nil {
		return err
	}
	c.of.SetMapIndex(c.key, variable)
	return nil
}

// each calls visit with all fields of a struct, or values of a map.
func (s *Set) each(v reflect.Value, visit func(name string, c child) error) error {
	if v.Kind() == reflect.Map {
		for _, key := range v.MapKeys() {
			if err := visit(key.String(), child{value: v.MapIndex(key), of: v, key: key}); err != nil {
				return err
			}
		}
		return nil
	}
	for name, index := range s.fieldsOf(v.Type()) {
		field, err := v.FieldByIndexErr(index)
		if err != nil {
			continue // it would be in a struct that is not there
		}
		if err := visit(name, child{value: field}); err != nil {
			return err
		}
	}
	return nil
}

// fieldsOf returns the index of each field of a struct by its name in JSON.
func (s *Set) fieldsOf(t reflect.Type) map[string][]int {
	if known, ok := s.byType.Load(t); ok {
		return known.(map[string][]int)
	}
	found := map[string][]int{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case !field.IsExported() || name == "-":
		case name == "" && (field.Anonymous || options == "inline"):
			inner := field.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() != reflect.Struct {
				continue
			}
			for name, index := range s.fieldsOf(inner) {
				if _, ok := found[name]; !ok {
					found[name] = append([]int{i}, index...)
				}
			}
		case name == "":
			found[field.Name] = []int{i}
		default:
			found[name] = []int{i}
		}
	}
	s.byType.Store(t, found)
	return found
}

// SPDX-License-Identifier: Apache-2.0

package kubetypes

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
)

// identity lists the fields of metadata without which an object cannot be cached.
//
//nolint:gochecknoglobals // never changed
var identity = []string{"name", "namespace", "uid", "resourceVersion"}

// tree is a set of paths. A tree without children stands for a field as a whole.
type tree map[string]tree

// add adds a path. What is in the set already as a whole stays so.
func (t tree) add(path []string) {
	at := t
	for i, name := range path {
		next, ok := at[name]
		switch {
		case ok && len(next) == 0:
			return
		case !ok || i == len(path)-1:
			next = tree{}
			at[name] = next
		}
		at = next
	}
}

// covers reports whether the path, or one that it begins with, is in the set.
func (t tree) covers(path ...string) bool {
	at := t
	for _, name := range path {
		next, ok := at[name]
		if !ok {
			return false
		}
		if len(next) == 0 {
			return true
		}
		at = next
	}
	return false
}

// fields is a set of fields of objects of any type.
type fields struct {
	operation string
	paths     []string
	wanted    tree
	byType    sync.Map // reflect.Type to map[string][]int, the index of each field
}

func newFields(operation string, paths []string) *fields {
	f := &fields{operation: operation, paths: slices.Clone(paths), wanted: tree{}}
	slices.Sort(f.paths)
	for _, p := range f.paths {
		path, err := parsePath(p)
		if err != nil {
			panic(fmt.Sprintf("kubetypes.%s(%q): %v; write it like spec.containers.env or metadata.labels[example.com/key]",
				operation, p, err))
		}
		f.wanted.add(path)
	}
	return f
}

// String returns the operation and its paths, which is all that there is to know.
func (f *fields) String() string {
	return f.operation + "(" + strings.Join(f.paths, ",") + ")"
}

// parsePath splits a path into names.
func parsePath(p string) ([]string, error) {
	var names []string
	for rest, isFirst := p, true; rest != "" || isFirst; isFirst = false {
		var name string
		switch {
		case rest != "" && rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, fmt.Errorf("a bracket is not closed")
			}
			name, rest = rest[1:end], rest[end+1:]
		case !isFirst && rest[0] != '.':
			return nil, fmt.Errorf("there is no dot before %q", rest)
		default:
			if !isFirst {
				rest = rest[1:]
			}
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			name, rest = rest[:end], rest[end:]
		}
		if name == "" {
			return nil, fmt.Errorf("a name is empty")
		}
		names = append(names, name)
	}
	return names, nil
}

// apply calls change with the object's content, which is changed in place.
func (f *fields) apply(obj any, change func(reflect.Value, tree) error) (any, error) {
	content := obj
	if u, ok := obj.(runtime.Unstructured); ok {
		content = u.UnstructuredContent()
	}
	v := reflect.ValueOf(content)
	if v.Kind() != reflect.Pointer && v.Kind() != reflect.Map || v.IsNil() {
		return nil, fmt.Errorf("%T is no object", obj)
	}
	if err := change(v, f.wanted); err != nil {
		return nil, err
	}
	return obj, nil
}

// drop removes what is in the tree.
func (f *fields) drop(v reflect.Value, t tree) error {
	return f.walk(v, func(v reflect.Value) error {
		for name, rest := range t {
			child, err := f.child(v, name)
			switch {
			case err != nil:
				return err
			case !child.value.IsValid():
			case len(rest) == 0:
				child.remove()
			default:
				if err := child.change(func(v reflect.Value) error { return f.drop(v, rest) }); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// keep removes what is not in the tree.
func (f *fields) keep(v reflect.Value, t tree) error {
	return f.walk(v, func(v reflect.Value) error {
		for name := range t {
			if _, err := f.child(v, name); err != nil {
				return err
			}
		}
		return f.each(v, func(name string, child child) error {
			rest, wanted := t[name]
			switch {
			case !wanted:
				child.remove()
				return nil
			case len(rest) == 0:
				return nil
			default:
				return child.change(func(v reflect.Value) error { return f.keep(v, rest) })
			}
		})
	})
}

// walk calls visit with the structs and maps that a value is, points to, or lists.
func (f *fields) walk(v reflect.Value, visit func(reflect.Value) error) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return f.walk(v.Elem(), visit)
	case reflect.Interface: // in unstructured objects, where anything can be anything
		switch v.Elem().Kind() {
		case reflect.Map, reflect.Slice, reflect.Pointer:
			return f.walk(v.Elem(), visit)
		default:
			return nil
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := f.walk(v.Index(i), visit); err != nil {
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

func (f *fields) child(v reflect.Value, name string) (child, error) {
	if v.Kind() == reflect.Map {
		if v.Type().Key().Kind() != reflect.String {
			return child{}, fmt.Errorf("%s has no names", v.Type())
		}
		key := reflect.ValueOf(name).Convert(v.Type().Key())
		return child{value: v.MapIndex(key), of: v, key: key}, nil
	}
	index, ok := f.fieldsOf(v.Type())[name]
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
func (f *fields) each(v reflect.Value, visit func(name string, c child) error) error {
	if v.Kind() == reflect.Map {
		for _, key := range v.MapKeys() {
			if err := visit(key.String(), child{value: v.MapIndex(key), of: v, key: key}); err != nil {
				return err
			}
		}
		return nil
	}
	for name, index := range f.fieldsOf(v.Type()) {
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
func (f *fields) fieldsOf(t reflect.Type) map[string][]int {
	if known, ok := f.byType.Load(t); ok {
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
			for name, index := range f.fieldsOf(inner) {
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
	f.byType.Store(t, found)
	return found
}

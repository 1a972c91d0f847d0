// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"reflect"
	"strings"
)

// GetApplyConfigKey returns the key of an apply configuration, as client-go has one
// for each kind of Kubernetes object: namespace/name, or name if there is no
// namespace. It returns nil if O is not one, or if it has no name.
func GetApplyConfigKey[O any](a O) *string {
	t := reflect.TypeFor[O]()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || !strings.HasSuffix(t.Name(), "ApplyConfiguration") {
		return nil
	}
	v := reflect.ValueOf(a)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil // a nil pointer
	}
	meta := v.FieldByName("ObjectMetaApplyConfiguration")
	if meta.Kind() == reflect.Pointer {
		meta = meta.Elem()
	}
	if meta.Kind() != reflect.Struct {
		return nil
	}
	text := func(field string) *string {
		f := meta.FieldByName(field)
		if !f.IsValid() {
			return nil
		}
		s, _ := reflect.TypeAssert[*string](f)
		return s
	}
	name := text("Name")
	if namespace := text("Namespace"); name != nil && namespace != nil && *namespace != "" {
		key := *namespace + "/" + *name
		return &key
	}
	return name
}

// SPDX-License-Identifier: Apache-2.0

package object

import (
	"maps"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// WithResourceVersion returns a copy of the object that shares everything but its resourceVersion.
func WithResourceVersion(obj Object, version string) Object {
	out := shallow(obj)
	out.SetResourceVersion(version)
	return out
}

// WithAPIVersion returns a copy of an unstructured object that shares everything but its apiVersion.
func WithAPIVersion(obj *unstructured.Unstructured, apiVersion string) *unstructured.Unstructured {
	content := maps.Clone(obj.Object)
	content["apiVersion"] = apiVersion
	return &unstructured.Unstructured{Object: content}
}

func shallow(obj Object) Object {
	if u, ok := obj.(*unstructured.Unstructured); ok {
		content := maps.Clone(u.Object)
		if meta, ok := content["metadata"].(map[string]any); ok {
			content["metadata"] = maps.Clone(meta)
		}
		return &unstructured.Unstructured{Object: content}
	}
	v := reflect.ValueOf(obj).Elem()
	out := reflect.New(v.Type())
	out.Elem().Set(v)
	return out.Interface().(Object)
}

// HasStatus reports whether the object's Go struct has a status.
func HasStatus(obj Object) bool {
	return reflect.ValueOf(obj).Elem().FieldByName("Status").IsValid()
}

// SetStatus makes dst's status the one of src, or removes it where src is nil. Both have the same kind. The status is
// shared with src afterwards.
func SetStatus(dst, src Object) {
	if u, ok := dst.(*unstructured.Unstructured); ok {
		var status any
		var found bool
		if src != nil {
			status, found = src.(*unstructured.Unstructured).Object["status"]
		}
		if found {
			u.Object["status"] = status
		} else {
			delete(u.Object, "status")
		}
		return
	}
	field := reflect.ValueOf(dst).Elem().FieldByName("Status")
	if src == nil {
		field.SetZero()
		return
	}
	field.Set(reflect.ValueOf(src).Elem().FieldByName("Status"))
}

// SameSpec reports whether two objects of one kind are equal outside of their metadata, and, where the kind's status is
// a subresource of its own, outside of their status: whether they have the same generation.
func SameSpec(a, b Object, statusApart bool) bool {
	if ua, ok := a.(*unstructured.Unstructured); ok {
		return equality.Semantic.DeepEqual(specOf(ua, statusApart), specOf(b.(*unstructured.Unstructured), statusApart))
	}
	va, vb := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for i := range va.NumField() {
		switch name := va.Type().Field(i).Name; {
		case name == "TypeMeta", name == "ObjectMeta", name == "Status" && statusApart:
		case !equality.Semantic.DeepEqual(va.Field(i).Interface(), vb.Field(i).Interface()):
			return false
		}
	}
	return true
}

func specOf(u *unstructured.Unstructured, statusApart bool) map[string]any {
	spec := maps.Clone(u.Object)
	delete(spec, "apiVersion")
	delete(spec, "kind")
	delete(spec, "metadata")
	if statusApart {
		delete(spec, "status")
	}
	return spec
}

// Same reports whether two objects of one kind are equal in everything but apiVersion, kind and the times at which fields
// were last written.
func Same(a, b Object) bool {
	if ma, mb := a.GetManagedFields(), b.GetManagedFields(); len(ma) > 0 && len(mb) > 0 {
		sameOwners := slices.EqualFunc(ma, mb, func(x, y metav1.ManagedFieldsEntry) bool {
			x.Time, y.Time = nil, nil
			return equality.Semantic.DeepEqual(x, y)
		})
		if !sameOwners {
			return false
		}
		a, b = shallow(a), shallow(b)
		a.SetManagedFields(nil)
		b.SetManagedFields(nil)
	}
	ua, ok := a.(*unstructured.Unstructured)
	if !ok {
		return equality.Semantic.DeepEqual(a, b)
	}
	ca, cb := maps.Clone(ua.Object), maps.Clone(b.(*unstructured.Unstructured).Object)
	for _, key := range []string{"apiVersion", "kind"} {
		delete(ca, key)
		delete(cb, key)
	}
	return equality.Semantic.DeepEqual(ca, cb)
}

// HasAnyStatus reports whether the object's status says anything.
func HasAnyStatus(obj Object) bool {
	if u, ok := obj.(*unstructured.Unstructured); ok {
		return u.Object["status"] != nil
	}
	status := reflect.ValueOf(obj).Elem().FieldByName("Status")
	return status.IsValid() && !status.IsZero()
}

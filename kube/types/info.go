// SPDX-License-Identifier: Apache-2.0

package types

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/controllers"
)

// Scope says whether the objects of a resource live in namespaces.
type Scope int

// The scopes. Where the scope is unknown, namespaces are taken as they are given.
const (
	ScopeUnknown Scope = iota
	ScopeNamespaced
	ScopeCluster
)

// String returns "unknown", "namespaced" or "cluster".
func (s Scope) String() string {
	switch s {
	case ScopeNamespaced:
		return "namespaced"
	case ScopeCluster:
		return "cluster"
	case ScopeUnknown:
		return "unknown"
	default:
		return fmt.Sprintf("Scope(%d)", int(s))
	}
}

// Info is what a registry knows about one Go type. The zero Info stands for
// nothing; all others come from a registry.
type Info struct {
	GVK   schema.GroupVersionKind
	GVR   schema.GroupVersionResource
	Scope Scope
	// Type is the Go type, a pointer to a struct.
	Type reflect.Type

	scheme *runtime.Scheme
}

// New returns a new, empty object of the type.
func (i Info) New() controllers.Object {
	o, _ := reflect.TypeAssert[controllers.Object](reflect.New(i.Type.Elem()))
	return o
}

// NewList returns a new, empty list of objects of the type, or an error that names
// the kind if the scheme has no list for it.
func (i Info) NewList() (runtime.Object, error) {
	list, err := i.scheme.New(i.listKind())
	if err != nil {
		return nil, fmt.Errorf("list of %s: %w", i.GVK, err)
	}
	return list, nil
}

func (i Info) listKind() schema.GroupVersionKind {
	return i.GVK.GroupVersion().WithKind(i.GVK.Kind + "List")
}

// Scheme returns a scheme that knows the type and its list; it must not be
// changed.
func (i Info) Scheme() *runtime.Scheme { return i.scheme }

// DecodesProtobuf reports whether the type and its list can be read in
// Kubernetes' protobuf encoding.
func (i Info) DecodesProtobuf() bool {
	list, err := i.NewList()
	return err == nil && isProtobuf(list) && isProtobuf(i.New())
}

func isProtobuf(o runtime.Object) bool {
	_, ok := o.(interface {
		Reset()
		Unmarshal(data []byte) error
	})
	return ok
}

// Registration is one type for a registry to know. [Of] makes it, or [InScheme].
type Registration struct {
	info Info
	list runtime.Object
}

// Of describes a Go type that no scheme is needed for: T, a pointer to a struct, is
// kind gvk, which the API server serves as gvr.
func Of[T controllers.Object](
	gvk schema.GroupVersionKind, gvr schema.GroupVersionResource, scope Scope,
) Registration {
	return Registration{
		info: Info{GVK: gvk, GVR: gvr, Scope: scope, Type: reflect.TypeFor[T]()},
		list: &objectList[T]{},
	}
}

// InScheme describes all Go types of a scheme that have objects, lists of them and one kind,
// ordered by kind. Their scopes are known if they are Kubernetes' own. The scheme must not be
// changed any more. The caller owns the slice.
//
// It is for what is to be registered beside another scheme; a client has a scheme of its
// own (kube.WithScheme).
func InScheme(s *runtime.Scheme) []Registration {
	registry := FromScheme(s, nil)
	var all []Registration
	for gvk, t := range s.AllKnownTypes() {
		if gvk.Version == runtime.APIVersionInternal || !s.Recognizes(gvk.GroupVersion().WithKind(gvk.Kind+"List")) {
			continue
		}
		if info, err := registry.ForType(reflect.PointerTo(t)); err == nil && info.GVK == gvk {
			all = append(all, Registration{info: info})
		}
	}
	slices.SortFunc(all, func(a, b Registration) int { return strings.Compare(a.info.GVK.String(), b.info.GVK.String()) })
	return all
}

// check returns why the registration cannot be used, if so.
func (r Registration) check() error {
	switch {
	case r.info.Type == nil:
		return fmt.Errorf("empty registration: make it with types.Of")
	case !isPointerToStruct(r.info.Type):
		return fmt.Errorf("%s: not a pointer to a struct", r.info.Type)
	case r.info.GVK.Kind == "" || r.info.GVK.Version == "":
		return fmt.Errorf("%s: kind %q lacks its version or name", r.info.Type, r.info.GVK)
	case r.info.GVR.Resource == "":
		return fmt.Errorf("%s: resource %q lacks its name", r.info.Type, r.info.GVR)
	case r.info.GVK.GroupVersion() != r.info.GVR.GroupVersion():
		return fmt.Errorf("%s: kind %q and resource %q are not of the same group and version",
			r.info.Type, r.info.GVK, r.info.GVR)
	}
	return nil
}

// withScheme returns the info with a scheme of its own: schemes cannot be added to
// while they are in use.
func (r Registration) withScheme() Info {
	info := r.info
	if info.scheme != nil {
		return info
	}
	info.scheme = runtime.NewScheme()
	metav1.AddToGroupVersion(info.scheme, info.GVK.GroupVersion())
	info.scheme.AddKnownTypeWithName(info.GVK, info.New())
	info.scheme.AddKnownTypeWithName(info.listKind(), r.list)
	return info
}

func isPointerToStruct(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct
}

// objectList is the list type of a registered type.
type objectList[T controllers.Object] struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`

	Items []T `json:"items"`
}

// DeepCopyObject copies the list and its items.
func (l *objectList[T]) DeepCopyObject() runtime.Object {
	c := &objectList[T]{TypeMeta: l.TypeMeta}
	l.DeepCopyInto(&c.ListMeta)
	if l.Items == nil {
		return c
	}
	c.Items = make([]T, len(l.Items))
	for i, o := range l.Items {
		if item, ok := o.DeepCopyObject().(T); ok {
			c.Items[i] = item
		}
	}
	return c
}

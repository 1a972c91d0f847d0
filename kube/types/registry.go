// SPDX-License-Identifier: Apache-2.0

package types

import (
	"errors"
	"fmt"
	"reflect"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/controllers"
)

// ErrUnknown is wrapped by the errors about types, kinds and resources that a
// registry does not know.
var ErrUnknown = errors.New("not known to this client")

// Registry maps Go types to resources of the API server and back.
type Registry struct {
	scheme *runtime.Scheme
	mapper meta.RESTMapper

	mu sync.RWMutex
	// byType and byGVR hold registrations and what was found in the scheme; guarded
	// by mu. Both name the same types, but byType may lack a type of the scheme
	// whose resource was looked up first.
	byType map[reflect.Type]Info
	byGVR  map[schema.GroupVersionResource]Info
}

// FromScheme returns a registry that falls back on the scheme for types that are
// not registered with it, and on the mapper for the resource names and scopes of
// kinds that are not part of Kubernetes. Both may be nil. A mapper may ask the API
// server; a registry without one never does.
func FromScheme(scheme *runtime.Scheme, mapper meta.RESTMapper) *Registry {
	if scheme == nil {
		scheme = runtime.NewScheme()
	}
	return &Registry{
		scheme: scheme,
		mapper: mapper,
		byType: map[reflect.Type]Info{},
		byGVR:  map[schema.GroupVersionResource]Info{},
	}
}

// Register adds types. It returns an error, and adds none of them, if one is
// incomplete or contradicts what is registered, or what was looked up, before.
// Registering the same again does nothing.
func (r *Registry) Register(registrations ...Registration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	added := make([]Info, 0, len(registrations))
	for _, reg := range registrations {
		if err := reg.check(); err != nil {
			return fmt.Errorf("register type: %w", err)
		}
		if r.isRegistered(reg.info) {
			continue
		}
		if err := r.conflict(reg.info, added); err != nil {
			return fmt.Errorf("register type: %w", err)
		}
		added = append(added, reg.withScheme())
	}
	for _, info := range added {
		r.byType[info.Type] = info
		r.byGVR[info.GVR] = info
	}
	return nil
}

func (r *Registry) isRegistered(info Info) bool {
	known, ok := r.byType[info.Type]
	return ok && known.GVK == info.GVK && known.GVR == info.GVR && known.Scope == info.Scope
}

func (r *Registry) conflict(info Info, added []Info) error {
	if known, ok := r.byType[info.Type]; ok {
		return fmt.Errorf("%s: is %s (%s) and cannot be %s (%s)", info.Type, known.GVK, known.GVR, info.GVK, info.GVR)
	}
	if known, ok := r.byGVR[info.GVR]; ok {
		return fmt.Errorf("%s: resource %s is already taken by %s", info.Type, info.GVR, known.Type)
	}
	for _, other := range added {
		if other.Type == info.Type || other.GVR == info.GVR {
			return fmt.Errorf("%s: registered as %s and %s as %s in one call",
				info.Type, info.GVR, other.Type, other.GVR)
		}
	}
	return nil
}

// ForType returns what is known about a Go type, which must be a pointer to a
// struct. The error wraps [ErrUnknown] if that is nothing.
func (r *Registry) ForType(t reflect.Type) (Info, error) {
	r.mu.RLock()
	info, ok := r.byType[t]
	r.mu.RUnlock()
	if ok {
		return info, nil
	}
	info, err := r.typeFromScheme(t)
	if err != nil {
		return Info{}, err
	}
	return r.remember(info)
}

func (r *Registry) typeFromScheme(t reflect.Type) (Info, error) {
	if t == nil || !isPointerToStruct(t) {
		return Info{}, fmt.Errorf("type %v: %w: it is not a pointer to a struct", t, ErrUnknown)
	}
	o, isObject := reflect.TypeAssert[controllers.Object](reflect.New(t.Elem()))
	if !isObject {
		return Info{}, fmt.Errorf("type %s: %w: it is not a Kubernetes object", t, ErrUnknown)
	}
	if _, isAny := o.(runtime.Unstructured); isAny {
		return Info{}, fmt.Errorf("type %s: %w: its kind is in the object; register it as one (kube.WithTypes(types.Of[%s](…)))",
			t, ErrUnknown, t)
	}
	kinds, _, err := r.scheme.ObjectKinds(o)
	if runtime.IsNotRegisteredError(err) {
		return Info{}, fmt.Errorf("type %s: %w: give the client a scheme that has it (kube.WithScheme), or register it "+
			"(kube.WithTypes(types.Of[%s](…)))", t, ErrUnknown, t)
	}
	if err != nil {
		return Info{}, fmt.Errorf("type %s: %w", t, err)
	}
	if len(kinds) > 1 {
		return Info{}, fmt.Errorf("type %s: %w: the scheme has it as %v; register it as one of them "+
			"(kube.WithTypes(types.Of[%s](…)))", t, ErrUnknown, kinds, t)
	}
	return r.fromScheme(kinds[0], t)
}

// fromScheme completes what a scheme knows. It may ask the mapper, and through it
// the API server: no lock may be held.
func (r *Registry) fromScheme(gvk schema.GroupVersionKind, t reflect.Type) (Info, error) {
	info := Info{GVK: gvk, Scope: builtinScope(gvk.GroupKind()), Type: t, scheme: r.scheme}
	if r.mapper != nil && info.Scope == ScopeUnknown {
		mapping, err := r.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
		if err != nil {
			return Info{}, fmt.Errorf("resource of %s: %w", gvk, err)
		}
		info.GVR, info.Scope = mapping.Resource, scopeOf(mapping)
		return info, nil
	}
	info.GVR, _ = meta.UnsafeGuessKindToResource(gvk)
	return info, nil
}

func scopeOf(mapping *meta.RESTMapping) Scope {
	switch mapping.Scope.Name() {
	case meta.RESTScopeNameNamespace:
		return ScopeNamespaced
	case meta.RESTScopeNameRoot:
		return ScopeCluster
	default:
		return ScopeUnknown
	}
}

// remember stores what was found in the scheme, unless a registration has come
// first that says otherwise.
func (r *Registry) remember(info Info) (Info, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.byType[info.Type]; ok {
		return known, nil
	}
	if known, ok := r.byGVR[info.GVR]; ok && known.Type != info.Type {
		return Info{}, fmt.Errorf("type %s: resource %s is registered as %s", info.Type, info.GVR, known.Type)
	}
	r.byType[info.Type] = info
	r.byGVR[info.GVR] = info
	return info, nil
}

// ForResource returns what is known about a resource. The error wraps [ErrUnknown]
// if that is nothing.
func (r *Registry) ForResource(gvr schema.GroupVersionResource) (Info, error) {
	r.mu.RLock()
	info, ok := r.byGVR[gvr]
	r.mu.RUnlock()
	if ok {
		return info, nil
	}
	gvk, ok, err := r.kindFor(gvr)
	if err != nil {
		return Info{}, err
	}
	if ok {
		if t := r.scheme.KnownTypes(gvr.GroupVersion())[gvk.Kind]; t != nil {
			return r.ForType(reflect.PointerTo(t))
		}
	}
	return Info{}, fmt.Errorf("resource %s: %w: give the client a scheme that has its type (kube.WithScheme), or register "+
		"the type (kube.WithTypes)", gvr, ErrUnknown)
}

// kindFor returns the kind of the scheme that is served as the resource.
func (r *Registry) kindFor(gvr schema.GroupVersionResource) (schema.GroupVersionKind, bool, error) {
	for kind := range r.scheme.KnownTypes(gvr.GroupVersion()) {
		gvk := gvr.GroupVersion().WithKind(kind)
		if guess, _ := meta.UnsafeGuessKindToResource(gvk); guess == gvr {
			return gvk, true, nil
		}
	}
	if r.mapper == nil {
		return schema.GroupVersionKind{}, false, nil
	}
	gvk, err := r.mapper.KindFor(gvr)
	if meta.IsNoMatchError(err) {
		return schema.GroupVersionKind{}, false, nil
	}
	if err != nil {
		return schema.GroupVersionKind{}, false, fmt.Errorf("kind of %s: %w", gvr, err)
	}
	return gvk, true, nil
}

// ForKind returns what is known about a kind. The error wraps [ErrUnknown] if that
// is nothing.
func (r *Registry) ForKind(gvk schema.GroupVersionKind) (Info, error) {
	r.mu.RLock()
	for _, info := range r.byType {
		if info.GVK == gvk {
			r.mu.RUnlock()
			return info, nil
		}
	}
	r.mu.RUnlock()
	if t := r.scheme.KnownTypes(gvk.GroupVersion())[gvk.Kind]; t != nil {
		return r.ForType(reflect.PointerTo(t))
	}
	return Info{}, fmt.Errorf("kind %s: %w", gvk, ErrUnknown)
}

// ForObject returns what is known about an object: about its Go type or, for an
// unstructured object and for one of an unknown type, about the kind that it says
// it is of. The error wraps [ErrUnknown] if that is nothing.
func (r *Registry) ForObject(obj controllers.Object) (Info, error) {
	info, err := r.ForType(reflect.TypeOf(obj))
	if err == nil {
		return info, nil
	}
	if gvk := obj.GetObjectKind().GroupVersionKind(); gvk.Kind != "" {
		return r.ForKind(gvk)
	}
	return Info{}, err
}

// ScopeOf returns the scope of a resource, [ScopeUnknown] if it is not known.
func (r *Registry) ScopeOf(gvr schema.GroupVersionResource) Scope {
	if info, err := r.ForResource(gvr); err == nil {
		return info.Scope
	}
	if r.mapper == nil {
		return ScopeUnknown
	}
	gvk, err := r.mapper.KindFor(gvr)
	if err != nil {
		return ScopeUnknown
	}
	mapping, err := r.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return ScopeUnknown
	}
	return scopeOf(mapping)
}

// EnsureTypeMeta sets apiVersion and kind of an object if it has none; the objects
// of a cache and the answers of the API server come without. It changes obj. The
// error wraps [ErrUnknown] if the type is not known.
func (r *Registry) EnsureTypeMeta(obj controllers.Object) error {
	if !obj.GetObjectKind().GroupVersionKind().Empty() {
		return nil
	}
	info, err := r.ForType(reflect.TypeOf(obj))
	if err != nil {
		return err
	}
	obj.SetGroupVersionKind(info.GVK)
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package ownership

import (
	"errors"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

// Owners keeps who owns which fields. It holds nothing but what it needs for each kind; the owners are in the objects.
type Owners struct {
	mu       sync.Mutex
	managers map[managerKey]*managedfields.FieldManager // guarded by mu
}

type managerKey struct {
	gvk         schema.GroupVersionKind
	subresource string
	hasStatus   bool
}

// Apply merges what the manager applies into the present object, which is an empty one if there is none yet. It fails
// with a conflict that names the others when they own fields that would change, unless force is set.
func (o *Owners) Apply(info *resource.Info, subresource string, present object.Object, applied *unstructured.Unstructured, manager string, force bool) (object.Object, error) {
	fields, err := o.manager(info, subresource)
	if err != nil {
		return nil, err
	}
	// The manager removes managedFields from what it is given.
	next, err := fields.Apply(withKind(info, present.DeepCopyObject()), applied.DeepCopy(), manager, force)
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("applying %s %q: %w", info.Kind.GVK.Kind, applied.GetName(), err)
	}
	return fromApplied(info, next)
}

// fromApplied turns what the merge returned into an object as the server keeps it.
func fromApplied(info *resource.Info, merged runtime.Object) (object.Object, error) {
	u, ok := merged.(*unstructured.Unstructured)
	if !ok {
		obj, ok := merged.(object.Object)
		if !ok {
			return nil, fmt.Errorf("applying made a %T of a %s", merged, info.Kind.GVK.Kind)
		}
		return obj, nil
	}
	if !info.Kind.Typed {
		return u, nil
	}
	obj := info.New()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, obj); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("applied %s %q: %v", info.Kind.GVK.Kind, u.GetName(), err))
	}
	return obj, nil
}

// Update records that the manager made next of present by something other than applying. Objects that nobody applied
// have no owners, and get none. It returns next.
func (o *Owners) Update(info *resource.Info, subresource string, present, next object.Object, manager string) object.Object {
	if len(present.GetManagedFields()) == 0 {
		return next
	}
	fields, err := o.manager(info, subresource)
	if err != nil {
		return next
	}
	out, ok := fields.UpdateNoErrors(withKind(info, present.DeepCopyObject()), withKind(info, next.DeepCopyObject()), manager).(object.Object)
	if !ok {
		return next
	}
	return out
}

func withKind(info *resource.Info, obj runtime.Object) runtime.Object {
	obj.GetObjectKind().SetGroupVersionKind(info.Kind.GVK)
	return obj
}

func (o *Owners) manager(info *resource.Info, subresource string) (*managedfields.FieldManager, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := managerKey{gvk: info.Kind.GVK, subresource: subresource, hasStatus: info.HasStatus}
	if m := o.managers[key]; m != nil {
		return m, nil
	}
	gvk := info.Kind.GVK
	conv := sameObject{info}
	create := managedfields.NewDefaultCRDFieldManager
	types := managedfields.NewDeducedTypeConverter()
	if info.Kind.Typed {
		create, types = managedfields.NewDefaultFieldManager, applyconfigurations.NewTypeConverter(scheme.Scheme)
	}
	m, err := create(types, conv, conv, conv, gvk, gvk.GroupVersion(), subresource, ignored(info, subresource))
	if err != nil {
		return nil, fmt.Errorf("field owners of %s: %w", gvk, err)
	}
	if o.managers == nil {
		o.managers = map[managerKey]*managedfields.FieldManager{}
	}
	o.managers[key] = m
	return m, nil
}

// ignored returns the fields that nobody owns because a write to this path cannot change them.
func ignored(info *resource.Info, subresource string) map[fieldpath.APIVersion]fieldpath.Filter {
	var paths []fieldpath.Path
	switch {
	case subresource == "status":
		paths = []fieldpath.Path{fieldpath.MakePathOrDie("metadata"), fieldpath.MakePathOrDie("spec")}
	case info.HasStatus:
		paths = []fieldpath.Path{fieldpath.MakePathOrDie("status")}
	default:
		return nil
	}
	version := fieldpath.APIVersion(info.Kind.GVK.GroupVersion().String())
	return map[fieldpath.APIVersion]fieldpath.Filter{version: fieldpath.NewExcludeSetFilter(fieldpath.NewSet(paths...))}
}

// sameObject is a converter between versions that have the same form, a defaulter without defaults, and a maker of empty
// objects of the kind.
type sameObject struct{ info *resource.Info }

var (
	_ runtime.ObjectConvertor = sameObject{}
	_ runtime.ObjectDefaulter = sameObject{}
	_ runtime.ObjectCreater   = sameObject{}
)

// ConvertToVersion implements [runtime.ObjectConvertor].
func (c sameObject) ConvertToVersion(in runtime.Object, to runtime.GroupVersioner) (runtime.Object, error) {
	u, ok := in.(*unstructured.Unstructured)
	if !ok {
		return in, nil
	}
	gvk, ok := to.KindForGroupVersionKinds([]schema.GroupVersionKind{u.GroupVersionKind(), c.info.Kind.GVK})
	if !ok {
		return nil, fmt.Errorf("%s has no version that fits", c.info.Kind.GVK)
	}
	if gvk == u.GroupVersionKind() {
		return u, nil
	}
	return object.WithAPIVersion(u, gvk.GroupVersion().String()), nil
}

// Convert implements [runtime.ObjectConvertor].
func (c sameObject) Convert(_, _, _ any) error {
	return fmt.Errorf("%s: only whole objects are converted", c.info.Kind.GVK)
}

// ConvertFieldLabel implements [runtime.ObjectConvertor].
func (sameObject) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}

// Default implements [runtime.ObjectDefaulter].
func (sameObject) Default(runtime.Object) {}

// New implements [runtime.ObjectCreater]. An object of a Go type has the fields that are there even if nobody has set
// them: what nobody has set, nobody owned before the first apply.
func (c sameObject) New(schema.GroupVersionKind) (runtime.Object, error) {
	return withKind(c.info, c.info.New()), nil
}

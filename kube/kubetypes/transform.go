// SPDX-License-Identifier: Apache-2.0

package kubetypes

import (
	"fmt"
	"strings"
	"unique"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube/internal/fieldset"
)

// Transform changes objects before they are cached, and has a name. Clients whose
// transforms have the same name share a cache, so the name must say all that the
// transform does.
type Transform struct {
	// Name is what [Filter].TransformKey becomes.
	Name string
	// Func is what [Filter].ObjectTransform becomes. It changes the object that it is
	// given, which nobody else has seen yet, or returns another; it may get an object
	// that it returned earlier.
	Func func(obj any) (any, error)
}

// WithTransform returns a copy of the filter whose objects go through the
// transforms, from left to right. Managed fields are dropped only if one of them does
// so.
func (f Filter) WithTransform(transforms ...Transform) Filter {
	all := ComposeTransforms(transforms...)
	f.ObjectTransform, f.TransformKey = all.Func, all.Name
	return f
}

// ComposeTransforms returns a transform that does what the given ones do, from left
// to right, and ends with the first error. Its name is made of theirs; without
// transforms it leaves objects alone.
func ComposeTransforms(transforms ...Transform) Transform {
	names := make([]string, len(transforms))
	for i, t := range transforms {
		names[i] = t.Name
	}
	return Transform{
		Name: "[" + strings.Join(names, " ") + "]",
		Func: func(obj any) (any, error) {
			for _, t := range transforms {
				changed, err := t.Func(obj)
				if err != nil {
					return nil, fmt.Errorf("transform %s: %w", t.Name, err)
				}
				obj = changed
			}
			return obj, nil
		},
	}
}

// lastApplied is where kubectl apply keeps a copy of what it was given.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// StripManagedFields drops the managed fields, which say who owns which field and are
// a quarter of many objects.
func StripManagedFields() Transform {
	return onMetadata("StripManagedFields", func(m metav1.Object) {
		if m.GetManagedFields() != nil {
			m.SetManagedFields(nil)
		}
	})
}

// StripLastApplied drops the annotation in which kubectl keeps a copy of the object.
func StripLastApplied() Transform {
	return onMetadata("StripLastApplied", func(m metav1.Object) {
		annotations := m.GetAnnotations()
		if _, ok := annotations[lastApplied]; ok {
			delete(annotations, lastApplied)
			m.SetAnnotations(annotations)
		}
	})
}

func onMetadata(name string, change func(metav1.Object)) Transform {
	return Transform{Name: name, Func: func(obj any) (any, error) {
		m, err := meta.Accessor(obj)
		if err != nil {
			return nil, err
		}
		change(m)
		return obj, nil
	}}
}

// Drop removes fields from objects. A path names fields as JSON does, joined by dots,
// and goes through every element of a list: "spec.containers.env" is the environment
// of all containers. Keys of maps are fields too; one with dots stands in brackets, as
// in "metadata.annotations[example.com/notes]".
//
// Objects may be Go types or unstructured. That an object has no such field is an
// error if its type never has. Drop panics if a path is malformed, or would remove
// what a cache needs: name, namespace, uid and resourceVersion.
func Drop(paths ...string) Transform {
	set := mustParse("Drop", paths)
	for _, name := range fieldset.Identity() {
		if set.Covers(name...) {
			panic(fmt.Sprintf("kubetypes.Drop(%q): caches need %s; name other fields of metadata", paths, strings.Join(name, ".")))
		}
	}
	return onFields("Drop", set, set.Drop)
}

// Keep removes all fields from objects but apiVersion, kind, what a cache needs of
// metadata (name, namespace, uid and resourceVersion), and those that are named. Paths
// are those of [Drop]. It panics if one is malformed. See [Project] for objects that are
// not even read whole.
func Keep(paths ...string) Transform {
	set := mustParse("Keep", paths).ForCache()
	return onFields("Keep", set, set.Keep)
}

// InternStrings has equal strings in the named fields of all objects be one in memory, and so the
// keys of maps. It is for what many objects have in common, such as labels, namespaces,
// nodes and images. Paths are those of [Drop]. It panics if one is malformed.
func InternStrings(paths ...string) Transform {
	set := mustParse("InternStrings", paths)
	return onFields("InternStrings", set, func(obj any) error {
		return set.Strings(obj, func(s string) string { return unique.Make(s).Value() })
	})
}

func onFields(name string, set *fieldset.Set, change func(obj any) error) Transform {
	return Transform{Name: name + "(" + set.String() + ")", Func: func(obj any) (any, error) {
		if err := change(obj); err != nil {
			return nil, err
		}
		return obj, nil
	}}
}

func mustParse(function string, paths []string) *fieldset.Set {
	set, err := fieldset.Parse(paths...)
	if err != nil {
		panic(fmt.Sprintf("kubetypes.%s(%q): %v; write it like spec.containers.env or metadata.labels[example.com/key]", function, paths, err))
	}
	return set
}

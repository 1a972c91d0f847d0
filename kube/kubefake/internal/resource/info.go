// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// Info describes one served resource in one version.
type Info struct {
	// Resource is what requests name.
	Resource schema.GroupVersionResource
	// Storage is the resource whose objects this one shows: versions of a custom resource share them.
	Storage schema.GroupVersionResource
	// Kind is what its objects are.
	Kind *object.Kind
	// List is the kind of its lists.
	List *object.Kind
	// Singular, ShortNames and Categories are other names that kubectl takes.
	Singular   string
	ShortNames []string
	Categories []string
	// Namespaced is false for cluster-scoped resources.
	Namespaced bool
	// Verbs are what can be done with it, sorted.
	Verbs []string
	// HasStatus says that status is a subresource: writes change either it or the rest.
	HasStatus bool
	// KeepStatus says that a status is taken from the object that is created.
	KeepStatus bool
	// Generation says that the server counts the changes of the spec.
	Generation bool
	// OrphanDependents says that a deletion leaves dependents alone unless it says something else.
	OrphanDependents bool
	// Scale is how its objects are scaled; nil for resources without that subresource.
	Scale *Scale
	// Unconditional says that an update needs no resourceVersion.
	Unconditional bool
	// NameErrors returns what is wrong with a name, or with a prefix of one.
	NameErrors func(name string, prefix bool) []string
	// Fields are the field selectors that it knows besides metadata.name and metadata.namespace.
	Fields map[string]func(object.Object) string
	// Prepare fills in what the server decides on creation; nil for nothing.
	Prepare func(object.Object)
	// Columns are what a table shows of its objects besides their name and age.
	Columns []Column
	// New returns an empty object.
	New func() object.Object
}

// Column is one column of a table.
type Column struct {
	// Definition is the header.
	Definition metav1.TableColumnDefinition
	// Cell returns a JSON value.
	Cell func(object.Object) any
}

// Allows reports whether the verb can be used on the resource.
func (i *Info) Allows(verb string) bool { return slices.Contains(i.Verbs, verb) }

// Review reports whether the resource answers a question instead of keeping objects.
func (i *Info) Review() bool { return !i.Allows("get") && i.Allows("create") }

// Field returns the value that a field selector sees, and whether the resource knows the field.
func (i *Info) Field(obj object.Object, field string) (string, bool) {
	switch field {
	case "metadata.name":
		return obj.GetName(), true
	case "metadata.namespace":
		return obj.GetNamespace(), i.Namespaced
	}
	get, ok := i.Fields[field]
	if !ok {
		return "", false
	}
	return get(obj), true
}

// KnowsField reports whether a field selector may name the field.
func (i *Info) KnowsField(field string) bool {
	_, ok := i.Fields[field]
	return ok || field == "metadata.name" || field == "metadata.namespace" && i.Namespaced
}

// Item wraps an object of this resource for the store, which owns it from then on.
func (i *Info) Item(obj object.Object) *object.Item { return object.NewItem(i.Kind, obj) }

// View returns the item as this version shows it.
func (i *Info) View(it *object.Item) *object.Item {
	if it.Kind.Typed || it.Kind.GVK.Version == i.Kind.GVK.Version {
		return it
	}
	u, ok := it.Object.(*unstructured.Unstructured)
	if !ok {
		return it
	}
	gv := i.Kind.GVK.GroupVersion().String()
	// Building this variant cannot fail.
	view, _ := it.Variant("version "+gv, func() (*object.Item, error) {
		return object.NewItem(i.Kind, object.WithAPIVersion(u, gv)), nil
	})
	return view
}

func standardVerbs() []string {
	return []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
}

// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"strconv"

	"github.com/krtkit/krtkit/util/cluster"
)

// ResourceNamer is implemented by objects that know their own key.
type ResourceNamer interface {
	// ResourceName returns a key that is unique in any collection that holds the
	// object. It must not change.
	ResourceName() string
}

// Namer is implemented by objects that have a name.
type Namer interface {
	GetName() string
}

// Namespacer is implemented by objects that belong to a namespace; cluster-wide
// ones return "".
type Namespacer interface {
	GetNamespace() string
}

// objectMeta is what tells a Kubernetes object from anything else that has a
// name.
type objectMeta interface {
	Namer
	Namespacer
	GetGenerateName() string
	GetResourceVersion() string
	SetResourceVersion(version string)
}

// GetKey returns the key of the object:
//
//   - a string is its own key;
//   - a Kubernetes object's is namespace/name, or name if it is cluster-wide;
//   - a [ResourceNamer]'s is its ResourceName;
//   - a collection's or singleton's is a number that no other one in the process has;
//   - a Kubernetes client's is the ID of its cluster;
//   - an apply configuration's is that of [GetApplyConfigKey].
//
// It panics for any other type, which is a mistake in the program: give the type
// a method ResourceName() string.
func GetKey[O any](a O) string {
	return keyOf(&a)
}

// keyOf is GetKey without a copy of the object.
func keyOf[O any](o *O) string {
	key, ok := findKey(o)
	if !ok {
		panic(fmt.Sprintf("Cannot get Key, got %T: give it a method ResourceName() string", *o))
	}
	return key
}

// findKey returns the key of the object, and whether its type has one.
func findKey[O any](o *O) (string, bool) {
	switch v := face(o).(type) {
	case string:
		return v, true
	case *string:
		return *v, true
	case objectMeta:
		if ns := v.GetNamespace(); ns != "" {
			return ns + "/" + v.GetName(), true
		}
		return v.GetName(), true
	case ResourceNamer:
		return v.ResourceName(), true
	case identified:
		return strconv.FormatUint(v.identity(), 10), true
	case interface{ ClusterID() cluster.ID }:
		return string(v.ClusterID()), true
	}
	if key := GetApplyConfigKey(*o); key != nil {
		return *key, true
	}
	return "", false
}

// Key is the key of an object of type O.
type Key[O any] string

// identified is implemented by collections, which can be objects of another one.
type identified interface {
	identity() uint64
}

// Named is the key of an object as a value of its own, to be embedded in types
// that stand for an object or used as the key of an index.
type Named struct {
	Name, Namespace string
}

// NewNamed returns the name of an object.
func NewNamed(o interface {
	Namer
	Namespacer
},
) Named {
	return Named{Name: o.GetName(), Namespace: o.GetNamespace()}
}

// ResourceName returns namespace/name, with the slash also where the namespace is
// empty.
func (n Named) ResourceName() string { return n.Namespace + "/" + n.Name }

// GetName returns the name.
func (n Named) GetName() string { return n.Name }

// GetNamespace returns the namespace.
func (n Named) GetNamespace() string { return n.Namespace }

// String returns the same as ResourceName.
func (n Named) String() string { return n.ResourceName() }

// SPDX-License-Identifier: Apache-2.0

package informerfactory

import (
	"strings"
	"unsafe"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubetypes"
)

// key says which informers are the same.
type key struct {
	resource      schema.GroupVersionResource
	labelSelector string
	fieldSelector string
	namespace     string
	informerType  kubetypes.InformerType
	optional      bool
	projection    string
	transform     transformID
}

// transformID identifies a transform by name or, if it has none, by function.
type transformID struct {
	name     string
	function unsafe.Pointer
}

func keyOf(resource schema.GroupVersionResource, opts kubetypes.InformerOptions) key {
	return key{
		resource:      resource,
		labelSelector: opts.LabelSelector,
		fieldSelector: opts.FieldSelector,
		namespace:     opts.Namespace,
		informerType:  opts.InformerType,
		optional:      opts.Optional,
		projection:    opts.Projection.String(),
		transform:     identify(opts),
	}
}

func identify(opts kubetypes.InformerOptions) transformID {
	if opts.ObjectTransform == nil {
		return transformID{}
	}
	if opts.TransformKey != "" {
		return transformID{name: opts.TransformKey}
	}
	// A function value is a pointer to the code and what it has captured. This
	// pointer is the identity of the value; the code alone, which reflect and %p
	// give, is shared by closures that do different things. Holding the pointer
	// keeps the value alive, so that no other gets its address.
	return transformID{function: *(*unsafe.Pointer)(unsafe.Pointer(&opts.ObjectTransform))}
}

// String describes the informer for logs and errors, as in
// "pods.v1 (namespace shop, labels app=cart)".
func (k key) String() string {
	name := k.resource.Resource + "." + k.resource.Version
	if k.resource.Group != "" {
		name += "." + k.resource.Group
	}
	var details []string
	if k.informerType != kubetypes.StandardInformer {
		details = append(details, k.informerType.String())
	}
	if k.optional {
		details = append(details, "optional")
	}
	for _, d := range []struct{ label, value string }{
		{"namespace ", k.namespace},
		{"labels ", k.labelSelector},
		{"fields ", k.fieldSelector},
		{"", k.projection},
		{"transform ", k.transform.name},
	} {
		if d.value != "" {
			details = append(details, d.label+d.value)
		}
	}
	if len(details) == 0 {
		return name
	}
	return name + " (" + strings.Join(details, ", ") + ")"
}

// Describe names the informer that the factory shares for a resource and options,
// for logs and errors.
func Describe(resource schema.GroupVersionResource, opts kubetypes.InformerOptions) string {
	return keyOf(resource, opts).String()
}

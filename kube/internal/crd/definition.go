// SPDX-License-Identifier: Apache-2.0

package crd

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/types"
)

// Registration returns what a client has to know of [Definition].
func Registration() types.Registration {
	version := schema.GroupVersion{Group: "apiextensions.k8s.io", Version: "v1"}
	return types.Of[*Definition](version.WithKind("CustomResourceDefinition"), version.WithResource("customresourcedefinitions"), types.ScopeCluster)
}

// Definition is as much of a CustomResourceDefinition as has to be known.
type Definition struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec struct {
		Versions []Version `json:"versions"`
	} `json:"spec"`
	Status struct {
		Conditions []Condition `json:"conditions"`
	} `json:"status"`
}

// Version is a version of a definition.
type Version struct {
	Name   string `json:"name"`
	Served bool   `json:"served"`
}

// Condition is a condition of a definition.
type Condition struct {
	Type   string                 `json:"type"`
	Status metav1.ConditionStatus `json:"status"`
}

// DeepCopyObject implements [runtime.Object].
func (d *Definition) DeepCopyObject() runtime.Object {
	c := *d
	d.DeepCopyInto(&c.ObjectMeta)
	c.Spec.Versions = slices.Clone(d.Spec.Versions)
	c.Status.Conditions = slices.Clone(d.Status.Conditions)
	return &c
}

// Trim drops what is large in the metadata of a definition.
func Trim(obj any) (any, error) {
	if d, ok := obj.(*Definition); ok {
		d.ManagedFields = nil
		delete(d.Annotations, "kubectl.kubernetes.io/last-applied-configuration")
	}
	return obj, nil
}

// serves reports whether the definition's resource is there, in that version.
func (d *Definition) serves(version string) bool {
	return slices.ContainsFunc(d.Status.Conditions, func(c Condition) bool {
		return c.Type == "Established" && c.Status == metav1.ConditionTrue
	}) && slices.ContainsFunc(d.Spec.Versions, func(v Version) bool { return v.Name == version && v.Served })
}

// metadata returns what filters see.
func (d *Definition) metadata() *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{TypeMeta: d.TypeMeta, ObjectMeta: d.ObjectMeta}
}

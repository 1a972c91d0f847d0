// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"maps"
)

// Object is what most scenarios are about: a value of 64 bytes with a key. It has no
// Equals method, so that krt compares it by reflection, as it does Kubernetes objects.
type Object struct {
	Name    string
	Payload [6]int
}

// ResourceName returns the key.
func (o Object) ResourceName() string { return o.Name }

// Namespace returns what comes before the slash in the key.
func (o Object) Namespace() string {
	for i := range o.Name {
		if o.Name[i] == '/' {
			return o.Name[:i]
		}
	}
	return ""
}

// Derived returns what transformations make of an object: the same with a number
// changed.
func (o Object) Derived() Object {
	o.Payload[1] = o.Payload[0] + 1
	return o
}

// At returns the object with another first number, which is what updates change.
func (o Object) At(version int) Object {
	o.Payload[0] = version
	return o
}

// Objects returns n objects in 50 namespaces.
func Objects(n int) []Object {
	out := make([]Object, n)
	for i := range out {
		out[i].Name = fmt.Sprintf("namespace-%d/name-%d", i%50, i)
	}
	return out
}

// Pod has the labels and the namespace by which services and policies select. It is
// used as a pointer, and says itself whether it is equal to another one.
type Pod struct {
	Name, Namespace string
	Labels          map[string]string
	Version         int
}

// ResourceName returns the key.
func (p *Pod) ResourceName() string { return p.Name }

// GetLabels is what filters by label ask for.
func (p *Pod) GetLabels() map[string]string { return p.Labels }

// Equals compares everything that is ever changed.
func (p *Pod) Equals(o *Pod) bool {
	return p.Version == o.Version && p.Name == o.Name && p.Namespace == o.Namespace && maps.Equal(p.Labels, o.Labels)
}

// At returns a copy of the pod with another version.
func (p *Pod) At(version int) *Pod {
	q := *p
	q.Version = version
	return &q
}

// Pods returns n pods of one namespace that share two labels: app, which has as many
// different values as said, and tier, which is the same for all.
func Pods(n, apps int) []*Pod {
	out := make([]*Pod, n)
	for i := range out {
		out[i] = &Pod{
			Name: fmt.Sprint("pod-", i), Namespace: "default",
			Labels: map[string]string{"app": App(i % apps), "tier": "web"},
		}
	}
	return out
}

// App returns the value of the label app that number i of [Pods] has.
func App(i int) string { return fmt.Sprint("app-", i) }

// SPDX-License-Identifier: Apache-2.0

// Package api has objects as those of Kubernetes.
package api

type ObjectMeta struct {
	Name, Namespace string
	Labels          map[string]string
	Finalizers      []string
}

func (m *ObjectMeta) GetName() string               { return m.Name }
func (m *ObjectMeta) GetNamespace() string          { return m.Namespace }
func (m *ObjectMeta) GetLabels() map[string]string  { return m.Labels }
func (m *ObjectMeta) SetLabels(l map[string]string) { m.Labels = l }

type Object interface {
	GetLabels() map[string]string
	SetLabels(l map[string]string)
}

type Port struct {
	Name   string
	Number int
}

type Spec struct {
	Node  string
	Ports []Port
	Extra *Spec
}

type Pod struct {
	ObjectMeta
	Spec Spec
}

func (p *Pod) DeepCopy() *Pod          { return nil }
func (p *Pod) DeepCopyInto(out *Pod)   {}
func (s *Spec) DeepCopyInto(out *Spec) {}

// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"strings"
	"testing"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/util/cluster"
)

type inCluster = krt.ObjectWithCluster[thing]

func TestObjectWithCluster_hasTheKeyOfItsObjectInAnyCluster(t *testing.T) {
	a := inCluster{ClusterID: "east", Object: &thing{Name: "a"}}
	if krt.GetKey(a) != "a" || krt.GetKey(inCluster{ClusterID: "west", Object: a.Object}) != "a" {
		t.Errorf("key is %q, want that of the object", krt.GetKey(a))
	}
	if got := krt.GetKey(inCluster{ClusterID: "east"}); got != "" {
		t.Errorf("key of no object is %q, want none", got)
	}
}

func TestObjectWithCluster_isEqualToTheSameInTheSameCluster(t *testing.T) {
	east := func(o *thing) inCluster { return inCluster{ClusterID: "east", Object: o} }
	for _, tt := range []struct {
		name string
		a, b inCluster
		want bool
	}{
		{"equal objects", east(&thing{Name: "a"}), east(&thing{Name: "a"}), true},
		{"different objects", east(&thing{Name: "a"}), east(&thing{Name: "a", Value: 1}), false},
		{"another cluster", east(&thing{Name: "a"}), inCluster{ClusterID: "west", Object: &thing{Name: "a"}}, false},
		{"no objects", east(nil), east(nil), true},
		{"no objects in two clusters", east(nil), inCluster{}, false},
		{"one object", east(nil), east(&thing{Name: "a"}), false},
	} {
		if got, back := krt.Equal(tt.a, tt.b), krt.Equal(tt.b, tt.a); got != tt.want || back != tt.want {
			t.Errorf("%s: Equal() = %v, and %v the other way round; want %v", tt.name, got, back, tt.want)
		}
	}
	// The objects' own idea of equality counts.
	a := krt.ObjectWithCluster[touchy]{Object: &touchy{"a", 1}}
	if b := (krt.ObjectWithCluster[touchy]{Object: &touchy{"b", 1}}); !krt.Equal(a, b) {
		t.Error("objects that say that they are equal are not")
	}
}

// touchy is equal to what has the same value, and panics at 13.
type touchy struct {
	Name  string
	Value int
}

func (s touchy) ResourceName() string { return s.Name }

func (s touchy) Equals(o touchy) bool {
	if s.Value == 13 || o.Value == 13 {
		panic("13 is not compared")
	}
	return s.Value == o.Value
}

// The types of apply configurations are shaped like those of client-go.
type (
	ObjectMetaApplyConfiguration struct {
		Name      *string
		Namespace *string
	}
	PodApplyConfiguration struct {
		*ObjectMetaApplyConfiguration
		Kind string
	}
	NodeApplyConfiguration struct {
		ObjectMetaApplyConfiguration
	}
	SpecApplyConfiguration struct{ Replicas *int }
	podConfiguration       PodApplyConfiguration
)

func TestGetApplyConfigKey_isThatOfTheObjectToApply(t *testing.T) {
	meta := func(namespace, name string) *ObjectMetaApplyConfiguration {
		m := &ObjectMetaApplyConfiguration{Name: &name}
		if namespace != "" {
			m.Namespace = &namespace
		}
		return m
	}
	pod := PodApplyConfiguration{meta("ns", "web"), "Pod"}
	for _, tt := range []struct {
		name string
		got  *string
		want string // empty for none
	}{
		{"value", krt.GetApplyConfigKey(pod), "ns/web"},
		{"pointer", krt.GetApplyConfigKey(&pod), "ns/web"},
		{"cluster-wide", krt.GetApplyConfigKey(&NodeApplyConfiguration{*meta("", "n1")}), "n1"},
		{"namespace that is empty", krt.GetApplyConfigKey(PodApplyConfiguration{&ObjectMetaApplyConfiguration{new("web"), new("")}, "Pod"}), "web"},
		{"nil pointer", krt.GetApplyConfigKey((*PodApplyConfiguration)(nil)), ""},
		{"no metadata", krt.GetApplyConfigKey(PodApplyConfiguration{Kind: "Pod"}), ""},
		{"no name", krt.GetApplyConfigKey(PodApplyConfiguration{&ObjectMetaApplyConfiguration{}, "Pod"}), ""},
		{"namespace and no name", krt.GetApplyConfigKey(PodApplyConfiguration{&ObjectMetaApplyConfiguration{Namespace: new("ns")}, "Pod"}), ""},
		{"configuration of no object", krt.GetApplyConfigKey(SpecApplyConfiguration{}), ""},
		{"another name of the type", krt.GetApplyConfigKey(podConfiguration(pod)), ""},
		{"type of an interface", krt.GetApplyConfigKey[any](pod), ""},
		{"something else", krt.GetApplyConfigKey(7), ""},
	} {
		switch {
		case (tt.got != nil) != (tt.want != ""):
			t.Errorf("%s: GetApplyConfigKey() = %v, want %q", tt.name, tt.got, tt.want)
		case tt.got != nil && *tt.got != tt.want:
			t.Errorf("%s: GetApplyConfigKey() = %q, want %q", tt.name, *tt.got, tt.want)
		}
	}
}

func TestGetKey_knowsApplyConfigurationsAndClients(t *testing.T) {
	pod := &PodApplyConfiguration{&ObjectMetaApplyConfiguration{new("web"), new("ns")}, "Pod"}
	c := krt.NewStaticCollection(nil, []*PodApplyConfiguration{pod})
	if c.GetKey("ns/web") == nil {
		t.Errorf("the collection has %v", c.List())
	}
	if got := krt.GetKey(client("east")); got != "east" {
		t.Errorf("key of a client is %q, want its cluster", got)
	}
	defer func() {
		if p, _ := recover().(string); !strings.HasPrefix(p, "Cannot get Key, got krt_test.PodApplyConfiguration: ") {
			t.Errorf("panic %q", p)
		}
	}()
	krt.GetKey(PodApplyConfiguration{Kind: "Pod"})
}

// client is a client of the cluster with its name.
type client string

func (c client) ClusterID() cluster.ID { return cluster.ID(c) }

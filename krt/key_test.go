// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/krtkit/krtkit/krt"
)

// meta has what tells a Kubernetes object from others.
type meta struct{ name, namespace string }

func (m *meta) GetName() string            { return m.name }
func (m *meta) GetNamespace() string       { return m.namespace }
func (m *meta) GetGenerateName() string    { return "" }
func (m *meta) GetResourceVersion() string { return "" }
func (m *meta) SetResourceVersion(string)  {}

// embedded has the key of the object in it, whatever it says itself.
type embedded struct{ *meta }

func (embedded) ResourceName() string { return "own" }

func TestGetKey_firstRuleThatFits(t *testing.T) {
	for _, tt := range []struct {
		name, got, want string
	}{
		{"string", krt.GetKey("s"), "s"},
		{"string as interface", krt.GetKey[any]("s"), "s"},
		{"object", krt.GetKey(&meta{"n", "ns"}), "ns/n"},
		{"cluster-wide object", krt.GetKey(&meta{"n", ""}), "n"},
		{"object as interface", krt.GetKey[any](&meta{"n", "ns"}), "ns/n"},
		{"struct with an object in it", krt.GetKey(embedded{&meta{"n", "ns"}}), "ns/n"},
		{"resource namer", krt.GetKey(thing{Name: "t"}), "t"},
		{"pointer to one", krt.GetKey(&thing{Name: "t"}), "t"},
		{"named", krt.GetKey(krt.NewNamed(&meta{"n", "ns"})), "ns/n"},
		{"named without namespace", krt.GetKey(krt.Named{Name: "n"}), "/n"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: GetKey() = %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestGetKey_tellsCollectionsAndSingletonsApart(t *testing.T) {
	static, other := krt.NewStatic(new("x"), true), krt.NewStatic(new("x"), true)
	if krt.GetKey(static) == krt.GetKey(other) {
		t.Error("two singletons have one key")
	}
	if krt.GetKey(static) != krt.GetKey(static.AsCollection()) {
		t.Error("a singleton and its collection have different keys")
	}
	derived := krt.NewSingleton(func(krt.HandlerContext) *string { return nil })
	if krt.GetKey(derived) != krt.GetKey(derived.AsCollection()) {
		t.Error("a derived singleton and its collection have different keys")
	}
}

type label string

func TestGetKey_panicsWithTheRemedy(t *testing.T) {
	for _, key := range []func() string{
		func() string { return krt.GetKey(7) },
		func() string { return krt.GetKey(label("named string types are not strings")) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "Cannot get Key, got ") || !strings.Contains(got, "ResourceName") {
					t.Errorf("panic %q", got)
				}
			}()
			key()
		}()
	}
}

type (
	byValue         struct{ A, B int }
	byPointer       struct{ A, B int }
	takesPointer    struct{ A, B int }
	pointerReceiver struct{ A, B int }
)

func (v byValue) Equals(o byValue) bool                  { return v.A == o.A }
func (v *byPointer) Equals(o *byPointer) bool            { return v.A == o.A }
func (v takesPointer) Equals(o *takesPointer) bool       { return v.A == o.A }
func (v *pointerReceiver) Equals(o pointerReceiver) bool { return v.A == o.A }

func TestEqual_asksTheTypeInWhateverShape(t *testing.T) {
	for name, got := range map[string]bool{
		"value":                  krt.Equal(byValue{1, 2}, byValue{1, 3}),
		"pointers in value":      krt.Equal(byPointer{1, 2}, byPointer{1, 3}),
		"pointers":               krt.Equal(&byPointer{1, 2}, &byPointer{1, 3}),
		"value takes pointer":    krt.Equal(takesPointer{1, 2}, takesPointer{1, 3}),
		"pointer takes value":    krt.Equal(pointerReceiver{1, 2}, pointerReceiver{1, 3}),
		"no method, deep":        krt.Equal(map[string][]int{"a": {1}}, map[string][]int{"a": {1}}),
		"no method, deep, *ptrs": krt.Equal(&struct{ A int }{1}, &struct{ A int }{1}),
	} {
		if !got {
			t.Errorf("%s: not equal", name)
		}
	}
	if krt.Equal(byValue{1, 2}, byValue{2, 2}) || krt.Equal("a", "b") {
		t.Error("different objects are equal")
	}
}

type (
	specMap struct {
		Spec struct{ Selector map[string]string }
	}
	matchLabels struct {
		MatchLabels map[string]string
	}
	specPointer struct {
		Spec struct{ Selector *matchLabels }
	}
	expressions struct {
		MatchLabels      map[string]string
		MatchExpressions []string
	}
	specExpressions struct {
		Spec struct{ Selector *expressions }
	}
	noSelector struct{ Spec struct{} }
	noSpec     struct{}
)

func (*specMap) ResourceName() string         { return "x" }
func (*specPointer) ResourceName() string     { return "x" }
func (*specExpressions) ResourceName() string { return "x" }
func (*noSelector) ResourceName() string      { return "x" }
func (*noSpec) ResourceName() string          { return "x" }

func selects[T any](o T, labels map[string]string, nonEmpty bool) int {
	c := krt.NewStaticCollection(nil, []T{o})
	filter := krt.FilterSelects(labels)
	if nonEmpty {
		filter = krt.FilterSelectsNonEmpty(labels)
	}
	return len(krt.Fetch(krt.TestingDummyContext{}, c, filter))
}

func TestFilterSelects_findsTheSelectorOfATypeByItself(t *testing.T) {
	m, p := &specMap{}, &specPointer{}
	m.Spec.Selector = map[string]string{"a": "b"}
	p.Spec.Selector = &matchLabels{map[string]string{"a": "b"}}
	for _, tt := range []struct {
		name      string
		got, want int
	}{
		{"map, selected", selects(m, map[string]string{"a": "b", "c": "d"}, false), 1},
		{"map, not selected", selects(m, map[string]string{"a": "c"}, false), 0},
		{"struct, selected", selects(p, map[string]string{"a": "b"}, true), 1},
		{"empty selects all", selects(&specMap{}, map[string]string{"x": "y"}, false), 1},
		{"empty selects none", selects(&specPointer{}, map[string]string{"x": "y"}, true), 0},
		{"nil labels are no filter", selects(m, nil, false), 1},
		{"nil labels are empty", selects(m, nil, true), 0},
		{"value struct", selects(thing{Selector: map[string]string{"a": "b"}}, map[string]string{"a": "b"}, false), 1},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: found %d, want %d", tt.name, tt.got, tt.want)
		}
	}
	for want, f := range map[string]func(){
		"has no Spec":          func() { selects(&noSpec{}, map[string]string{}, false) },
		"has no Selector":      func() { selects(&noSelector{}, map[string]string{}, false) },
		"has unknown Selector": func() { selects(&specExpressions{}, map[string]string{}, false) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("panic %q, want %q in it", got, want)
				}
			}()
			f()
		}()
	}
}

// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"strings"

	"github.com/krtkit/krtkit/krt"
)

type thing struct{ name, namespace string }

func loops(ctx krt.HandlerContext, things krt.Collection[thing], names []string) {
	var current string
	for _, n := range names {
		current = n
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool {
			return o.(thing).name == current // want `FilterGeneric keeps this function for later changes, but current is changed afterwards \(line 16\): give it a copy that stays as it is`
		}))
	}
	var i int
	for i = range names {
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o.(thing).name == names[i] })) // want `but i is changed afterwards`
	}

	// Each iteration has its own variable.
	for _, n := range names {
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o.(thing).name == n }))
	}
	for i := 0; i < len(names); i++ {
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o.(thing).name == names[i] }))
	}
	for range names {
		prefix := "a"
		if len(names) > 2 {
			prefix = "b"
		}
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return strings.HasPrefix(o.(thing).name, prefix) }))
	}
	for i := 0; i < len(names); i++ {
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o.(thing).name == names[i] })) // want `but i is changed afterwards`
		i++
	}
}

func sequences(ctx krt.HandlerContext, things krt.Collection[thing], t thing) {
	name := t.name
	krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o.(thing).name == name })) // want `but name is changed afterwards`
	name = t.namespace

	namespace := t.namespace
	if namespace == "" {
		namespace = "default" // before it is captured
	}
	krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o.(thing).namespace == namespace }))

	seen := 0
	krt.Fetch(ctx, things, krt.FilterGeneric(func(any) bool {
		seen++ // want `but seen is changed in it`
		return seen < 10
	}))

	var found []thing
	found = krt.Fetch(ctx, things, krt.FilterGeneric(func(any) bool { return len(found) == 0 })) // want `but found is changed afterwards`

	// A function of its own variables.
	krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool {
		n := o.(thing).name
		n = strings.ToLower(n)
		return n == t.name
	}))
}

func contents(ctx krt.HandlerContext, things krt.Collection[thing], t *thing) {
	wanted := map[string]bool{"a": true}
	krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return wanted[o.(thing).name] })) // want `but wanted is changed afterwards`
	wanted["b"] = true

	gone := map[string]bool{"a": true}
	gone["b"] = true
	delete(gone, "a")
	krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return !gone[o.(thing).name] }))

	krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o.(thing).name == t.name })) // want `but t.name is changed afterwards`
	t.name = "other"
	krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o.(thing).name == t.name }))
	t.namespace = "a field that it does not look at"
}

func closures(ctx krt.HandlerContext, things krt.Collection[thing]) {
	var names []string
	add := func(n string) { names = append(names, n) }
	add("a")
	krt.Fetch(ctx, things, krt.FilterGeneric(func(any) bool { return len(names) > 0 }))

	var later []string
	addLater := func(n string) { later = append(later, n) }
	krt.Fetch(ctx, things, krt.FilterGeneric(func(any) bool { return len(later) > 0 })) // want `but later is changed afterwards`
	addLater("a")

	var count int
	things.Register(func(krt.Event[thing]) { count++ })
	krt.Fetch(ctx, things, krt.FilterGeneric(func(any) bool { return count > 0 })) // want `but count is changed by a function that runs on its own`
}

func others(ctx krt.HandlerContext, things krt.Collection[thing]) {
	length := 3
	krt.PartialFetch(ctx, things, func(t thing) string { return t.name[:length] }, func(a, b string) bool { // want `PartialFetch keeps this function.*, but length is changed`
		return a == b
	})
	krt.PartialFetchComparable(ctx, things, func(t thing) string { return t.name[:length] })    // want `but length is changed`
	krt.NewIndex(things, "prefix", func(t thing) []string { return []string{t.name[:length]} }) // want `NewIndex keeps this function`
	krt.UnnamedIndex(things, func(t thing) []string { return []string{t.name[:length]} })       // want `UnnamedIndex keeps this function`
	krt.MapCollection(things, func(t thing) string { return t.name[:length] })                  // want `MapCollection keeps this function`
	length = 4
	krt.MapCollection(things, func(t thing) string { return t.name[:length] })
}

func labels(ctx krt.HandlerContext, things krt.Collection[thing]) {
	l := map[string]string{"app": "a"}
	krt.Fetch(ctx, things, krt.FilterLabel(l)) // want `FilterLabel keeps this map for later changes, but l is changed afterwards`
	l["app"] = "b"
	krt.Fetch(ctx, things, krt.FilterSelects(l))
	l = nil // not what it was given

	s := map[string]string{}
	s["app"] = "a"
	krt.Fetch(ctx, things, krt.FilterSelectsNonEmpty(s))
}

// SPDX-License-Identifier: Apache-2.0

//go:build go1.21

// Package capture121 is of a Go version in which all iterations of a loop share its
// variables.
package capture121

import "github.com/krtkit/krtkit/krt"

func loops(ctx krt.HandlerContext, things krt.Collection[string], names []string) {
	for _, n := range names {
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o == n })) // want `but n is changed afterwards`
	}
	for i := 0; i < len(names); i++ {
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o == names[i] })) // want `but i is changed afterwards`
	}
	for _, n := range names {
		n := n
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o == n }))
	}
	for range names {
		prefix := "a"
		if len(names) > 2 {
			prefix = "b"
		}
		krt.Fetch(ctx, things, krt.FilterGeneric(func(o any) bool { return o == prefix }))
	}
}

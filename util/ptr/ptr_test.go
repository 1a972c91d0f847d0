// SPDX-License-Identifier: Apache-2.0

package ptr_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/ptr"
)

func TestReading_nilHasAValue(t *testing.T) {
	var none *string
	var noneAtAll **string
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"OrEmpty of nil", ptr.OrEmpty(none), ""},
		{"OrEmpty", ptr.OrEmpty(new("a")), "a"},
		{"OrDefault of nil", ptr.OrDefault(none, "d"), "d"},
		{"OrDefault of a pointer to the zero value", ptr.OrDefault(new(""), "d"), ""},
		{"NonEmptyOrDefault of zero", ptr.NonEmptyOrDefault(0, 7), 7},
		{"NonEmptyOrDefault", ptr.NonEmptyOrDefault(3, 7), 3},
		{"ToList of nil", ptr.ToList(none), []string(nil)},
		{"ToList", ptr.ToList(new("a")), []string{"a"}},
		{"Flatten of nil", ptr.Flatten(noneAtAll), none},
		{"Flatten of a pointer to nil", ptr.Flatten(&none), none},
		{"Flatten", ptr.Flatten(new(new("a"))), new("a")},
		{"Equal of two nils", ptr.Equal(none, nil), true},
		{"Equal nil zero", ptr.Equal(none, new("")), false},
		{"Equal zero nil", ptr.Equal(new(""), none), false},
		{"Equal values", ptr.Equal(new("a"), new("a")), true},
		{"Equal others", ptr.Equal(new("a"), new("b")), false},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestOf_pointsToACopy(t *testing.T) {
	n := 1
	of := ptr.Of[int]
	p := of(n)
	n = 2
	if *p != 1 || n != 2 {
		t.Errorf("*p = %d, want the value at the time of the call", *p)
	}
}

func TestTypeName_namesInterfacesToo(t *testing.T) {
	if diff := cmp.Diff(
		[]string{"string", "*testing.T", "io.Reader"},
		[]string{ptr.TypeName[string](), ptr.TypeName[*testing.T](), ptr.TypeName[io.Reader]()},
	); diff != "" {
		t.Errorf("TypeName mismatch (-want +got):\n%s", diff)
	}
}

func Example() {
	var replicas *int32 // as in a Deployment that does not say
	fmt.Println(ptr.OrDefault(replicas, 1))
	replicas = new(int32(3))
	fmt.Println(ptr.OrDefault(replicas, 1))
	// Output:
	// 1
	// 3
}

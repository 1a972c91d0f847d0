// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"math"
	"testing"

	"github.com/krtkit/krtkit/krt"
)

// named is a key for the values of TestEqual_plainIsAsDeep.
type named string

func (n named) ResourceName() string { return string(n) }

// TestEqual_plainIsAsDeep conditionally updates objects of types that == is enough
// for, and of others: there is an event if and only if Equal finds a difference.
func TestEqual_plainIsAsDeep(t *testing.T) {
	type plain struct {
		named
		a [2]struct {
			n int8
			f float64
		}
		s string
		c complex64
	}
	x, y := 1, 1
	var one, same, other, notANumber, alsoNot plain
	one.a[1].n, same.a[1].n, other.a[1].n = 1, 1, 2
	notANumber.a[0].f, alsoNot.a[0].f = math.NaN(), math.NaN()
	one.s, same.s = "text", string([]byte("text"))
	one.c, same.c = 1i, 1i
	comparesWithEqual(t, "equal", one, same)
	comparesWithEqual(t, "different", one, other)
	comparesWithEqual(t, "not a number", notANumber, alsoNot)
	type pointing struct {
		named
		p *int
	}
	comparesWithEqual(t, "pointers to equal values", pointing{p: &x}, pointing{p: &y})
	type holding struct {
		named
		any any
	}
	comparesWithEqual(t, "slices in interfaces", holding{any: []int{1}}, holding{any: []int{1}})
	comparesWithEqual(t, "with a method", lenient{n: 1}, lenient{n: 2})
}

// lenient is equal to whatever is as odd.
type lenient struct {
	named
	n int
}

func (l lenient) Equals(o lenient) bool { return l.n%2 == o.n%2 }

func comparesWithEqual[T any](t *testing.T, name string, a, b T) {
	t.Helper()
	stop := make(chan struct{})
	defer close(stop)
	c := krt.NewStaticCollection(nil, []T{a}, krt.WithStop(stop))
	events := 0
	c.RegisterBatch(func(e []krt.Event[T]) { events += len(e) }, false)
	c.ConditionalUpdateObject(b)
	if err := krt.WaitIdle(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got, want := events == 0, krt.Equal(a, b); got != want {
		t.Errorf("%s: a collection takes them for equal: %v, Equal returns %v", name, got, want)
	}
}

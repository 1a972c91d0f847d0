// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/internal/fold"
)

// Options returns a builder of options for the collections of a test: they end with
// the test, their names begin with test/, and [krt.GlobalDebugHandler] shows them.
func Options(t Failer) krt.OptionsBuilder {
	t.Helper()
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	return krt.NewOptionsBuilder(stop, "test", krt.GlobalDebugHandler)
}

// MockCollection is a bag of objects of different types, of which a test makes the
// collections that it needs: see [NewMock]. It is not safe for concurrent use.
type MockCollection struct {
	t      Failer
	opts   krt.OptionsBuilder
	inputs []any
}

// MockOption sets something about a [MockCollection]. Only this package makes them.
type MockOption func(*mockOptions)

type mockOptions struct {
	scheme *runtime.Scheme
}

// WithScheme says which kinds of objects there may be in YAML, and of what type they
// are. The default is client-go's scheme, which has the kinds of Kubernetes.
func WithScheme(s *runtime.Scheme) MockOption {
	return func(o *mockOptions) { o.scheme = s }
}

// NewMock returns a bag of the inputs. A string is read as YAML: any number of
// documents, each of which becomes a Kubernetes object of its Go type. Other inputs
// are taken as they are.
//
//	mc := krttest.NewMock(t, []any{
//		Policy{Name: "strict"},
//		`
//	apiVersion: v1
//	kind: Service
//	metadata: {name: web, namespace: default}
//	`,
//	})
//	services := krttest.GetMockCollection[*corev1.Service](mc)
//
// YAML that cannot be read, has fields that its kind does not have, or is of a kind
// that the scheme does not know ends the test. So that no input is forgotten, the
// test fails when it is over and some were never taken.
func NewMock(t Failer, inputs []any, opts ...MockOption) *MockCollection {
	t.Helper()
	o := mockOptions{scheme: scheme.Scheme}
	for _, opt := range opts {
		opt(&o)
	}
	mc := &MockCollection{t: t, opts: Options(t)}
	for i, input := range inputs {
		text, ok := input.(string)
		if !ok {
			mc.inputs = append(mc.inputs, input)
			continue
		}
		objects, err := parse(o.scheme, text)
		if err != nil {
			t.Fatalf("krttest: input %d: %v", i, err)
		}
		mc.inputs = append(mc.inputs, objects...)
	}
	t.Cleanup(mc.checkTaken)
	return mc
}

// checkTaken fails the test if there are inputs left.
func (mc *MockCollection) checkTaken() {
	if len(mc.inputs) == 0 {
		return
	}
	var left []string
	for _, input := range mc.inputs {
		left = append(left, fmt.Sprintf("%T %s", input, fold.Key(input)))
	}
	errorf(mc.t, "krttest: no collection was made of these inputs: %s", strings.Join(left, ", "))
}

// take takes the inputs of a type out of the bag.
func take[T any](mc *MockCollection) []T {
	var taken []T
	var left []any
	for _, input := range mc.inputs {
		if v, ok := input.(T); ok {
			taken = append(taken, v)
		} else {
			left = append(left, input)
		}
	}
	mc.inputs = left
	return taken
}

// GetMockCollection takes all inputs of a type out of the bag and returns them as a
// collection, which is synced and ends with the test. T may be an interface.
func GetMockCollection[T any](mc *MockCollection) krt.Collection[T] {
	return krt.NewStaticCollection(nil, take[T](mc), mc.opts.WithName(fmt.Sprintf("Mock[%v]", reflect.TypeFor[T]()))...)
}

// GetMockSingleton takes the input of a type out of the bag and returns it as a
// singleton, which is synced and ends with the test; an empty one if there is no
// such input. It ends the test if there are several.
func GetMockSingleton[T any](mc *MockCollection) krt.StaticSingleton[T] {
	mc.t.Helper()
	taken := take[T](mc)
	var one *T
	switch len(taken) {
	case 0:
	case 1:
		one = &taken[0]
	default:
		mc.t.Fatalf("krttest: %d inputs are a %v, and a singleton has one", len(taken), reflect.TypeFor[T]())
	}
	return krt.NewStatic(one, true, mc.opts.WithName(fmt.Sprintf("Mock[%v]", reflect.TypeFor[T]()))...)
}

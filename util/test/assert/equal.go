// SPDX-License-Identifier: Apache-2.0

package assert

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/retry"
)

// Equal ends the test unless a and b are equal. The message begins with the context and
// shows what only a has with a minus, and what only b has with a plus.
func Equal[T any](t test.Failer, a, b T, context ...string) {
	t.Helper()
	if err := Compare(a, b); err != nil {
		t.Fatalf("%s%v", prefix(context), err)
	}
}

// Compare returns nil if a and b are equal, and otherwise an error that shows what only
// a has with a minus, and what only b has with a plus.
func Compare[T any](a, b T) error {
	if d := diff(a, b); d != "" {
		return fmt.Errorf("values are different (-first +second):\n%s", d)
	}
	return nil
}

// EventuallyEqual ends the test unless fetch returns what is expected within two
// seconds, or what options say. Pauses begin with two milliseconds.
func EventuallyEqual[T any](t test.Failer, fetch func() T, expected T, retryOpts ...retry.Option) {
	t.Helper()
	options := append([]retry.Option{retry.Timeout(2 * time.Second), retry.BackoffDelay(2 * time.Millisecond)}, retryOpts...)
	err := retry.UntilSuccess(func() error {
		if d := diff(expected, fetch()); d != "" {
			return fmt.Errorf("values are different (-want +got):\n%s", d)
		}
		return nil
	}, options...)
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// Consistently ends the test unless fetch returns what is expected, now and every two
// milliseconds for a duration, which is 20 milliseconds unless one is given.
func Consistently[T any](t test.Failer, fetch func() T, expected T, duration ...time.Duration) {
	t.Helper()
	const pause = 2 * time.Millisecond
	lasts := 20 * time.Millisecond
	if len(duration) > 0 {
		lasts = duration[0]
	}
	for begin := time.Now(); ; <-time.After(pause) {
		spent := time.Since(begin)
		if d := diff(expected, fetch()); d != "" {
			t.Fatalf("values are different after %v (-want +got):\n%s", spent.Round(time.Millisecond), d)
		}
		if spent >= lasts {
			return
		}
	}
}

// Error ends the test if there is no error.
func Error(t test.Failer, err error) {
	t.Helper()
	if err == nil {
		t.Fatalf("there is no error")
	}
}

// NoError ends the test if there is an error.
func NoError(t test.Failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func prefix(context []string) string {
	if len(context) == 0 {
		return ""
	}
	return strings.Join(context, " ") + ": "
}

// diff returns what is different, and "" if nothing is.
func diff[T any](want, got T) string {
	options := []cmp.Option{
		cmp.Exporter(func(reflect.Type) bool { return true }),
		protocmp.Transform(),
		cmpopts.EquateEmpty(),
		cmp.FilterValues(comparesByMessage, cmp.Comparer(sameMessage)),
	}
	options = append(options, optionsOf(reflect.TypeFor[T]())...)
	if reflect.TypeFor[T]().Kind() != reflect.Interface {
		return cmp.Diff(want, got, options...)
	}
	dynamic := reflect.TypeOf(want) // what is in it says more
	if dynamic == nil {
		dynamic = reflect.TypeOf(got)
	}
	// Behind pointers they are what T says, such as an error, and not of two types that
	// cannot be compared.
	return cmp.Diff(&want, &got, append(options, optionsOf(dynamic)...)...)
}

// comparesByMessage reports whether errors are compared as such: those that are
// messages of protocol buffers or collections of errors are not.
func comparesByMessage(a, b error) bool {
	for _, err := range []error{a, b} {
		if err == nil {
			continue
		}
		if _, ok := err.(proto.Message); ok {
			return false
		}
		if kind := reflect.TypeOf(err).Kind(); kind == reflect.Slice || kind == reflect.Map {
			return false
		}
	}
	return true
}

func sameMessage(a, b error) bool {
	if isNil(a) || isNil(b) {
		return isNil(a) == isNil(b)
	}
	return a.Error() == b.Error()
}

// isNil reports whether there is no error, or one that has no message because it is a
// nil pointer.
func isNil(err error) bool {
	if err == nil {
		return true
	}
	v := reflect.ValueOf(err)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// optionsOf returns the options of a type and of those that it is made of.
func optionsOf(t reflect.Type) []cmp.Option {
	var options []cmp.Option
	for seen := map[reflect.Type]bool{}; t != nil && !seen[t]; {
		seen[t] = true // a type may be made of itself
		if t.Kind() != reflect.Interface && t.Kind() != reflect.Pointer {
			// A pointer has the methods of its type, too.
			if o, ok := reflect.TypeAssert[interface{ CmpOpts() []cmp.Option }](reflect.New(t)); ok {
				options = append(options, o.CmpOpts()...)
			}
		}
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.Elem()
		default:
			t = nil
		}
	}
	return options
}

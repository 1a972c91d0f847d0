// SPDX-License-Identifier: Apache-2.0

package leak

import (
	"reflect"
	"runtime"
	"weak"

	"github.com/krtkit/krtkit/util/test"
)

// MustGarbageCollect fails the test if something still refers to obj when the test is
// over. obj must be a pointer, a map or a channel. Whatever lets go of it has to be
// given to Cleanup after this call. It may take five seconds to fail.
//
// What is smaller than 16 bytes and holds no pointers shares its memory with others of
// that kind, which may keep it.
func MustGarbageCollect(tb test.Failer, obj any) {
	tb.Helper()
	v := reflect.ValueOf(obj)
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan:
	default:
		tb.Fatalf("%T is no pointer, map or channel", obj)
	}
	if v.IsNil() {
		tb.Fatalf("%T is nil", obj)
	}
	held := weak.Make((*byte)(v.UnsafePointer()))
	name := v.Type().String()
	tb.Cleanup(func() {
		gone := until(timeout, func() bool {
			runtime.GC()
			return held.Value() == nil
		})
		if !gone {
			tb.Logf("something still refers to the %s", name)
			tb.Fail()
		}
	})
}

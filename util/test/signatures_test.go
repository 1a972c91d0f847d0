// SPDX-License-Identifier: Apache-2.0

package test_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/krtkit/krtkit/util/test"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ test.Failer = failer(nil)
	_ failer      = test.Failer(nil)
	_ test.Failer = testing.TB(nil)
	_ test.Fuzzer = (*testing.F)(nil)

	_ func(func(test.Failer)) error         = test.Wrap
	_ func(test.Failer, *int, int)          = test.SetForTest[int]
	_ func(test.Failer, string, string)     = test.SetEnvForTest
	_ func(test.Failer, *atomic.Bool, bool) = test.SetAtomicBoolForTest
	_ func(test.Failer) chan struct{}       = test.NewStop
	_ func(test.Failer) context.Context     = test.NewContext
	_ func(test.Failer, string, string)     = test.JSONEquals
)

type failer interface {
	Fail()
	FailNow()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Log(args ...any)
	Logf(format string, args ...any)
	TempDir() string
	Helper()
	Cleanup(f func())
	Skip(args ...any)
}

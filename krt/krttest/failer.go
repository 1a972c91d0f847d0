// SPDX-License-Identifier: Apache-2.0

package krttest

import "github.com/krtkit/krtkit/util/test"

// Failer is what this package needs of a test: a [test.Failer], which every testing.TB is.
type Failer = test.Failer

// errorf reports a failure and lets the test go on.
func errorf(t Failer, format string, args ...any) {
	t.Helper()
	t.Logf(format, args...)
	t.Fail()
}

// SPDX-License-Identifier: Apache-2.0

package krttest

// Failer is the part of [testing.TB] that this package needs.
type Failer interface {
	Helper()
	Cleanup(f func())
	Logf(format string, args ...any)
	Fail()
	Fatalf(format string, args ...any)
}

// errorf reports a failure and lets the test go on.
func errorf(t Failer, format string, args ...any) {
	t.Helper()
	t.Logf(format, args...)
	t.Fail()
}

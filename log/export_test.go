// SPDX-License-Identifier: Apache-2.0

package log

import "testing"

// SetExit replaces what ends the process after a fatal line, until the test ends.
func SetExit(t *testing.T, f func(code int)) {
	t.Helper()
	old := exit
	exit = f
	t.Cleanup(func() { exit = old })
}

// ForgetScopes makes the registry what it is when a process starts, so that what
// one test did to a scope is nothing to the next.
func ForgetScopes() {
	scopes.mu.Lock()
	defer scopes.mu.Unlock()
	scopes.wishes = wishes{}
	clear(scopes.scopes)
	scopes.scopes[DefaultScopeName] = defaultScope
	defaultScope.SetOutputLevel(InfoLevel)
	defaultScope.SetStackTraceLevel(NoneLevel)
	defaultScope.SetLogCallers(false)
	defaultScope.SetRateLimit(0, 0)
}

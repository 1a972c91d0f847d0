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

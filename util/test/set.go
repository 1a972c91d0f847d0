// SPDX-License-Identifier: Apache-2.0

package test

import (
	"context"
	"os"
	"sync/atomic"
)

// SetForTest sets a variable until the test is over.
func SetForTest[T any](t Failer, vv *T, v T) {
	t.Helper()
	old := *vv
	*vv = v
	t.Cleanup(func() { *vv = old })
}

// SetAtomicBoolForTest sets vv until the test is over.
func SetAtomicBoolForTest(t Failer, vv *atomic.Bool, v bool) {
	t.Helper()
	old := vv.Swap(v)
	t.Cleanup(func() { vv.Store(old) })
}

// SetEnvForTest sets an environment variable until the test is over. A test that knows
// how to do so does it itself: a *testing.T panics if it runs in parallel to others,
// which would see the variable too.
func SetEnvForTest(t Failer, k, v string) {
	t.Helper()
	if own, ok := t.(interface{ Setenv(key, value string) }); ok {
		own.Setenv(k, v)
		return
	}
	old, had := os.LookupEnv(k) //nolint:forbidigo // to restore it
	if err := os.Setenv(k, v); err != nil {
		t.Fatalf("environment variable %q: %v", k, err)
	}
	t.Cleanup(func() {
		var err error
		if had {
			err = os.Setenv(k, old)
		} else {
			err = os.Unsetenv(k)
		}
		if err != nil {
			t.Fatalf("environment variable %q: %v", k, err)
		}
	})
}

// NewStop returns a channel that is closed when the test is over. The test may close it
// earlier itself; nothing may be sent on it.
func NewStop(t Failer) chan struct{} {
	t.Helper()
	stop := make(chan struct{})
	t.Cleanup(func() {
		select {
		case <-stop:
		default:
			close(stop)
		}
	})
	return stop
}

// NewContext returns a context that is cancelled when the test is over, in its turn
// among what was given to Cleanup. The context of a *testing.T is cancelled before all
// of that.
func NewContext(t Failer) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return ctx
}

// SPDX-License-Identifier: Apache-2.0

package krttest_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/krtkit/krtkit/krt/krttest"
)

var _ krttest.Failer = testing.TB(nil)

// failures is a test that may fail. What package krttest does not call is not here.
type failures struct {
	krttest.Failer

	mu       sync.Mutex
	log      []string
	failed   bool
	cleanups []func()
}

func (f *failures) Helper() {}

func (f *failures) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }

func (f *failures) Logf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, fmt.Sprintf(format, args...))
}

func (f *failures) Fail() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = true
}

func (f *failures) Fatalf(format string, args ...any) {
	f.Logf(format, args...)
	f.Fail()
	runtime.Goexit()
}

// failuresOf runs a test and returns what it failed with, and "" if it passed.
func failuresOf(run func(f *failures)) string {
	f := &failures{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for len(f.cleanups) > 0 {
				last := f.cleanups[len(f.cleanups)-1]
				f.cleanups = f.cleanups[:len(f.cleanups)-1]
				last()
			}
		}()
		run(f)
	}()
	<-done
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.failed {
		return ""
	}
	return strings.Join(f.log, "\n")
}

// wantFailure fails the test unless run fails with a message that has all these
// parts.
func wantFailure(t *testing.T, run func(f *failures), parts ...string) {
	t.Helper()
	got := failuresOf(run)
	if got == "" {
		t.Fatal("the test did not fail")
	}
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("the failure does not say %q:\n%s", p, got)
		}
	}
}

func wantPass(t *testing.T, run func(f *failures)) {
	t.Helper()
	if got := failuresOf(run); got != "" {
		t.Errorf("the test failed:\n%s", got)
	}
}

// SPDX-License-Identifier: Apache-2.0

package test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// Wrap runs f as a test of its own and returns why it did not pass, or nil if it did.
// It waits until f and what it gave to Cleanup have returned; the latter is called
// latest first, however f ends.
//
// The first of Fail, FailNow, Fatal, Fatalf and Skip ends f, and its message is the
// error's. Fail and FailNow have none: theirs is what was logged before, or "the test
// failed" if nothing was. Fail may be called by any goroutine, as that of a *testing.T;
// by others than f's own it does not end f.
//
// f runs in a goroutine of its own. If it ends that in another way, as a call of the
// outer test's FailNow does, that is an error too. A panic of f, or of what it gave to
// Cleanup, becomes a panic of Wrap, with the stack in its value.
func Wrap(f func(t Failer)) error {
	w := &wrapped{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { w.keepPanic(recover()) }() // of what is cleaned up
		defer w.cleanUp()
		defer func() { w.keepPanic(recover()) }() // of f: a cleanup that ends the goroutine would end the panic, too
		w.own = goroutine()
		f(w)
		w.returned = true
	}()
	<-done
	if w.panicked != "" {
		panic(w.panicked)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil && !w.returned {
		return errors.New("the test ended its goroutine without a result")
	}
	return w.err
}

// wrapped is the test of a call of Wrap.
type wrapped struct {
	own string // f's goroutine; set before f is called

	// Of f's goroutine:
	returned bool   // f did
	panicked string // the first panic with its stack

	mu       sync.Mutex
	err      error
	log      []string
	cleanups []func()
}

var _ Failer = (*wrapped)(nil)

// keep keeps the first error.
func (w *wrapped) keep(message string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = errors.New(message)
	}
}

// end keeps the first error and ends the goroutine.
func (w *wrapped) end(message string) {
	w.keep(message)
	runtime.Goexit()
}

// logged returns the message of a failure that has none.
func (w *wrapped) logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.log) == 0 {
		return "the test failed"
	}
	return strings.Join(w.log, "\n")
}

// Fail implements [Failer].
func (w *wrapped) Fail() {
	w.keep(w.logged())
	if goroutine() == w.own {
		runtime.Goexit()
	}
}

// FailNow implements [Failer].
func (w *wrapped) FailNow() { w.end(w.logged()) }

// Fatal implements [Failer].
func (w *wrapped) Fatal(args ...any) { w.end(line(args)) }

// Fatalf implements [Failer].
func (w *wrapped) Fatalf(format string, args ...any) { w.end(fmt.Sprintf(format, args...)) }

// Skip implements [Failer].
func (w *wrapped) Skip(args ...any) { w.end(line(args)) }

// Log implements [Failer].
func (w *wrapped) Log(args ...any) { w.note(line(args)) }

// Logf implements [Failer].
func (w *wrapped) Logf(format string, args ...any) { w.note(fmt.Sprintf(format, args...)) }

func (w *wrapped) note(message string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, message)
}

// TempDir implements [Failer].
func (w *wrapped) TempDir() string {
	dir, err := os.MkdirTemp("", "wrapped-test-")
	if err != nil {
		w.Fatalf("temporary folder: %v", err)
	}
	w.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			w.Fatalf("temporary folder: %v", err)
		}
	})
	return dir
}

// Helper implements [Failer].
func (*wrapped) Helper() {}

// Cleanup implements [Failer].
func (w *wrapped) Cleanup(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cleanups = append(w.cleanups, f)
}

// keepPanic keeps the first panic, if p is one.
func (w *wrapped) keepPanic(p any) {
	if p != nil && w.panicked == "" {
		w.panicked = fmt.Sprintf("%v\n\n%s", p, debug.Stack())
	}
}

// cleanUp calls what was given to Cleanup, the latest first, also when one of them ends
// the goroutine or adds another.
func (w *wrapped) cleanUp() {
	w.mu.Lock()
	n := len(w.cleanups)
	if n == 0 {
		w.mu.Unlock()
		return
	}
	last := w.cleanups[n-1]
	w.cleanups = w.cleanups[:n-1]
	w.mu.Unlock()
	defer w.cleanUp()
	last()
}

// goroutine tells the calling goroutine from others: "goroutine" and its number.
func goroutine() string {
	var stack [64]byte
	name, _, _ := strings.Cut(string(stack[:runtime.Stack(stack[:], false)]), " [")
	return name
}

// line formats arguments as a test's Log does.
func line(args []any) string { return strings.TrimSuffix(fmt.Sprintln(args...), "\n") }

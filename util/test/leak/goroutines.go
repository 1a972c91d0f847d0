// SPDX-License-Identifier: Apache-2.0

package leak

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/krtkit/krtkit/util/test"
)

// label is what Mark marks goroutines with.
const label = "krtkit.leak.Mark"

// Check fails the test if goroutines that it started, or that those started, are still
// there when the test is over. Whatever ends them has to be given to Cleanup after this
// call, so that it is done before the check.
//
// It must be called by the test's own goroutine, once. Goroutines of a subtest that
// calls Check itself are checked there only.
func Check(t test.Failer, opts ...Option) {
	t.Helper()
	left := Mark(opts...)
	t.Cleanup(func() {
		if stacks := left(); stacks != "" {
			t.Logf("goroutines are left:\n\n%s", stacks)
			t.Fail()
		}
	})
}

// Mark is [Check] for a part of a test: a piece of work of the calling goroutine that
// begins now. What it returns is to be called by the same goroutine. It ends the work,
// waits for all goroutines that were started by it, directly or by others of them, and
// returns the stacks of those that do not end, or "". Marks do not nest: the latest one
// counts.
func Mark(opts ...Option) (left func() string) {
	c := newConfig(opts)
	mark := new(int64)
	id := fmt.Sprintf("%p", mark) // unique as long as something refers to it
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(label, id)))
	return func() string {
		defer runtime.KeepAlive(mark)
		pprof.SetGoroutineLabels(context.Background())
		return strings.Join(c.await(func() []string { return labelled(id) }), "\n\n")
	}
}

// CheckMain runs the tests of a package and fails if goroutines are left when they have
// passed. It is for TestMain:
//
//	func TestMain(m *testing.M) { leak.CheckMain(m) }
//
// It returns if the tests have failed or left nothing, and otherwise writes the stacks
// to the standard error and ends the process with code 1.
func CheckMain(m interface{ Run() int }, opts ...Option) {
	c := newConfig(opts)
	c.ignored = append(c.ignored, "os/signal.loop") // the first to ask for signals starts it, for ever
	before := map[string]bool{}
	for _, stack := range goroutines() {
		before[number(stack)] = true
	}
	if m.Run() != 0 {
		return
	}
	left := c.await(func() []string {
		return slices.DeleteFunc(goroutines(), func(stack string) bool { return before[number(stack)] })
	})
	if len(left) > 0 {
		fmt.Fprintf(os.Stderr, "leak: goroutines are left of the tests:\n\n%s\n", strings.Join(left, "\n\n"))
		os.Exit(1) //nolint:forbidigo // a test binary's main has no other way to fail after its tests
	}
}

// labelled returns the stacks of the goroutines that have the label now. The profile
// has a paragraph for all goroutines with the same stack and labels.
func labelled(id string) []string {
	var profile bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1) // a write to a buffer does not fail
	mark := fmt.Sprintf("%q:%q", label, id)
	var found []string
	for p := range strings.SplitSeq(profile.String(), "\n\n") {
		if labels, _, ok := strings.Cut(p, "}"); ok && strings.Contains(labels, mark) {
			found = append(found, strings.TrimSpace(p))
		}
	}
	return found
}

// goroutines returns the stacks of all goroutines.
func goroutines() []string {
	buffer := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buffer, true)
		if n < len(buffer) {
			return strings.Split(strings.TrimSpace(string(buffer[:n])), "\n\n")
		}
		buffer = make([]byte, 2*len(buffer))
	}
}

// number returns "goroutine N" of a stack. Numbers are used once.
func number(stack string) string {
	id, _, _ := strings.Cut(stack, " [")
	return id
}

// has reports whether a function is on the stack, as goroutines or labelled write it.
func has(stack, function string) bool {
	for line := range strings.Lines(stack) {
		if strings.HasPrefix(line, function+"(") || strings.Contains(line, "\t"+function+"+0x") {
			return true
		}
	}
	return false
}

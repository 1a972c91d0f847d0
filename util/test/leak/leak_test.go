// SPDX-License-Identifier: Apache-2.0

package leak_test

import (
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/leak"
)

// leave tells TestMain what to leave behind: see leaving.
const leave = "KRTKIT_LEAK_TEST_LEAVE"

func TestMain(m *testing.M) {
	var opts []leak.Option
	if os.Getenv(leave) != "" {
		opts = append(opts, leak.WithTimeout(20*time.Millisecond))
	}
	if os.Getenv(leave) == "ignored" {
		opts = append(opts, leak.WithIgnored("github.com/krtkit/krtkit/util/test/leak_test.waitFor"))
	}
	leak.CheckMain(m, opts...)
}

// waitFor is what goroutines that are left do.
func waitFor(stop <-chan struct{}) { <-stop }

// TestLeaving is what TestCheckMain_failsIfGoroutinesAreLeft runs in another process.
func TestLeaving(t *testing.T) {
	switch os.Getenv(leave) {
	case "goroutine", "ignored":
		go waitFor(make(chan struct{}))
	case "signals":
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	case "failure":
		go waitFor(make(chan struct{}))
		t.Error("failed on purpose")
	default:
		t.Skip("only for TestCheckMain_failsIfGoroutinesAreLeft")
	}
}

func TestCheckMain_failsIfGoroutinesAreLeft(t *testing.T) {
	for what, want := range map[string]struct {
		code  int
		parts []string
	}{
		"goroutine": {1, []string{"leak: goroutines are left of the tests:", "leak_test.waitFor", "TestLeaving"}},
		"failure":   {1, []string{"failed on purpose"}},
		"ignored":   {0, []string{"PASS"}},
		"signals":   {0, []string{"PASS"}},
	} {
		t.Run(what, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLeaving$")
			cmd.Env = append(os.Environ(), leave+"="+what)
			out, err := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != want.code {
				t.Errorf("exit code %d (%v), want %d:\n%s", code, err, want.code, out)
			}
			for _, part := range want.parts {
				if !strings.Contains(string(out), part) {
					t.Errorf("the output does not say %q:\n%s", part, out)
				}
			}
			if what == "failure" && strings.Contains(string(out), "leak:") {
				t.Errorf("goroutines of tests that failed are reported:\n%s", out)
			}
		})
	}
}

func TestCheck_failsIfGoroutinesAreLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in which no time passes
		stop := make(chan struct{})
		err := test.Wrap(func(t test.Failer) {
			leak.Check(t)
			go func() {
				go waitFor(stop) // by another
			}()
		})
		if err == nil || !strings.Contains(err.Error(), "goroutines are left") || !strings.Contains(err.Error(), "leak_test.waitFor") {
			t.Errorf("got %v, want the stack", err)
		}
		close(stop)
	})
}

func TestCheck_waitsForWhatIsAboutToEnd(t *testing.T) {
	if err := test.Wrap(func(t test.Failer) {
		leak.Check(t)
		stop := test.NewStop(t)
		for range 100 {
			go func() { go waitFor(stop) }()
		}
	}); err != nil {
		t.Error(err)
	}
}

func TestCheck_leavesOutWhatIsIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		defer close(stop)
		for function, ignored := range map[string]bool{
			"github.com/krtkit/krtkit/util/test/leak_test.waitFor":    true,
			"github.com/krtkit/krtkit/util/test/leak_test.waitForAll": false,
			"leak_test.waitFor": false,
		} {
			err := test.Wrap(func(t test.Failer) {
				leak.Check(t, leak.WithIgnored(function))
				go waitFor(stop)
			})
			if (err == nil) != ignored {
				t.Errorf("%s: got %v", function, err)
			}
		}
	})
}

func TestCheck_waitsAsLongAsItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for d, want := range map[time.Duration]bool{time.Second: false, time.Minute: true} {
			err := test.Wrap(func(t test.Failer) {
				leak.Check(t, leak.WithTimeout(d))
				go func() { <-time.After(10 * time.Second) }()
			})
			if (err == nil) != want {
				t.Errorf("%v: got %v", d, err)
			}
			<-time.After(10 * time.Second)
		}
	})
}

func TestMark_seesOnlyItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		defer close(stop)
		before := leak.Mark()
		go waitFor(stop)
		after := leak.Mark()
		if stacks := after(); stacks != "" {
			t.Errorf("a goroutine that was there before is left: %s", stacks)
		}
		if stacks := before(); !strings.Contains(stacks, "leak_test.waitFor") {
			t.Errorf("what is left is not found: %q", stacks)
		}
	})
}

type node struct {
	next *node
	name string
}

func TestMustGarbageCollect_failsIfSomethingRefersToTheObject(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func() any
		want string
	}{
		{"pointer", func() any { n := &node{name: "a"}; n.next = n; return n }, "something still refers to the *leak_test.node"},
		{"map", func() any { return map[string]int{"a": 1} }, "something still refers to the map[string]int"},
		{"channel", func() any { return make(chan string, 4) }, "something still refers to the chan string"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // in which no time passes
				if err := test.Wrap(func(t test.Failer) {
					obj := tt.make()
					leak.MustGarbageCollect(t, obj)
					runtime.KeepAlive(obj)
				}); err != nil {
					t.Errorf("nothing refers to it: %v", err)
				}
				held := tt.make()
				err := test.Wrap(func(t test.Failer) { leak.MustGarbageCollect(t, held) })
				if err == nil || err.Error() != tt.want {
					t.Errorf("got %v, want %q", err, tt.want)
				}
				runtime.KeepAlive(held)
			})
		})
	}
}

func TestMustGarbageCollect_wantsWhatCanBeReferredTo(t *testing.T) {
	for _, obj := range []any{nil, 7, "text", node{}, (*node)(nil), map[string]int(nil)} {
		if err := test.Wrap(func(t test.Failer) { leak.MustGarbageCollect(t, obj) }); err == nil {
			t.Errorf("%T was accepted", obj)
		}
	}
}

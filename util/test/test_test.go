// SPDX-License-Identifier: Apache-2.0

package test_test

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/test"
)

func TestWrap_returnsTheFirstMessage(t *testing.T) {
	for name, tt := range map[string]struct {
		f    func(t test.Failer)
		want string
	}{
		"nothing":            {func(test.Failer) {}, ""},
		"a log":              {func(t test.Failer) { t.Log("all is well") }, ""},
		"Fatal":              {func(t test.Failer) { t.Fatal("port", 80, errors.New("in use")) }, "port 80 in use"},
		"Fatalf":             {func(t test.Failer) { t.Fatalf("port %d", 80) }, "port 80"},
		"Skip":               {func(t test.Failer) { t.Skip("no network") }, "no network"},
		"Fail":               {func(t test.Failer) { t.Fail() }, "the test failed"},
		"FailNow after logs": {func(t test.Failer) { t.Log("got", 1); t.Logf("want %d", 2); t.FailNow() }, "got 1\nwant 2"},
		"a second one":       {func(t test.Failer) { t.Cleanup(func() { t.Fatal("second") }); t.Fatal("first") }, "first"},
		"a cleanup":          {func(t test.Failer) { t.Cleanup(func() { t.Fatal("second") }) }, "second"},
		"Goexit":             {func(test.Failer) { runtime.Goexit() }, "the test ended its goroutine without a result"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := test.Wrap(func(t test.Failer) {
				tt.f(t)
				if tt.want != "" && name != "a cleanup" {
					t.Log("not reached")
					panic("the test goes on")
				}
			}); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWrap_cleansUpLatestFirstHoweverItEnds(t *testing.T) {
	for name, end := range map[string]func(test.Failer){
		"return": func(test.Failer) {},
		"Fatal":  func(t test.Failer) { t.Fatal("over") },
		"Skip":   func(t test.Failer) { t.Skip("over") },
		"panic":  func(test.Failer) { panic("over") },
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			note := func(s string) func() { return func() { got = append(got, s) } }
			func() {
				defer func() {
					if p := recover(); (p != nil) != (name == "panic") {
						t.Errorf("recovered %v", p)
					}
				}()
				_ = test.Wrap(func(t test.Failer) {
					t.Cleanup(note("first"))
					t.Cleanup(func() { note("second")(); t.Cleanup(note("added meanwhile")); t.Fatal("in the middle") })
					t.Cleanup(note("third"))
					end(t)
				})
			}()
			if diff := cmp.Diff([]string{"third", "second", "added meanwhile", "first"}, got); diff != "" {
				t.Errorf("cleanups mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrap_failOfAnotherGoroutineEndsNothing(t *testing.T) {
	went, goesOn := false, false
	err := test.Wrap(func(t test.Failer) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			t.Logf("unexpected %s", "event")
			t.Fail()
			went = true
		}()
		<-done
		goesOn = true
	})
	if err == nil || err.Error() != "unexpected event" || !went || !goesOn {
		t.Errorf("got %v; went on: %v and %v", err, went, goesOn)
	}
}

func TestWrap_panicIsTheCallers(t *testing.T) {
	defer func() {
		got, _ := recover().(string)
		if !strings.HasPrefix(got, "no luck\n") || !strings.Contains(got, "TestWrap_panicIsTheCallers") {
			t.Errorf("recovered %q, want the panic with its stack", got)
		}
	}()
	_ = test.Wrap(func(test.Failer) { panic("no luck") })
}

func TestWrap_temporaryFolderGoesWithTheTest(t *testing.T) {
	var dirs []string
	if err := test.Wrap(func(f test.Failer) {
		dirs = append(dirs, f.TempDir(), f.TempDir())
		for _, dir := range dirs {
			if err := os.WriteFile(dir+"/file", nil, 0o600); err != nil {
				t.Error(err)
			}
		}
	}); err != nil {
		t.Error(err)
	}
	for _, dir := range dirs {
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is there: %v", dir, err)
		}
	}
	if dirs[0] == dirs[1] {
		t.Error("two folders are one")
	}
}

func TestSetForTest_restoresWhatWasThere(t *testing.T) {
	value := []string{"old"}
	var seen []string
	err := test.Wrap(func(t test.Failer) {
		t.Cleanup(func() { seen = append(seen, value...) })
		test.SetForTest(t, &value, []string{"new"})
		t.Cleanup(func() { seen = append(seen, value...) })
		test.SetForTest(t, &value, []string{"newer"})
		seen = append(seen, value...)
		t.Fatal("failed")
	})
	if err == nil {
		t.Error("the test passed")
	}
	if diff := cmp.Diff([]string{"newer", "new", "old"}, seen); diff != "" {
		t.Errorf("values mismatch (-want +got):\n%s", diff)
	}
}

func TestSetAtomicBoolForTest_restoresWhatWasThere(t *testing.T) {
	var value atomic.Bool
	if err := test.Wrap(func(f test.Failer) {
		test.SetAtomicBoolForTest(f, &value, true)
		if !value.Load() {
			t.Error("the value is not set")
		}
	}); err != nil {
		t.Error(err)
	}
	if value.Load() {
		t.Error("the value is not restored")
	}
}

// withoutSetenv is a test that knows nothing of the environment.
type withoutSetenv struct{ test.Failer }

func TestSetEnvForTest_restoresWhatWasThere(t *testing.T) {
	const key = "KRTKIT_TEST_VARIABLE"
	look := func() string {
		if value, ok := os.LookupEnv(key); ok {
			return "=" + value
		}
		return "unset"
	}
	var seen []string
	t.Run("ownSetenv", func(t *testing.T) {
		test.SetEnvForTest(t, key, "outer")
		if err := test.Wrap(func(t test.Failer) {
			test.SetEnvForTest(withoutSetenv{t}, key, "")
			seen = append(seen, look())
		}); err != nil {
			t.Error(err)
		}
		seen = append(seen, look())
	})
	seen = append(seen, look())
	if err := test.Wrap(func(t test.Failer) { test.SetEnvForTest(t, key, "set") }); err != nil {
		t.Error(err)
	}
	seen = append(seen, look())
	if diff := cmp.Diff([]string{"=", "=outer", "unset", "unset"}, seen); diff != "" {
		t.Errorf("variable mismatch (-want +got):\n%s", diff)
	}
	if err := test.Wrap(func(t test.Failer) { test.SetEnvForTest(t, "", "set") }); err == nil {
		t.Error("a variable without a name was set")
	}
}

func TestNewStop_isClosedAtTheEnd(t *testing.T) {
	for name, early := range map[string]bool{"by the package": false, "by the test": true} {
		var stop chan struct{}
		if err := test.Wrap(func(f test.Failer) {
			stop = test.NewStop(f)
			select {
			case <-stop:
				t.Errorf("%s: closed before the end", name)
			default:
			}
			if early {
				close(stop)
			}
		}); err != nil {
			t.Error(err)
		}
		select {
		case <-stop:
		default:
			t.Errorf("%s: not closed at the end", name)
		}
	}
}

func TestNewContext_isCancelledInItsTurn(t *testing.T) {
	var seen []error
	if err := test.Wrap(func(t test.Failer) {
		later := func() {}
		t.Cleanup(func() { later() })
		ctx := test.NewContext(t)
		later = func() { seen = append(seen, ctx.Err()) }
		t.Cleanup(later)
	}); err != nil {
		t.Error(err)
	}
	if !slices.Equal([]bool{true, false}, []bool{seen[0] == nil, seen[1] == nil}) {
		t.Errorf("errors %v, want none and then one", seen)
	}
}

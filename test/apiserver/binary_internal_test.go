// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"
)

// newSource writes a module that looks like the server's and takes no time to
// build.
func newSource(t *testing.T, main string) source {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":  "module example.com/server\n\ngo 1.26.0\n\nrequire k8s.io/kubernetes v1.99.3\n",
		"main.go": main,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := readSource(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const hello = `package main

import "fmt"

func main() { fmt.Println("hello") }
`

func TestBinary_isBuiltOnceForAllWhoAsk(t *testing.T) {
	var log strings.Builder
	previous := slog.Default()
	defer slog.SetDefault(previous)
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	cache := t.TempDir()
	source := newSource(t, hello)

	const askers = 5
	paths, errs := make([]string, askers), make([]error, askers)
	var wg sync.WaitGroup
	for i := range askers {
		wg.Go(func() { paths[i], errs[i] = source.binary(t.Context(), cache) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if path != paths[0] {
			t.Errorf("one got %s, another %s", paths[0], path)
		}
	}
	if out, err := exec.CommandContext(t.Context(), paths[0]).Output(); err != nil || string(out) != "hello\n" {
		t.Errorf("the program printed %q, error %v", out, err)
	}
	if n := strings.Count(log.String(), "built kube-apiserver"); n != 1 {
		t.Errorf("built %d times, want once; log:\n%s", n, log.String())
	}
}

func TestBinary_changedSourceIsAnotherProgram(t *testing.T) {
	cache := t.TempDir()
	first := newSource(t, hello)
	second := newSource(t, strings.Replace(hello, "hello", "good-bye", 1))
	for source, want := range map[source]string{first: "hello\n", second: "good-bye\n"} {
		path, err := source.binary(t.Context(), cache)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), path).Output()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(out)); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", path, diff)
		}
	}
}

func TestBinary_failedBuildSaysWhyAndLeavesNoProgram(t *testing.T) {
	cache := t.TempDir()
	source := newSource(t, "package main\n\nfunc main() { undeclared() }\n")
	for range 2 { // the second must not find what the first left
		path, err := source.binary(t.Context(), cache)
		if err == nil {
			t.Fatalf("a program that does not compile was built: %s", path)
		}
		for _, want := range []string{"v1.99.3", "main.go:3", "undefined: undeclared"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %q does not name %q", err, want)
			}
		}
	}
}

func TestBinary_endOfContextEndsTheWaitForAnother(t *testing.T) {
	cache := t.TempDir()
	source := newSource(t, hello)
	path, err := source.binary(t.Context(), cache)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	other := flock.New(filepath.Join(filepath.Dir(path), "lock"))
	if ok, err := other.TryLock(); !ok || err != nil {
		t.Fatalf("lock: %v, error %v", ok, err)
	}
	defer func() { _ = other.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := source.binary(ctx, cache); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
}

func TestBinary_sourceIsTheModuleBesideThePackage(t *testing.T) {
	got, err := findSource(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want, err := filepath.Abs("server")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.dir); diff != "" {
		t.Errorf("folder mismatch (-want +got):\n%s", diff)
	}
	if flags := got.linkerFlags(); !strings.Contains(flags, "component-base/version.gitVersion="+got.version+" ") ||
		!strings.Contains(flags, ".gitMajor=1 ") || !strings.HasSuffix(flags, ".gitMinor=37") {
		t.Errorf("version %s gives linker flags %s", got.version, flags)
	}
}

// TestStart_failureSaysWhyAndLeavesNothing starts a program whose API server ends
// before it serves.
func TestStart_failureSaysWhyAndLeavesNothing(t *testing.T) {
	const program = `package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if os.Args[1] == %q {
		fmt.Println(%q)
		os.Exit(3)
	}
	io.Copy(io.Discard, os.Stdin)
}
`
	for _, test := range []struct {
		name, mode, message string
		attempts            int
	}{
		{name: "etcd ends", mode: "etcd", message: "etcd has no room", attempts: 1},
		{name: "API server ends", mode: "apiserver", message: "flag --x is not known", attempts: 1},
		{name: "address is taken every time", mode: "apiserver", message: "bind: address already in use", attempts: startAttempts},
	} {
		t.Run(test.name, func(t *testing.T) {
			path, err := newSource(t, fmt.Sprintf(program, test.mode, test.message)).binary(t.Context(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			temp := t.TempDir()
			t.Setenv("TMPDIR", temp)
			_, err = start(t.Context(), path)
			if err == nil {
				t.Fatal("a server that ended was said to serve")
			}
			for _, want := range []string{test.mode + " ended", "exit status 3", test.message} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			if n := strings.Count(err.Error(), test.message); n != test.attempts {
				t.Errorf("log shows %d attempts, want %d: %v", n, test.attempts, err)
			}
			left, err := os.ReadDir(temp)
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, error %v", left, err)
			}
		})
	}
}

func TestStart_endedContextStartsNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := start(ctx, "no program is run"); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, error %v", left, err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/log"
)

// rotating configures lines to go to a file of at most a megabyte and nowhere else.
func rotating(t *testing.T, change func(*log.Options)) (dir string, s *log.Scope) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "logs") // is made
	configure(t, func(o *log.Options) {
		o.OutputPaths = nil
		o.RotateOutputPath = filepath.Join(dir, "a.log")
		o.RotationMaxSize = 1
		if change != nil {
			change(o)
		}
	})
	return dir, log.RegisterScope("rotate", "")
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// openFiles returns how many files the process has open; 0 where that is not known.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// half is a message of which two fill a megabyte.
var half = strings.Repeat("x", 1<<19-100)

func TestRotation_fullFileIsRenamed(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	dir, s := rotating(t, func(o *log.Options) { o.OutputPaths = []string{out} })
	for range 3 {
		s.Info(half)
	}
	got := names(t, dir)
	if len(got) != 2 || got[1] != "a.log" || !regexp.MustCompile(`^a-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$`).MatchString(got[0]) {
		t.Fatalf("files %q, want a.log and one with a time", got)
	}
	var rotated strings.Builder
	for _, name := range got {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > 1<<20 {
			t.Errorf("%s has %d bytes, want a megabyte at most", name, len(b))
		}
		rotated.Write(b)
	}
	b, err := os.ReadFile(out)
	if err != nil || string(b) != rotated.String() {
		t.Errorf("the files together are not what went to the other path (%v)", err)
	}
}

func TestRotation_keepsOnlySoManyFiles(t *testing.T) {
	dir, s := rotating(t, func(o *log.Options) { o.RotationMaxBackups = 2 })
	open := openFiles(t)
	for range 20 {
		s.Info(half)
	}
	if n := openFiles(t) - open; n != 0 {
		t.Errorf("%d more files are open after they were renamed", n)
	}
	if got := names(t, dir); len(got) != 3 {
		t.Errorf("files %q, want 3", got)
	}
}

func TestRotation_removesOldFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		other := []string{"a-.log", "a-note.log", "b-2000-01-01T00-00-00.000.log"}
		for _, name := range append(other, "a-1999-12-30T00-00-00.000.log", "a-1999-12-31T23-00-00.000.log") {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		opts := &log.Options{RotateOutputPath: filepath.Join(dir, "a.log"), RotationMaxAge: 1}
		if err := log.Configure(opts); err != nil { // it is 2000-01-01
			t.Fatal(err)
		}
		defer log.Close()
		want := []string{"a-.log", "a-1999-12-31T23-00-00.000.log", "a-note.log", "a.log", "b-2000-01-01T00-00-00.000.log"}
		if diff := cmp.Diff(want, names(t, dir)); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
		time.Sleep(time.Second)
	})
}

func TestRotation_appendsToWhatIsThere(t *testing.T) {
	dir, s := rotating(t, nil)
	s.Info("a")
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if err := log.Configure(&log.Options{RotateOutputPath: filepath.Join(dir, "a.log")}); err != nil {
		t.Fatal(err)
	}
	s.Info("b")
	b, err := os.ReadFile(filepath.Join(dir, "a.log"))
	if want := "info\trotate\ta\ninfo\trotate\tb\n"; err != nil || withoutTimes(string(b)) != want {
		t.Errorf("file has %q, %v, want %q", b, err, want)
	}
}

func TestRotation_lineIsWrittenIfTheFileCannotBeRenamed(t *testing.T) {
	errs := filepath.Join(t.TempDir(), "errors")
	dir, s := rotating(t, func(o *log.Options) { o.ErrorOutputPaths = []string{errs} })
	for range 2 {
		s.Info(half)
	}
	open, err := os.Open(filepath.Join(dir, "a.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if err := os.Remove(filepath.Join(dir, "a.log")); err != nil {
		t.Fatal(err)
	}
	s.Info(half)
	info, err := open.Stat()
	if err != nil || info.Size() < 3*int64(len(half)) {
		t.Errorf("the file has %v bytes, %v, want all three lines", info.Size(), err)
	}
	if b, err := os.ReadFile(errs); err != nil || !strings.Contains(string(b), "log write error: rename ") {
		t.Errorf("errors %q, %v", b, err)
	}
}

func TestRotation_pathMustBeUsable(t *testing.T) {
	if err := log.Configure(&log.Options{RotateOutputPath: t.TempDir()}); err == nil {
		t.Error("a directory to rotate is no error")
	}
}

// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"bufio"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zapcore"

	"github.com/krtkit/krtkit/log"
)

// TestImport_changesNothing is about this package and those below it, which the tests
// import too.
func TestImport_changesNothing(t *testing.T) {
	for _, flags := range flagsAtStart {
		t.Errorf("importing the packages defined the flag %s", flags)
	}
	if klogAtStart {
		t.Error("importing the packages gave klog a logger")
	}
	if grpcAtStart {
		t.Error("importing the packages gave gRPC a logger")
	}
	if stdWriterAtStart != os.Stderr {
		t.Error("importing the package redirected the standard library's log")
	}
	if got, want := fmt.Sprintf("%T", slogHandlerAtStart), "*slog.defaultHandler"; got != want {
		t.Errorf("importing the package made the default of slog a %s, want %s", got, want)
	}
	if zapAtStart.Core().Enabled(zapcore.FatalLevel) {
		t.Error("importing the package replaced zap's global logger")
	}
}

func TestConfigure_everyPathGetsEveryLine(t *testing.T) {
	other := filepath.Join(t.TempDir(), "other")
	l := configure(t, func(o *log.Options) { o.OutputPaths = append(o.OutputPaths, other, other) })
	log.RegisterScope("paths", "").Info("m")
	b, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat(l.text(), 2); string(b) != want || want == "" {
		t.Errorf("the path that is given twice has %q, want %q", b, want)
	}
}

func TestConfigure_appendsToFiles(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("append", "")
	s.Info("a")
	opts := log.DefaultOptions()
	opts.OutputPaths = []string{l.path}
	if err := log.Configure(opts); err != nil {
		t.Fatal(err)
	}
	s.Info("b")
	if diff := cmp.Diff([]string{"info\tappend\ta", "info\tappend\tb"}, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestConfigure_standardStreamsAreThoseOfNow(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	old := os.Stdout
	os.Stdout = f
	err = log.Configure(log.DefaultOptions())
	os.Stdout = old
	if err != nil {
		t.Fatal(err)
	}
	log.RegisterScope("streams", "").Info("m")
	if err := log.Configure(&log.Options{}); err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	b, err := os.ReadFile(f.Name())
	if err != nil || !strings.HasSuffix(string(b), "\tinfo\tstreams\tm\n") {
		t.Errorf("the stream has %q, %v, want the line", b, err)
	}
}

func TestConfigure_writeErrorsAreReported(t *testing.T) {
	testSinks(t)
	errs := filepath.Join(t.TempDir(), "errors")
	configure(t, func(o *log.Options) {
		o.OutputPaths = []string{"test://broken"}
		o.ErrorOutputPaths = []string{errs}
	})
	log.RegisterScope("broken", "").Error("lost")
	b, err := os.ReadFile(errs)
	if want := "^" + timePattern + " log write error: permission denied\n$"; err != nil || !regexp.MustCompile(want).Match(b) {
		t.Errorf("errors = %q, %v, want %s", b, err, want)
	}
}

func TestConfigure_levelsApplyInOrder(t *testing.T) {
	for _, tt := range []struct {
		name      string
		set       func(*log.Options)
		def, a, b log.Level
	}{
		{"unlisted keep theirs", func(*log.Options) {}, log.InfoLevel, log.DebugLevel, log.DebugLevel},
		{"all", func(o *log.Options) {
			o.SetDefaultOutputLevel(log.OverrideScopeName, log.ErrorLevel)
		}, log.ErrorLevel, log.ErrorLevel, log.ErrorLevel},
		{"all, then one", func(o *log.Options) {
			o.SetDefaultOutputLevel(log.OverrideScopeName, log.ErrorLevel)
			o.SetDefaultOutputLevel("order-a", log.WarnLevel)
		}, log.ErrorLevel, log.WarnLevel, log.ErrorLevel},
		{"one, then all", func(o *log.Options) {
			o.SetDefaultOutputLevel("order-a", log.WarnLevel)
			o.SetDefaultOutputLevel(log.OverrideScopeName, log.NoneLevel)
		}, log.NoneLevel, log.NoneLevel, log.NoneLevel},
		{"twice the same", func(o *log.Options) {
			o.SetDefaultOutputLevel("order-a", log.WarnLevel)
			o.SetDefaultOutputLevel("order-b", log.ErrorLevel)
			o.SetDefaultOutputLevel("order-a", log.FatalLevel)
		}, log.InfoLevel, log.FatalLevel, log.ErrorLevel},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := log.RegisterScope("order-a", ""), log.RegisterScope("order-b", "")
			def := log.FindScope(log.DefaultScopeName)
			for _, s := range []*log.Scope{def, a, b} {
				s.SetOutputLevel(log.DebugLevel)
			}
			configure(t, tt.set)
			got := []log.Level{def.GetOutputLevel(), a.GetOutputLevel(), b.GetOutputLevel()}
			if diff := cmp.Diff([]log.Level{tt.def, tt.a, tt.b}, got); diff != "" {
				t.Errorf("levels of default, a and b (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConfigure_levelsOfBeforeAreForgotten(t *testing.T) {
	configure(t, func(o *log.Options) { o.SetDefaultOutputLevel("forgotten", log.DebugLevel) })
	configure(t, nil)
	if got := log.RegisterScope("forgotten", "").GetOutputLevel(); got != log.InfoLevel {
		t.Errorf("level of a scope that only an earlier configuration named = %v, want info", got)
	}
}

func TestClose_goesBackToTheStandardOutput(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("closed", "")
	s.Info("before")
	for range 2 {
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
	opts := log.DefaultOptions() // keep the line out of the test's output
	opts.OutputPaths = nil
	if err := log.Configure(opts); err != nil {
		t.Fatal(err)
	}
	s.Info("after")
	if diff := cmp.Diff([]string{"info\tclosed\tbefore"}, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// TestConfigure_losesNoLine changes the output under goroutines that log, and
// counts: each line must be whole and in one of the files.
func TestConfigure_losesNoLine(t *testing.T) {
	const writers, each = 4, 2000
	defer log.Close()
	dir := t.TempDir()
	opts := log.DefaultOptions()
	opts.ErrorOutputPaths = []string{filepath.Join(dir, "errors")}
	s := log.RegisterScope("counted", "")
	var wg sync.WaitGroup
	done := make(chan struct{})
	file := 0
	next := func() {
		opts.OutputPaths = []string{filepath.Join(dir, fmt.Sprintf("%d.log", file%3))}
		file++
		if err := log.Configure(opts); err != nil {
			t.Error(err)
		}
	}
	next()
	for w := range writers {
		wg.Go(func() {
			s := s.WithLabels("writer", w)
			for i := range each {
				s.WithLabels("i", i).Info("line")
			}
		})
	}
	go func() { wg.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			next()
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	logs, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range logs {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for sc := bufio.NewScanner(f); sc.Scan(); {
			_, labels, _ := strings.Cut(sc.Text(), "\tline\t")
			seen[labels]++
		}
		_ = f.Close()
	}
	for w := range writers {
		for i := range each {
			if key := fmt.Sprintf("writer=%d i=%d", w, i); seen[key] != 1 {
				t.Fatalf("line %q is there %d times, want once (files were changed %d times)", key, seen[key], file)
			}
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "errors")); err != nil || len(b) > 0 {
		t.Errorf("errors of writing: %s %v", b, err)
	}
	if file < 3 {
		t.Errorf("the output changed %d times during the test, want more: the test proves nothing", file)
	}
}

func TestScope_mayBeUsedAndChangedByAll(t *testing.T) {
	configure(t, asJSON)
	s := log.RegisterScope("concurrent", "")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 50 {
				d := s.WithLabels("i", i, "n", n)
				d.Info("m")
				d.SetLogCallers(n%2 == 0)
				d.SetStackTraceLevel(log.Level(n % 6))
				d.SetOutputLevel(log.Level(n % 6))
				log.RegisterScope(fmt.Sprintf("concurrent-%d", n), "described")
				_ = log.FindScope(fmt.Sprintf("concurrent-%d", n)).Description()
				slog.With("scope", "concurrent").Warn("m", "at", time.Now())
				_ = log.Scopes()
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			if err := log.Configure(&log.Options{}); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
}

// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"errors"
	"fmt"
	stdlog "log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/krtkit/krtkit/log"
)

// The tests of this file are named after defects of the package that this one
// takes its names from: each shows that the defect is not here.

func TestRegression_L1_siblingsKeepTheirLabels(t *testing.T) {
	l := configure(t, nil)
	parent := log.RegisterScope("l1", "").WithLabels("a", 1).WithLabels("b", 2).WithLabels("c", 3)
	x, y := parent.WithLabels("x", "x"), parent.WithLabels("y", "y")
	x.Info("m")
	y.Info("m")
	if diff := cmp.Diff([]string{"info\tl1\tm\ta=1 b=2 c=3 x=x", "info\tl1\tm\ta=1 b=2 c=3 y=y"}, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	var wg sync.WaitGroup // for the race detector
	for i := range 4 {
		wg.Go(func() { parent.WithLabels("i", i).Info("m") })
	}
	wg.Wait()
}

func TestRegression_L2_errorsKeepTheirTextInJSON(t *testing.T) {
	l := configure(t, asJSON)
	log.RegisterScope("l2", "").WithLabels("err", fmt.Errorf("outer: %w", errors.New("inner"))).Error("m")
	if got := l.object()["err"]; got != "outer: inner" {
		t.Errorf("err = %v, want the text of the error", got)
	}
}

func TestRegression_L3_wrongArgumentsAreNotLost(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("l3", "")
	s.WithLabels("a", 1, "dangling").Info("m")
	s.WithLabels("a", 1, 2, "b", 3).Info("m")
	s.WithLabels(1).WithLabels(2, "a", 3, 4).Info("m")
	want := []string{
		"info\tl3\tm\ta=1 !BADKEY=dangling",
		"info\tl3\tm\ta=1 !BADKEY=2 b=3",
		"info\tl3\tm\t!BADKEY=1 !BADKEY2=2 a=3 !BADKEY3=4",
	}
	if diff := cmp.Diff(want, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestRegression_L4_stackTracesFromTheirLevelOn(t *testing.T) {
	for _, name := range []string{log.DefaultScopeName, "l4"} {
		l := configure(t, asJSON)
		s := log.RegisterScope(name, "")
		s.SetStackTraceLevel(log.ErrorLevel)
		t.Cleanup(func() { s.SetStackTraceLevel(log.NoneLevel) })
		s.Warn("m")
		if stack, ok := l.object()["stack"]; ok {
			t.Errorf("%s: a warning has a stack trace although the level is error: %v", name, stack)
		}
		s.Error("m")
		const first = "github.com/krtkit/krtkit/log_test.TestRegression_L4_stackTracesFromTheirLevelOn\n\t"
		if stack, _ := l.object()["stack"].(string); !strings.HasPrefix(stack, first) {
			t.Errorf("%s: stack trace %q does not begin with the caller", name, stack)
		}
	}
}

func TestRegression_L5_laterScopesFollowTheConfiguration(t *testing.T) {
	configure(t, func(o *log.Options) {
		o.SetDefaultOutputLevel(log.OverrideScopeName, log.WarnLevel)
		o.SetDefaultOutputLevel("l5-own", log.DebugLevel)
	})
	if got := log.RegisterScope("l5", "").GetOutputLevel(); got != log.WarnLevel {
		t.Errorf("level of a later scope = %v, want the one for all, warn", got)
	}
	own := log.RegisterScope("l5-own", "")
	if got := own.GetOutputLevel(); got != log.DebugLevel {
		t.Errorf("level of a later scope = %v, want its own, debug", got)
	}
	own.SetOutputLevel(log.ErrorLevel)
	if got := log.RegisterScope("l5-own", "").GetOutputLevel(); got != log.ErrorLevel {
		t.Errorf("level after registering again = %v, want what the code set, error", got)
	}
}

func TestRegression_L6_emptyOptionsDiscard(t *testing.T) {
	s := log.RegisterScope("l6", "")
	s.SetOutputLevel(log.DebugLevel)
	if err := log.Configure(&log.Options{}); err != nil {
		t.Fatalf("Configure with zero options: %v", err)
	}
	defer log.Close()
	s.Error("nowhere")
	slog.Error("nowhere")
	if got := s.GetOutputLevel(); got != log.DebugLevel {
		t.Errorf("level = %v, want it untouched, debug", got)
	}
}

func TestRegression_L7_filesAreClosed(t *testing.T) {
	testSinks(t)
	open := openSinks.Load()
	for range 50 {
		opts := log.DefaultOptions()
		opts.OutputPaths, opts.ErrorOutputPaths = []string{"test://a", "test://b"}, []string{"test://c"}
		if err := log.Configure(opts); err != nil {
			t.Fatal(err)
		}
		if got := openSinks.Load() - open; got != 3 {
			t.Fatalf("%d outputs are open under a configuration of 3", got)
		}
	}
	opts := log.DefaultOptions()
	opts.OutputPaths = []string{"test://a", t.TempDir()}
	if err := log.Configure(opts); err == nil {
		t.Error("a directory as output is no error")
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if got := openSinks.Load() - open; got != 0 {
		t.Errorf("%d outputs are open after Close", got)
	}
}

func TestRegression_L8_lastWordsOfZapAreWritten(t *testing.T) {
	l := configure(t, nil)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("zap did not panic")
			}
		}()
		zap.L().Panic("at panic")
	}()
	zap.L().DPanic("at dpanic")
	if diff := cmp.Diff([]string{"panic\tat panic", "dpanic\tat dpanic"}, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestRegression_L11_callerIsWhoLogged(t *testing.T) {
	l := configure(t, nil)
	def, own := log.FindScope(log.DefaultScopeName), log.RegisterScope("l11", "")
	for _, s := range []*log.Scope{def, own} {
		s.SetLogCallers(true)
		t.Cleanup(func() { s.SetLogCallers(false) })
	}
	log.SetExit(t, func(int) {})
	for name, write := range map[string]func(){
		"package function":    func() { log.Info("m") },
		"package format":      func() { log.Infof("%d", 1) },
		"package fatal":       func() { log.Fatal("m") },
		"package labels":      func() { log.WithLabels("a", 1).Info("m") },
		"default scope":       func() { def.Info("m") },
		"scope":               func() { own.Warnf("%d", 1) },
		"scope labels":        func() { own.WithLabels("a", 1).Info("m") },
		"LogWithTime":         func() { own.LogWithTime(log.InfoLevel, "m", time.Now()) },
		"slog":                func() { slog.Info("m") },
		"slog with scope":     func() { slog.With("scope", "l11").Info("m") },
		"slog attr":           func() { slog.LogAttrs(t.Context(), slog.LevelInfo, "m", slog.Int("a", 1)) },
		"standard log":        func() { stdlog.Println("m") },
		"standard log logger": func() { stdlog.Default().Printf("%d", 1) },
		"zap":                 func() { zap.L().Info("m") },
		"sugared zap":         func() { zap.S().Infow("m", "a", 1) },
	} {
		write()
		lines := l.untimed()
		if last := lines[len(lines)-1]; !strings.Contains(last, "\tlog/regression_test.go:") {
			t.Errorf("%s: %q does not name this file", name, last)
		}
	}
}

func TestRegression_L12_registeringAgainChangesNothing(t *testing.T) {
	configure(t, nil)
	s := log.RegisterScope("l12", "first")
	var wg sync.WaitGroup // for the race detector
	wg.Go(func() {
		for range 100 {
			s.WithLabels("a", 1).Info(s.Description())
		}
	})
	for range 100 {
		if log.RegisterScope("l12", "second") != s {
			t.Fatal("registering again made another scope")
		}
	}
	wg.Wait()
	if got := s.Description(); got != "first" {
		t.Errorf("Description() = %q, want the first", got)
	}
}

func TestRegression_L13_slogKeepsLevelsAndAttributes(t *testing.T) {
	l := configure(t, nil)
	slog.Error("went wrong", "k", "v")
	if diff := cmp.Diff([]string{"error\twent wrong\tk=v"}, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestRegression_L14_errorsChangeNothing(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("l14", "")
	dir := t.TempDir()
	for name, spoil := range map[string]func(*log.Options){
		"directory as output":       func(o *log.Options) { o.OutputPaths = []string{dir} },
		"root as output":            func(o *log.Options) { o.OutputPaths = []string{"//"} },
		"directory as error output": func(o *log.Options) { o.ErrorOutputPaths = []string{dir} },
		"unknown scheme":            func(o *log.Options) { o.OutputPaths = []string{"none://a"} },
		"unknown level":             func(o *log.Options) { o.SetDefaultOutputLevel("x", 7) },
		"impossible scope":          func(o *log.Options) { o.SetDefaultOutputLevel("a.b", log.InfoLevel) },
	} {
		opts := log.DefaultOptions()
		opts.OutputPaths = []string{filepath.Join(dir, "other")}
		opts.SetDefaultOutputLevel("l14", log.DebugLevel)
		spoil(opts)
		if err := log.Configure(opts); err == nil {
			t.Errorf("%s: no error", name)
		}
		if s.GetOutputLevel() != log.InfoLevel {
			t.Errorf("%s: the level has changed", name)
		}
		s.Info(name)
		if lines := l.lines(); len(lines) == 0 || !strings.HasSuffix(lines[len(lines)-1], name) {
			t.Errorf("%s: lines do not go to the output of before", name)
		}
	}
}

func TestRegression_L14_syncOfTerminalsAndPipes(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	old := os.Stdout
	os.Stdout = w
	err = log.Configure(log.DefaultOptions())
	os.Stdout = old
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if err := log.Sync(); err != nil {
		t.Errorf("Sync of a pipe: %v", err)
	}
}

func TestRegression_L14_noLinesAtNone(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("l14-none", "")
	for _, level := range []log.Level{log.NoneLevel, -1, 6} {
		s.LogWithTime(level, "m", time.Now())
	}
	if lines := l.lines(); lines != nil {
		t.Errorf("lines %q, want none", lines)
	}
}

func TestRegression_L14_callersAreSwitchedOffAgain(t *testing.T) {
	s, own := log.RegisterScope("l14-callers", ""), log.RegisterScope("l14-own", "")
	withCallers := func(scopes string) {
		t.Helper()
		configure(t, func(o *log.Options) { parse(t, o, "--log_caller", scopes) })
	}
	withCallers("all")
	if !s.GetLogCallers() || !own.GetLogCallers() {
		t.Error("callers are not logged although all scopes are to")
	}
	own.SetLogCallers(true)
	withCallers("")
	if s.GetLogCallers() {
		t.Error("callers are logged although the configuration does not say so any more")
	}
	if !own.GetLogCallers() {
		t.Error("the configuration undid what the code said")
	}
}

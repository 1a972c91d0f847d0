// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/log"
)

func TestRegisterScope_sameNameSameScope(t *testing.T) {
	a := log.RegisterScope("register-same", "what it is for")
	b := log.RegisterScope("register-same", "something else")
	if a != b || log.FindScope("register-same") != a || log.Scopes()["register-same"] != a {
		t.Error("the scope is not the same everywhere")
	}
	if a.Name() != "register-same" || a.Description() != "what it is for" {
		t.Errorf("scope %q, %q; want the first description", a.Name(), a.Description())
	}
	if a.GetOutputLevel() != log.InfoLevel || a.GetStackTraceLevel() != log.NoneLevel || a.GetLogCallers() {
		t.Error("a new scope is not at info, without stack traces and callers")
	}
	if log.FindScope("register-none") != nil {
		t.Error("FindScope returned a scope that nobody registered")
	}
	if log.FindScope(log.DefaultScopeName) == nil {
		t.Error("there is no default scope")
	}
}

func TestRegisterScope_reservedCharactersPanic(t *testing.T) {
	for _, name := range []string{"a:b", "a,b", "a.b"} {
		func() {
			defer func() {
				if r, ok := recover().(string); !ok || !strings.Contains(r, name) {
					t.Errorf("RegisterScope(%q): recovered %q, want a panic that names it", name, r)
				}
			}()
			log.RegisterScope(name, "")
		}()
	}
	log.RegisterScope("", "the empty name is fine")
}

func TestScopes_returnsACopy(t *testing.T) {
	delete(log.Scopes(), log.DefaultScopeName)
	if log.Scopes()[log.DefaultScopeName] == nil {
		t.Error("deleting from the map of Scopes removed the scope")
	}
}

func TestScope_writesItsLevelAndBelow(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("levels", "")
	log.SetExit(t, func(int) {})
	levels := []log.Level{log.NoneLevel, log.FatalLevel, log.ErrorLevel, log.WarnLevel, log.InfoLevel, log.DebugLevel}
	want := 0
	for _, level := range levels {
		s.SetOutputLevel(level)
		if s.GetOutputLevel() != level {
			t.Errorf("GetOutputLevel() = %v, want %v", s.GetOutputLevel(), level)
		}
		enabled := []bool{s.FatalEnabled(), s.ErrorEnabled(), s.WarnEnabled(), s.InfoEnabled(), s.DebugEnabled()}
		for i, e := range enabled {
			if e != (level >= levels[i+1]) {
				t.Errorf("at %v, enabled at %v = %v", level, levels[i+1], e)
			}
		}
		for _, write := range []func(any){s.Fatal, s.Error, s.Warn, s.Info, s.Debug} {
			write("message")
		}
		for _, write := range []func(string, ...any){s.Fatalf, s.Errorf, s.Warnf, s.Infof, s.Debugf} {
			write("message")
		}
		want += 2 * int(level)
		if got := len(l.lines()); got != want {
			t.Errorf("after level %v there are %d lines, want %d", level, got, want)
		}
	}
}

func TestDefaultScope_packageFunctionsWriteToIt(t *testing.T) {
	l := configure(t, nil)
	s := log.FindScope(log.DefaultScopeName)
	s.SetOutputLevel(log.DebugLevel)
	defer s.SetOutputLevel(log.InfoLevel)
	exited := 0
	log.SetExit(t, func(int) { exited++ })
	for _, write := range []func(any){log.Fatal, log.Error, log.Warn, log.Info, log.Debug} {
		write("a")
	}
	for _, write := range []func(string, ...any){log.Fatalf, log.Errorf, log.Warnf, log.Infof, log.Debugf} {
		write("%d", 1)
	}
	log.WithLabels("k", "v").Info("labelled")
	want := []string{
		"fatal\ta", "error\ta", "warn\ta", "info\ta", "debug\ta",
		"fatal\t1", "error\t1", "warn\t1", "info\t1", "debug\t1", "info\tlabelled\tk=v",
	}
	if diff := cmp.Diff(want, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if exited != 2 {
		t.Errorf("exited %d times, want 2", exited)
	}
	for _, enabled := range []func() bool{log.FatalEnabled, log.ErrorEnabled, log.WarnEnabled, log.InfoEnabled, log.DebugEnabled} {
		if !enabled() {
			t.Error("a level is not enabled at debug")
		}
	}
}

func TestFatal_exitsAfterTheLineIsWritten(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("last-words", "")
	log.SetExit(t, func(code int) {
		if diff := cmp.Diff([]string{"fatal\tlast-words\tthe end"}, l.untimed()); code != 1 || diff != "" {
			t.Errorf("exit status %d, want 1; lines by then (-want +got):\n%s", code, diff)
		}
	})
	s.Fatal("the end")
}

func TestFatal_atNoneDoesNotExit(t *testing.T) {
	s := log.RegisterScope("fatal-none", "")
	s.SetOutputLevel(log.NoneLevel)
	log.SetExit(t, func(int) { t.Error("exited") })
	s.Fatal("a")
	s.Fatalf("a")
}

func TestWithLabels_keepsOrderAndParent(t *testing.T) {
	l := configure(t, nil)
	parent := log.RegisterScope("labels", "").WithLabels("foo", "bar", "baz", 123)
	child := parent.WithLabels("qux", 0.123, "foo", "override", "dur", 101*time.Millisecond)
	child.Info("a")
	parent.Info("b")
	want := []string{
		"info\tlabels\ta\tfoo=override baz=123 qux=0.123 dur=101ms",
		"info\tlabels\tb\tfoo=bar baz=123",
	}
	if diff := cmp.Diff(want, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestWithLabels_sharesSettings(t *testing.T) {
	s := log.RegisterScope("labels-shared", "described")
	d := s.WithLabels("a", 1)
	d.SetOutputLevel(log.DebugLevel)
	d.SetLogCallers(true)
	s.SetStackTraceLevel(log.ErrorLevel)
	if !s.DebugEnabled() || !s.GetLogCallers() || d.GetStackTraceLevel() != log.ErrorLevel {
		t.Error("settings of a derived scope are not those of the scope")
	}
	if d.Name() != "labels-shared" || d.Description() != "described" || log.FindScope("labels-shared") != s {
		t.Error("a derived scope has no name, or has replaced the scope")
	}
}

func TestLogWithTime_writesAtThatTime(t *testing.T) {
	l := configure(t, asJSON)
	s := log.RegisterScope("with-time", "")
	at := time.Date(33, 2, 3, 4, 5, 6, 123456999, time.FixedZone("", 3600))
	s.LogWithTime(log.WarnLevel, "then", at)
	s.LogWithTime(log.DebugLevel, "not enabled", at)
	want := `{"level":"warn","time":"0033-02-03T03:05:06.123456Z","scope":"with-time","msg":"then"}`
	if diff := cmp.Diff([]string{want}, l.lines()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	before := time.Now().Truncate(time.Microsecond)
	s.LogWithTime(log.InfoLevel, "now", time.Time{})
	got, err := time.Parse(time.RFC3339Nano, l.object()["time"].(string))
	if err != nil || got.Before(before) || got.After(time.Now()) {
		t.Errorf("time of a line with zero time = %v, %v, want now", got, err)
	}
}

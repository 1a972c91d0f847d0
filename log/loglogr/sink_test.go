// SPDX-License-Identifier: Apache-2.0

package loglogr_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/log"
	"github.com/krtkit/krtkit/log/loglogr"
	"github.com/krtkit/krtkit/log/logtest"
)

// text returns the lines as level, message, labels and caller.
func text(logged *logtest.Recorder) []string {
	var lines []string
	for _, l := range logged.Lines(log.Filter{Scopes: []string{"logr"}}) {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%v %s %s %s", l.Level, l.Message, l.Labels, l.Caller)))
	}
	return lines
}

func TestNewLogrAdapter_linesKeepLevelsAndLabels(t *testing.T) {
	logged := logtest.Record(t)
	scope := log.RegisterScope("logr", "")
	logtest.SetLevel(t, scope, log.DebugLevel)
	l := loglogr.NewLogrAdapter(scope.WithLabels("a", 1))
	l.Info("info\n")
	l.V(3).Info("three")
	l.V(2).V(2).Info("four", "k", "v")
	l.Error(errors.New("broken"), "while at it", "k", 2)
	l.Error(nil, "no error\n")
	l.WithValues("b", 2).WithValues("c", 3, "b", 4).Info("values")
	l.WithName("x").WithName("y").Info("named", []any{"dangling"}...)
	want := []string{
		`info info {"a":1}`, `info three {"a":1}`, `debug four {"a":1,"k":"v"}`,
		`error broken: while at it {"a":1,"k":2}`, `error no error {"a":1}`,
		`info values {"a":1,"b":4,"c":3}`, `info named {"a":1,"logger":"x/y","!BADKEY":"dangling"}`,
	}
	if diff := cmp.Diff(want, text(logged)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestNewLogrAdapter_scopeDecidesLater(t *testing.T) {
	logged := logtest.Record(t)
	scope := log.RegisterScope("logr", "")
	logtest.SetLevel(t, scope, log.ErrorLevel)
	l := loglogr.NewLogrAdapter(scope)
	if l.Enabled() {
		t.Error("info is enabled while the scope is at error")
	}
	l.Info("not written")
	scope.SetOutputLevel(log.InfoLevel)
	l.Info("info")
	if l.V(4).Enabled() {
		t.Error("verbosity 4 is enabled while the scope is at info")
	}
	scope.SetOutputLevel(log.NoneLevel)
	l.Error(nil, "not written")
	if diff := cmp.Diff([]string{"info"}, logged.Messages("logr")); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// helper logs for its caller.
func helper(l logr.Logger) { l.WithCallDepth(1).Info("by a helper") }

func TestRegression_L11_callerIsWhoLoggedWithLogr(t *testing.T) {
	logged := logtest.Record(t)
	scope := log.RegisterScope("logr", "")
	scope.SetLogCallers(true)
	scope.SetStackTraceLevel(log.ErrorLevel)
	t.Cleanup(func() { scope.SetLogCallers(false); scope.SetStackTraceLevel(log.NoneLevel) })
	l := loglogr.NewLogrAdapter(scope)
	_, _, line, _ := runtime.Caller(0)
	l.Info("m")
	l.WithValues("k", "v").Error(nil, "m")
	helper(l)
	got := logged.Lines(log.Filter{Scopes: []string{"logr"}})
	for i, l := range got {
		if want := fmt.Sprintf("loglogr/sink_test.go:%d", line+1+i); l.Caller != want {
			t.Errorf("caller %q, want %q", l.Caller, want)
		}
	}
	if !strings.HasPrefix(got[1].Stack, "github.com/krtkit/krtkit/log/loglogr_test.TestRegression_L11") {
		t.Errorf("stack %q does not begin with the caller", got[1].Stack)
	}
}

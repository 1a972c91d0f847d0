// SPDX-License-Identifier: Apache-2.0

package logtest_test

import (
	"bytes"
	"io"
	stdlog "log"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/krtkit/krtkit/log"
	"github.com/krtkit/krtkit/log/logtest"
	"github.com/krtkit/krtkit/util/test/leak"
)

func TestMain(m *testing.M) { leak.CheckMain(m) }

// output is a test whose output can be looked at.
type output struct {
	testing.TB

	text bytes.Buffer
}

func (o *output) Output() io.Writer { return &o.text }

func TestRecord_hasWhatIsLogged(t *testing.T) {
	s := log.RegisterScope("recorded", "")
	s.Debug("before")
	out := &output{TB: t}
	logged := logtest.Record(out, func(o *log.Options) { o.SetDefaultOutputLevel("recorded", log.DebugLevel) })
	s.Debug("a")
	slog.With("scope", "recorded").Warn("b")
	stdlog.Println("standard")
	zap.L().Info("by zap")
	if diff := cmp.Diff([]string{"a", "b"}, logged.Messages("recorded")); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if lines := logged.Lines(log.Filter{Text: "by"}); len(lines) != 1 || lines[0].Message != "by zap" {
		t.Errorf("lines with a text: %+v", lines)
	}
	if n := strings.Count(out.text.String(), "\n"); n != 4 {
		t.Errorf("the output of the test has %d lines, want 4:\n%s", n, out.text.String())
	}
}

func TestRecord_restoresLoggers(t *testing.T) {
	std, structured, zapped := stdlog.Writer(), slog.Default(), zap.L()
	stdlog.SetPrefix("prefix")
	defer stdlog.SetPrefix("")
	t.Run("recording", func(t *testing.T) { logtest.Record(t) })
	if stdlog.Writer() != std || stdlog.Prefix() != "prefix" || slog.Default() != structured || zap.L() != zapped {
		t.Error("the loggers of other packages are not those of before")
	}
}

func TestWait_returnsTheLineWhenItIsThere(t *testing.T) {
	logged := logtest.Record(t)
	s := log.RegisterScope("waited", "")
	go func() {
		s.Info("other")
		s.Infow("expected", "k", 1)
	}()
	line := logged.Wait(log.Filter{Scopes: []string{"waited"}, Text: "expected"})
	if string(line.Labels) != `{"k":1}` {
		t.Errorf("line %+v", line)
	}
}

func TestSetLevel_isUndone(t *testing.T) {
	s := log.RegisterScope("leveled", "")
	t.Run("inner", func(t *testing.T) {
		logtest.SetLevel(t, s, log.DebugLevel)
		if !s.DebugEnabled() {
			t.Error("the level is not set")
		}
	})
	if s.GetOutputLevel() != log.InfoLevel {
		t.Errorf("level %v after the test, want info", s.GetOutputLevel())
	}
}

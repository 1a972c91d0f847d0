// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/log"
)

func TestScope_labelsOfALine(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("fields", "")
	s.SetOutputLevel(log.DebugLevel)
	log.SetExit(t, func(int) {})
	bound := s.WithLabels("a", 1)
	ctx := log.With(log.With(t.Context(), "request", 7, "user", "u"), "request", 8)
	for _, write := range []func(string, ...any){bound.Fatalw, bound.Errorw, bound.Warnw, bound.Infow, bound.Debugw} {
		write("w", "b", 2, slog.Int("c", 3))
	}
	for _, write := range []func(context.Context, string, ...any){bound.ErrorContext, bound.WarnContext, bound.InfoContext, bound.DebugContext} {
		write(ctx, "ctx", "b", 2)
	}
	s.Infow("mistakes", 1, "b", 2, "dangling")
	bound.LogAttrs(ctx, log.InfoLevel, "attrs", slog.String("b", "two"), slog.Attr{}, slog.Group("g", "c", 3))
	s.LogAttrs(t.Context(), log.NoneLevel, "not written")
	s.Slog().WithGroup("g").InfoContext(ctx, "slog", "b", 2)
	want := []string{
		"fatal\tfields\tw\ta=1 b=2 c=3", "error\tfields\tw\ta=1 b=2 c=3", "warn\tfields\tw\ta=1 b=2 c=3",
		"info\tfields\tw\ta=1 b=2 c=3", "debug\tfields\tw\ta=1 b=2 c=3",
		"error\tfields\tctx\trequest=8 user=u a=1 b=2", "warn\tfields\tctx\trequest=8 user=u a=1 b=2",
		"info\tfields\tctx\trequest=8 user=u a=1 b=2", "debug\tfields\tctx\trequest=8 user=u a=1 b=2",
		"info\tfields\tmistakes\t!BADKEY=1 b=2 !BADKEY=dangling",
		"info\tfields\tattrs\trequest=8 user=u a=1 b=two g.c=3",
		"info\tfields\tslog\trequest=8 user=u g.b=2",
	}
	if diff := cmp.Diff(want, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestDefaultScope_labelsOfALine(t *testing.T) {
	l := configure(t, nil)
	log.FindScope(log.DefaultScopeName).SetOutputLevel(log.DebugLevel)
	log.SetExit(t, func(int) {})
	for _, write := range []func(string, ...any){log.Fatalw, log.Errorw, log.Warnw, log.Infow, log.Debugw} {
		write("w", "b", 2)
	}
	for _, write := range []func(context.Context, string, ...any){log.ErrorContext, log.WarnContext, log.InfoContext, log.DebugContext} {
		write(log.With(t.Context(), "a", 1), "ctx", "b", 2)
	}
	want := []string{
		"fatal\tw\tb=2", "error\tw\tb=2", "warn\tw\tb=2", "info\tw\tb=2", "debug\tw\tb=2",
		"error\tctx\ta=1 b=2", "warn\tctx\ta=1 b=2", "info\tctx\ta=1 b=2", "debug\tctx\ta=1 b=2",
	}
	if diff := cmp.Diff(want, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestLazy_isAskedOnlyForLinesThatAreWritten(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("lazy", "")
	asked := 0
	value := log.Lazy(func() any { asked++; return time.Second })
	if got := slog.AnyValue(log.Lazy(func() any { return float32(0.5) })).Resolve().String(); got != "0.5" {
		t.Errorf("the value of other loggers is %s, want 0.5", got)
	}
	s.Debugw("m", "v", value)
	s.LogAttrs(t.Context(), log.DebugLevel, "m", slog.Any("v", value))
	s.WithLabels("v", value).Debug("m")
	if asked != 0 {
		t.Errorf("the value was made %d times for lines that are not written", asked)
	}
	s.Infow("m", "v", value)
	s.WithLabels("v", value).Info("m")
	if diff := cmp.Diff([]string{"info\tlazy\tm\tv=1s", "info\tlazy\tm\tv=1s"}, l.untimed()); diff != "" || asked != 2 {
		t.Errorf("value made %d times, want twice; lines (-want +got):\n%s", asked, diff)
	}
}

func TestWithContextLabels_addsToLinesWithAContext(t *testing.T) {
	type key struct{}
	l := configure(t, func(o *log.Options) {
		o.WithContextLabels(func(ctx context.Context, attrs []slog.Attr) []slog.Attr {
			if id, ok := ctx.Value(key{}).(string); ok {
				attrs = append(attrs, slog.String("id", id))
			}
			return attrs
		})
	})
	s := log.RegisterScope("context", "")
	ctx := context.WithValue(log.With(t.Context(), "a", 1), key{}, "x")
	s.InfoContext(ctx, "m", "b", 2)
	s.InfoContext(t.Context(), "m")
	s.Info("m")
	slog.InfoContext(ctx, "m", "b", 2)
	want := []string{"info\tcontext\tm\ta=1 id=x b=2", "info\tcontext\tm", "info\tcontext\tm", "info\tm\ta=1 id=x b=2"}
	if diff := cmp.Diff(want, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestLogRecord_writesARecordOfSlog(t *testing.T) {
	l := configure(t, asJSON)
	s := log.RegisterScope("record", "").WithLabels("a", 1)
	r := slog.NewRecord(at, slog.LevelError, "m", 0)
	r.Add("scope", "is a label")
	s.LogRecord(t.Context(), log.WarnLevel, r)
	s.LogRecord(t.Context(), log.DebugLevel, r)
	s.LogRecord(t.Context(), log.NoneLevel, r)
	want := []string{`{"level":"warn","time":"2026-01-02T03:04:05.000000Z","scope":"record","msg":"m","a":1,"scope_":"is a label"}`}
	if diff := cmp.Diff(want, l.lines()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestWithStackdriverLoggingFormat(t *testing.T) {
	l := configure(t, func(o *log.Options) { o.WithStackdriverLoggingFormat() })
	s := log.RegisterScope("stackdriver", "").WithLabels("d", 1500*time.Millisecond, "severity", 1, "level", 2)
	for _, level := range []log.Level{log.FatalLevel, log.ErrorLevel, log.WarnLevel, log.InfoLevel} {
		s.LogWithTime(level, "m", at)
	}
	stamp := at.Format(time.RFC3339Nano)
	var want []string
	for _, severity := range []string{"Critical", "Error", "Warning", "Info"} {
		want = append(want, `{"severity":"`+severity+`","timestamp":"`+stamp+`","logger":"stackdriver","message":"m","d":1.5,"severity_":1,"level":2}`)
	}
	if diff := cmp.Diff(want, l.lines()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

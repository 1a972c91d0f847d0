// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/log"
)

func TestSlogHandler_keepsTheContractOfSlog(t *testing.T) {
	var l *logged
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		t.Helper()
		l = configure(t, asJSON)
		return log.NewSlogHandler(log.RegisterScope("slogtest", ""))
	}, func(*testing.T) map[string]any {
		return l.object()
	})
}

func TestSlogHandler_attributeChoosesTheScope(t *testing.T) {
	l := configure(t, func(o *log.Options) { o.SetDefaultOutputLevel("slog-later", log.DebugLevel) })
	logger := slog.New(log.NewSlogHandler(log.RegisterScope("slog-base", "")))
	logger.Info("a")
	logger.With("scope", "slog-made", "k", 1).Info("b")
	logger.Info("c", "k", 1, "scope", "slog-made")
	logger.With("scope", "slog-later").Debug("d")
	logger.With("scope", "slog.with:reserved,").Info("e")
	logger.WithGroup("g").Info("f", "scope", "not in a group")
	logger.With("scope", 7).Info("g")
	want := []string{
		"info\tslog-base\ta",
		"info\tslog-made\tb\tk=1",
		"info\tslog-made\tc\tk=1",
		"debug\tslog-later\td",
		"info\tslog_with_reserved_\te",
		"info\tslog-base\tf\tg.scope=not in a group",
		"info\tslog-base\tg\tscope=7",
	}
	if diff := cmp.Diff(want, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if log.FindScope("slog-made") == nil {
		t.Error("the scope that a logger asked for is not registered")
	}
	if s := log.RegisterScope("slog-made", "described later"); s.Description() != "described later" {
		t.Errorf("description = %q, want the one that was given later", s.Description())
	}
}

func TestSlogHandler_levelsChangeWhileItIsUsed(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("slog-levels", "")
	logger := slog.Default().With("scope", "slog-levels")
	for _, step := range []struct {
		level log.Level
		want  []bool // debug, info, warn, error
	}{
		{log.InfoLevel, []bool{false, true, true, true}},
		{log.DebugLevel, []bool{true, true, true, true}},
		{log.ErrorLevel, []bool{false, false, false, true}},
		{log.NoneLevel, []bool{false, false, false, false}},
	} {
		s.SetOutputLevel(step.level)
		for i, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
			before := len(l.lines())
			logger.Log(t.Context(), level, "m")
			wrote := len(l.lines()) > before
			if enabled := logger.Enabled(t.Context(), level); wrote != step.want[i] || enabled != wrote {
				t.Errorf("scope at %v, line at %v: written %v, enabled %v, want %v", step.level, level, wrote, enabled, step.want[i])
			}
		}
	}
}

func TestSlogHandler_lineThatNamesItsScopeMustPassIt(t *testing.T) {
	l := configure(t, nil)
	log.RegisterScope("slog-quiet", "").SetOutputLevel(log.ErrorLevel)
	slog.Info("m", "scope", "slog-quiet")
	slog.Error("m", "scope", "slog-quiet")
	if diff := cmp.Diff([]string{"error\tslog-quiet\tm"}, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

type secret string

func (secret) LogValue() slog.Value { return slog.StringValue("***") }

func TestSlogHandler_groupsAndValues(t *testing.T) {
	for _, tt := range []struct {
		name        string
		log         func(*slog.Logger)
		plain, json string
	}{
		{
			"groups", func(l *slog.Logger) {
				l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h").Info("m", "c", 3, slog.Group("i", "d", 4))
			},
			"\ta=1 g.b=2 g.h.c=3 g.h.i.d=4", `,"a":1,"g":{"b":2,"h":{"c":3,"i":{"d":4}}}`,
		},
		{"empty groups", func(l *slog.Logger) {
			l.WithGroup("g").LogAttrs(t.Context(), slog.LevelInfo, "m", slog.Group("i"), slog.Group("j", slog.Group("k")), slog.Attr{})
		}, "", ""},
		{"group without a name", func(l *slog.Logger) { l.Info("m", slog.Group("", "a", 1)) }, "\ta=1", `,"a":1`},
		{"siblings", func(l *slog.Logger) {
			base := l.With("a", 1, "b", 2, "c", 3)
			_ = base.With("x", 1)
			base.With("y", 2).Info("m")
		}, "\ta=1 b=2 c=3 y=2", `,"a":1,"b":2,"c":3,"y":2`},
		{"log valuer", func(l *slog.Logger) { l.Info("m", "s", secret("hunter2")) }, "\ts=***", `,"s":"***"`},
		{"error", func(l *slog.Logger) { l.Info("m", "err", errors.New("e")) }, "\terr=e", `,"err":"e"`},
		{"time", func(l *slog.Logger) {
			l.Info("m", "t", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
		}, "\tt=2026-01-02 03:04:05 +0000 UTC", `,"t":"2026-01-02T03:04:05Z"`},
		{
			"level column", func(l *slog.Logger) { l.Info("m", "msg", 1, slog.Group("level", "msg", 2)) },
			"\tmsg=1 level.msg=2", `,"msg_":1,"level_":{"msg":2}`,
		},
		{"no key", func(l *slog.Logger) { l.Info("m", []any{"dangling"}...) }, "\t!BADKEY=dangling", `,"!BADKEY":"dangling"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			logger := log.RegisterScope("slog-values", "").Slog()
			l := configure(t, nil)
			tt.log(logger)
			if diff := cmp.Diff([]string{"info\tslog-values\tm" + tt.plain}, l.untimed()); diff != "" {
				t.Errorf("plain (-want +got):\n%s", diff)
			}
			l = configure(t, asJSON)
			tt.log(logger)
			if want := `"msg":"m"` + tt.json + "}\n"; !strings.HasSuffix(l.text(), want) {
				t.Errorf("JSON ends in %q, want %q", l.text(), want)
			}
		})
	}
}

func TestSlogHandler_keepsLabelsOfTheScope(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("slog-labels", "").WithLabels("a", 1)
	s.Slog().With("b", 2).Info("m", "c", 3)
	s.Info("n")
	if diff := cmp.Diff([]string{"info\tslog-labels\tm\ta=1 b=2 c=3", "info\tslog-labels\tn\ta=1"}, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

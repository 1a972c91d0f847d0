// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/slogtest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/krtkit/krtkit/log"
)

// TestWithSlogHandler_keepsTheContractOfSlog sends records through a scope and out again.
func TestWithSlogHandler_keepsTheContractOfSlog(t *testing.T) {
	var text bytes.Buffer
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		t.Helper()
		text.Reset()
		configure(t, func(o *log.Options) { o.WithSlogHandler(slog.NewJSONHandler(&text, nil)) })
		return log.NewSlogHandler(log.RegisterScope("slogtest", ""))
	}, func(t *testing.T) map[string]any {
		t.Helper()
		m := map[string]any{}
		if err := json.Unmarshal(text.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		return m
	})
}

func TestWithSlogHandler_getsEveryLine(t *testing.T) {
	var text bytes.Buffer
	l := configure(t, func(o *log.Options) {
		o.WithSlogHandler(slog.NewTextHandler(&text, &slog.HandlerOptions{
			Level: slog.LevelInfo, AddSource: true,
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				switch a.Key {
				case slog.TimeKey:
					return slog.Attr{}
				case slog.SourceKey:
					src, _ := a.Value.Any().(*slog.Source)
					return slog.String("source", filepath.Base(src.File)+":"+strconv.Itoa(src.Line))
				case "stack":
					first, _, _ := strings.Cut(a.Value.String(), "\n")
					return slog.String("stack", first[strings.LastIndex(first, ".")+1:])
				}
				return a
			},
		}))
	})
	s := log.RegisterScope("out", "")
	s.SetOutputLevel(log.DebugLevel)
	s.SetLogCallers(true)
	s.SetStackTraceLevel(log.ErrorLevel)
	s.Debug("not enabled in the handler")
	_, _, line, _ := runtime.Caller(0)
	s.WithLabels("a", float32(0.5)).Errorw("m", "err", errors.New("e"))
	s.LogWithTime(log.FatalLevel, "last", at)
	s.SetLogCallers(false)
	s.Slog().WithGroup("g").With("b", 1).WithGroup("h").Warn("groups", "c", 2)
	zap.L().Named("sub").With(zap.Int("n", 1)).Info("zap", zap.Namespace("ns"), zap.String("k", "v"))
	want := []string{
		fmt.Sprintf("level=ERROR source=slog_out_test.go:%d", line+1) + " msg=m scope=out a=0.5 err=e stack=TestWithSlogHandler_getsEveryLine",
		fmt.Sprintf("level=ERROR+4 source=slog_out_test.go:%d", line+2) + " msg=last scope=out stack=TestWithSlogHandler_getsEveryLine",
		"level=WARN msg=groups scope=out g.b=1 g.h.c=2",
		"level=INFO msg=zap scope=sub n=1 ns.k=v",
	}
	got := strings.Split(strings.TrimSpace(text.String()), "\n")
	for i := range got { // the place of records without one is empty
		got[i] = regexp.MustCompile(` source=\.?:0`).ReplaceAllString(got[i], "")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if n := len(l.lines()); n < 5 {
		t.Errorf("the file has %d lines, want all", n)
	}
}

// failing is a handler whose records cannot be written.
type failing struct {
	slog.Handler

	enabled bool
}

func (f failing) Enabled(context.Context, slog.Level) bool { return f.enabled }

func (failing) Handle(context.Context, slog.Record) error { return io.ErrClosedPipe }

func TestWithSlogHandler_errors(t *testing.T) {
	own := log.NewSlogHandler(log.RegisterScope("out", ""))
	if err := log.Configure((&log.Options{}).WithSlogHandler(own)); err == nil {
		t.Error("a handler that writes to scopes is no error")
	}
	errs := filepath.Join(t.TempDir(), "errors")
	configure(t, func(o *log.Options) {
		o.ErrorOutputPaths = []string{errs}
		o.WithSlogHandler(failing{slog.DiscardHandler, false})
		o.WithSlogHandler(failing{slog.DiscardHandler, true})
	})
	log.RegisterScope("out", "").Info("m")
	b, err := os.ReadFile(errs)
	if n := strings.Count(string(b), " log write error: "+io.ErrClosedPipe.Error()+"\n"); err != nil || n != 1 {
		t.Errorf("errors %q, %v, want one: the other handler is not enabled", b, err)
	}
}

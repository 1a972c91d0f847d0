// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/krtkit/krtkit/log"
)

// discard configures lines to go nowhere until the test ends.
func discard(tb testing.TB, json bool) {
	tb.Helper()
	if err := log.Configure((&log.Options{JSONEncoding: json}).WithWriter(io.Discard)); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = log.Close()
		log.ForgetScopes()
	})
}

// TestCost_allocations holds the number of allocations of a line where it is.
func TestCost_allocations(t *testing.T) {
	s := log.RegisterScope("cost", "")
	bound := s.WithLabels("name", "web-1", "count", 12345, "ready", true, "took", time.Second)
	logger := s.Slog()
	callers := log.RegisterScope("cost-callers", "")
	callers.SetLogCallers(true)
	name, count := "web-1", 12345
	ctx, labelled := t.Context(), log.With(t.Context(), "request", 7)
	for _, tt := range []struct {
		name string
		want float64
		log  func()
	}{
		{"Info", 0, func() { s.Info("message") }},
		{"Infof", 1, func() { s.Infof("pod %s", name) }},
		{"labels of the scope", 0, func() { bound.Info("message") }},
		{"typed labels", 0, func() {
			s.LogAttrs(ctx, log.InfoLevel, "message", slog.String("name", name), slog.Int("count", count), slog.Duration("took", time.Second))
		}},
		{"labels of a context", 0, func() { bound.LogAttrs(labelled, log.InfoLevel, "message", slog.Float64("ratio", 0.5)) }},
		{"pairs of constants", 0, func() { s.Infow("message", "name", "web-1", "ready", true) }},
		{"slog", 0, func() {
			logger.LogAttrs(ctx, slog.LevelInfo, "message", slog.String("name", name), slog.Int("count", count))
		}},
		{"callers", 0, func() { callers.Info("message") }},
		{"disabled", 0, func() { s.Debug("message") }},
		{"disabled format", 0, func() { s.Debugf("message %s", "web-1") }},
		{"disabled typed labels", 0, func() {
			s.LogAttrs(ctx, log.DebugLevel, "message", slog.String("name", name), slog.Int("count", count), slog.Duration("took", time.Second))
		}},
		{"disabled WithLabels", 2, func() { s.WithLabels("name", name).Debug("message") }},
	} {
		for _, json := range []bool{false, true} {
			discard(t, json)
			if got := testing.AllocsPerRun(100, tt.log); got > tt.want && !raceDetector {
				t.Errorf("%s, JSON %v: %v allocations, want at most %v", tt.name, json, got, tt.want)
			}
		}
	}
}

func BenchmarkScope(b *testing.B) {
	s := log.RegisterScope("bench", "")
	ctx := log.With(b.Context(), "request", 7)
	limited := log.RegisterScope("bench-limited", "")
	limited.SetRateLimit(1, time.Hour)
	callers := log.RegisterScope("bench-callers", "")
	callers.SetLogCallers(true)
	for _, bb := range []struct {
		name string
		log  func()
	}{
		{"format", func() { s.Infof("pod %s is %s", "web-1", "ready") }},
		{"WithLabels", func() { s.WithLabels("name", "web-1", "count", 3, "took", time.Second).Info("message") }},
		{"pairs", func() { s.Infow("message", "name", "web-1", "count", 3, "took", time.Second) }},
		{"context", func() { s.InfoContext(ctx, "message", "name", "web-1", "count", 3) }},
		{"callers", func() { callers.Info("message") }},
		{"limited", func() { limited.Info("message") }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			discard(b, true)
			b.ReportAllocs()
			for b.Loop() {
				bb.log()
			}
		})
	}
	b.Run("viewed", func(b *testing.B) {
		discard(b, true)
		ring := log.NewRing(1000)
		defer ring.Close()
		b.ReportAllocs()
		for b.Loop() {
			s.Infow("message", "name", "web-1", "count", 3, "took", time.Second)
		}
	})
}

// BenchmarkPeers logs lines with the same columns by this package and by those that it
// could be replaced with. All discard them.
func BenchmarkPeers(b *testing.B) {
	columns := zapcore.EncoderConfig{
		LevelKey: "level", TimeKey: "time", NameKey: "scope", MessageKey: "msg",
		EncodeLevel:    zapcore.LowercaseLevelEncoder,
		EncodeTime:     zapcore.TimeEncoderOfLayout("2006-01-02T15:04:05.000000Z"),
		EncodeDuration: zapcore.StringDurationEncoder,
	}
	sink := zapcore.Lock(zapcore.AddSync(io.Discard))
	zapJSON := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(columns), sink, zap.InfoLevel)).Named("peers")
	zapConsole := zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(columns), sink, zap.InfoLevel)).Named("peers")
	slogJSON := slog.New(slog.NewJSONHandler(io.Discard, nil)).With("scope", "peers") //nolint:sloglint // its encoding is what is measured
	slogText := slog.New(slog.NewTextHandler(io.Discard, nil)).With("scope", "peers") //nolint:sloglint // its encoding is what is measured
	s := log.RegisterScope("peers", "")
	bound := s.WithLabels("name", "web-1", "count", 3, "took", time.Second)
	zapBound := zapJSON.With(zap.String("name", "web-1"), zap.Int("count", 3), zap.Duration("took", time.Second))
	slogBound := slogJSON.With("name", "web-1", "count", 3, "took", time.Second)
	ctx := b.Context()
	scoped := s.Slog()
	zapTyped := func(l *zap.Logger, level zapcore.Level) {
		l.Log(level, "message", zap.String("name", "web-1"), zap.Int("count", 3), zap.Duration("took", time.Second))
	}
	slogTyped := func(l *slog.Logger, level slog.Level) {
		l.LogAttrs(ctx, level, "message", slog.String("name", "web-1"), slog.Int("count", 3), slog.Duration("took", time.Second))
	}
	typed := func(level log.Level) {
		s.LogAttrs(ctx, level, "message", slog.String("name", "web-1"), slog.Int("count", 3), slog.Duration("took", time.Second))
	}
	for _, bb := range []struct {
		name string
		json bool
		log  func()
	}{
		{"line/log JSON", true, func() { s.Info("message") }},
		{"line/log console", false, func() { s.Info("message") }},
		{"line/zap JSON", true, func() { zapJSON.Info("message") }},
		{"line/zap console", true, func() { zapConsole.Info("message") }},
		{"line/slog JSON", true, func() { slogJSON.LogAttrs(ctx, slog.LevelInfo, "message") }},
		{"line/slog text", true, func() { slogText.LogAttrs(ctx, slog.LevelInfo, "message") }},

		{"three typed labels/log JSON", true, func() { typed(log.InfoLevel) }},
		{"three typed labels/log console", false, func() { typed(log.InfoLevel) }},
		{"three typed labels/slog to log JSON", true, func() { slogTyped(scoped, slog.LevelInfo) }},
		{"three typed labels/zap JSON", true, func() { zapTyped(zapJSON, zap.InfoLevel) }},
		{"three typed labels/zap console", true, func() { zapTyped(zapConsole, zap.InfoLevel) }},
		{"three typed labels/slog JSON", true, func() { slogTyped(slogJSON, slog.LevelInfo) }},

		{"three bound labels/log JSON", true, func() { bound.Info("message") }},
		{"three bound labels/log console", false, func() { bound.Info("message") }},
		{"three bound labels/zap JSON", true, func() { zapBound.Info("message") }},
		{"three bound labels/slog JSON", true, func() { slogBound.LogAttrs(ctx, slog.LevelInfo, "message") }},

		{"disabled with three typed labels/log", true, func() { typed(log.DebugLevel) }},
		{"disabled with three typed labels/zap", true, func() { zapTyped(zapJSON, zap.DebugLevel) }},
		{"disabled with three typed labels/slog", true, func() { slogTyped(slogJSON, slog.LevelDebug) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			discard(b, bb.json)
			b.ReportAllocs()
			for b.Loop() {
				bb.log()
			}
		})
	}
}

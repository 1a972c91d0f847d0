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
	if err := log.Configure(&log.Options{JSONEncoding: json}); err != nil {
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
	bound := s.WithLabels("name", "web-1", "count", 12345, "ready", true)
	logger := s.Slog()
	name := "web-1"
	for _, tt := range []struct {
		name string
		want float64
		log  func()
	}{
		{"Info", 0, func() { s.Info("message") }},
		{"Infof", 1, func() { s.Infof("pod %s", name) }},
		{"labels of the scope", 0, func() { bound.Info("message") }},
		{"slog", 0, func() {
			logger.LogAttrs(t.Context(), slog.LevelInfo, "message", slog.String("name", name), slog.Int("count", 12345))
		}},
		{"disabled", 0, func() { s.Debug("message") }},
		{"disabled labels", 2, func() { s.WithLabels("name", name).Debug("message") }},
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
	bound := s.WithLabels("name", "web-1", "count", 3, "took", time.Second)
	logger := s.Slog()
	for _, format := range []struct {
		name string
		json bool
	}{{"plain", false}, {"json", true}} {
		for _, bb := range []struct {
			name string
			log  func()
		}{
			{"info", func() { s.Info("message") }},
			{"format", func() { s.Infof("pod %s is %s", "web-1", "ready") }},
			{"bound", func() { bound.Info("message") }},
			{"labels", func() { s.WithLabels("name", "web-1", "count", 3, "took", time.Second).Info("message") }},
			{"slog", func() { logger.Info("message", "name", "web-1", "count", 3, "took", time.Second) }},
			{"disabled", func() { s.Debug("message") }},
		} {
			b.Run(format.name+"/"+bb.name, func(b *testing.B) {
				discard(b, format.json)
				b.ReportAllocs()
				for b.Loop() {
					bb.log()
				}
			})
		}
	}
}

// BenchmarkPeers logs a line with three values as JSON, by this package and by
// those that it could be replaced with. All discard it.
func BenchmarkPeers(b *testing.B) {
	enc := zap.NewProductionEncoderConfig()
	zapLogger := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(enc), zapcore.AddSync(io.Discard), zap.InfoLevel))
	slogLogger := slog.New(slog.NewJSONHandler(io.Discard, nil)) //nolint:sloglint // its encoding is what is measured
	s := log.RegisterScope("peers", "")
	scoped := s.Slog()
	for _, bb := range []struct {
		name string
		log  func()
	}{
		{"log", func() { s.WithLabels("name", "web-1", "count", 3, "took", time.Second).Info("message") }},
		{"log by slog", func() { scoped.Info("message", "name", "web-1", "count", 3, "took", time.Second) }},
		{"slog", func() { slogLogger.Info("message", "name", "web-1", "count", 3, "took", time.Second) }},
		{"zap", func() {
			zapLogger.Info("message", zap.String("name", "web-1"), zap.Int("count", 3), zap.Duration("took", time.Second))
		}},
		{"zap sugared", func() { zapLogger.Sugar().Infow("message", "name", "web-1", "count", 3, "took", time.Second) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			discard(b, true)
			b.ReportAllocs()
			for b.Loop() {
				bb.log()
			}
		})
	}
}

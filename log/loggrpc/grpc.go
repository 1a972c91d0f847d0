// SPDX-License-Identifier: Apache-2.0

package loggrpc

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"google.golang.org/grpc/grpclog"

	"github.com/krtkit/krtkit/log"
)

var scope = log.RegisterScope(log.GrpcScopeName, "logs from gRPC")

// Capture makes the scope "grpc" write what gRPC logs. Call it before gRPC is used.
func Capture() { grpclog.SetLoggerV2(NewLogger(scope)) }

// Logger is what gRPC logs with. [NewLogger] makes one.
type Logger struct{ scope *log.Scope }

var _ grpclog.DepthLoggerV2 = (*Logger)(nil)

// NewLogger returns a logger that writes to the scope.
func NewLogger(s *log.Scope) *Logger { return &Logger{scope: s} }

// write writes a line that comes from depth frames above the caller of a function of
// package grpclog that called the method. At fatal it ends the process.
func (l *Logger) write(level log.Level, depth int, msg string) {
	var pc [1]uintptr
	if depth >= 0 && l.scope.GetLogCallers() {
		runtime.Callers(4+depth, pc[:]) // Callers, write, the method that called it, and the function of grpclog
	}
	r := slog.NewRecord(time.Now(), slog.LevelInfo, strings.TrimSuffix(msg, "\n"), pc[0])
	l.scope.LogRecord(context.Background(), level, r)
	if level == log.FatalLevel {
		_ = log.Sync() // also if the scope did not write the line
		os.Exit(1)     //nolint:forbidigo // gRPC's contract
	}
}

// anywhere stands for the first frame outside of logging.
const anywhere = -1

// Info writes a line at info.
func (l *Logger) Info(args ...any) {
	if l.scope.InfoEnabled() {
		l.write(log.InfoLevel, anywhere, fmt.Sprint(args...))
	}
}

// Infoln writes a line at info, with spaces between all arguments.
func (l *Logger) Infoln(args ...any) {
	if l.scope.InfoEnabled() {
		l.write(log.InfoLevel, anywhere, fmt.Sprintln(args...))
	}
}

// Infof writes a line at info.
func (l *Logger) Infof(format string, args ...any) {
	if l.scope.InfoEnabled() {
		l.write(log.InfoLevel, anywhere, fmt.Sprintf(format, args...))
	}
}

// InfoDepth writes a line at info that comes from depth frames above who
// called the function of that name in package grpclog.
func (l *Logger) InfoDepth(depth int, args ...any) {
	if l.scope.InfoEnabled() {
		l.write(log.InfoLevel, depth, fmt.Sprintln(args...))
	}
}

// Warning writes a line at warn.
func (l *Logger) Warning(args ...any) {
	if l.scope.WarnEnabled() {
		l.write(log.WarnLevel, anywhere, fmt.Sprint(args...))
	}
}

// Warningln writes a line at warn, with spaces between all arguments.
func (l *Logger) Warningln(args ...any) {
	if l.scope.WarnEnabled() {
		l.write(log.WarnLevel, anywhere, fmt.Sprintln(args...))
	}
}

// Warningf writes a line at warn.
func (l *Logger) Warningf(format string, args ...any) {
	if l.scope.WarnEnabled() {
		l.write(log.WarnLevel, anywhere, fmt.Sprintf(format, args...))
	}
}

// WarningDepth writes a line at warn that comes from depth frames above who
// called the function of that name in package grpclog.
func (l *Logger) WarningDepth(depth int, args ...any) {
	if l.scope.WarnEnabled() {
		l.write(log.WarnLevel, depth, fmt.Sprintln(args...))
	}
}

// Error writes a line at error.
func (l *Logger) Error(args ...any) {
	if l.scope.ErrorEnabled() {
		l.write(log.ErrorLevel, anywhere, fmt.Sprint(args...))
	}
}

// Errorln writes a line at error, with spaces between all arguments.
func (l *Logger) Errorln(args ...any) {
	if l.scope.ErrorEnabled() {
		l.write(log.ErrorLevel, anywhere, fmt.Sprintln(args...))
	}
}

// Errorf writes a line at error.
func (l *Logger) Errorf(format string, args ...any) {
	if l.scope.ErrorEnabled() {
		l.write(log.ErrorLevel, anywhere, fmt.Sprintf(format, args...))
	}
}

// ErrorDepth writes a line at error that comes from depth frames above who
// called the function of that name in package grpclog.
func (l *Logger) ErrorDepth(depth int, args ...any) {
	if l.scope.ErrorEnabled() {
		l.write(log.ErrorLevel, depth, fmt.Sprintln(args...))
	}
}

// Fatal writes a line at fatal and ends the process with status 1, as gRPC wants it.
func (l *Logger) Fatal(args ...any) {
	l.write(log.FatalLevel, anywhere, fmt.Sprint(args...))
}

// Fatalln writes a line at fatal and ends the process with status 1, as gRPC wants it.
func (l *Logger) Fatalln(args ...any) {
	l.write(log.FatalLevel, anywhere, fmt.Sprintln(args...))
}

// Fatalf writes a line at fatal and ends the process with status 1, as gRPC wants it.
func (l *Logger) Fatalf(format string, args ...any) {
	l.write(log.FatalLevel, anywhere, fmt.Sprintf(format, args...))
}

// FatalDepth writes a line at fatal and ends the process with status 1, as gRPC wants it.
func (l *Logger) FatalDepth(depth int, args ...any) {
	l.write(log.FatalLevel, depth, fmt.Sprintln(args...))
}

// V reports whether gRPC should log lines of a verbosity: those above 0 if the scope is at
// debug.
func (l *Logger) V(verbosity int) bool {
	return verbosity <= 0 && l.scope.InfoEnabled() || l.scope.DebugEnabled()
}

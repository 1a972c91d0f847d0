// SPDX-License-Identifier: Apache-2.0

package loglogr

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"

	"github.com/go-logr/logr"

	"github.com/krtkit/krtkit/log"
)

// debugVerbosity is the verbosity from which on lines are written at debug.
const debugVerbosity = 4

// nameKey is the label that has the names of a logger, with slashes between.
const nameKey = "logger"

// NewLogrAdapter returns a logger that writes to the scope, with the scope's labels
// before its own.
func NewLogrAdapter(l *log.Scope) logr.Logger { return logr.New(&sink{scope: l}) }

// sink is immutable once it is in use.
type sink struct {
	scope *log.Scope
	name  string
	// depth is how many frames stand between Info or Error and who logs.
	depth int
}

var _ logr.CallDepthLogSink = (*sink)(nil)

// Init is told how many frames logr adds.
func (s *sink) Init(info logr.RuntimeInfo) { s.depth += info.CallDepth }

// Enabled reports whether the scope writes lines of the verbosity.
func (s *sink) Enabled(verbosity int) bool {
	if verbosity >= debugVerbosity {
		return s.scope.DebugEnabled()
	}
	return s.scope.InfoEnabled()
}

// Info writes a line.
func (s *sink) Info(verbosity int, msg string, kvlist ...any) {
	level := log.InfoLevel
	if verbosity >= debugVerbosity {
		level = log.DebugLevel
	}
	s.write(level, strings.TrimSuffix(msg, "\n"), kvlist)
}

// Error writes a line that begins with the error, if there is one.
func (s *sink) Error(err error, msg string, kvlist ...any) {
	if !s.scope.ErrorEnabled() {
		return
	}
	if err != nil {
		msg = fmt.Sprintf("%v: %s", err, msg) // survives methods that panic
	} else {
		msg = strings.TrimSuffix(msg, "\n")
	}
	s.write(log.ErrorLevel, msg, kvlist)
}

// write is called by Info and Error only, so that the number of frames is known.
func (s *sink) write(level log.Level, msg string, kvlist []any) {
	var pc [1]uintptr
	if s.scope.GetLogCallers() {
		runtime.Callers(3+s.depth, pc[:]) // Callers, write, and Info or Error
	}
	scope := s.scope
	if len(kvlist) > 0 {
		scope = scope.WithLabels(kvlist...)
	}
	scope.LogRecord(context.Background(), level, slog.NewRecord(time.Now(), slog.LevelInfo, msg, pc[0]))
}

// WithValues returns a sink that adds labels to each line.
func (s *sink) WithValues(kvlist ...any) logr.LogSink {
	d := *s
	d.scope = s.scope.WithLabels(kvlist...)
	return &d
}

// WithName returns a sink whose lines have the name after those that s has.
func (s *sink) WithName(name string) logr.LogSink {
	d := *s
	if d.name != "" {
		name = d.name + "/" + name
	}
	d.name = name
	d.scope = s.scope.WithLabels(nameKey, name)
	return &d
}

// WithCallDepth returns a sink that skips more frames.
func (s *sink) WithCallDepth(depth int) logr.LogSink {
	d := *s
	d.depth += depth
	return &d
}

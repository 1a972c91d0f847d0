// SPDX-License-Identifier: Apache-2.0

package log

import (
	"bytes"
	"slices"
	"time"

	"go.uber.org/zap/zapcore"
)

// stdWriter is what the standard library's log writes to: each call is a line, at
// info of the default scope.
type stdWriter struct{}

func (stdWriter) Write(line []byte) (int, error) {
	if defaultScope.InfoEnabled() {
		defaultScope.write(InfoLevel, string(bytes.TrimSuffix(line, []byte("\n"))), time.Now())
	}
	return len(line), nil
}

// zapCore is what zap's global loggers write to. Their lines have levels, names
// and fields of their own; the default scope decides whether they are written.
type zapCore struct {
	fields []zapcore.Field
}

// Enabled reports whether the default scope writes lines of the level.
func (zapCore) Enabled(l zapcore.Level) bool { return defaultScope.settings.enabled(fromZap(l)) }

// With returns a core that adds the fields to each line.
func (c zapCore) With(fields []zapcore.Field) zapcore.Core {
	return zapCore{fields: slices.Concat(c.fields, fields)}
}

// Check adds c to those that write the entry, if it does.
func (c zapCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// Write writes the entry. Errors go to the error output.
func (c zapCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	name := entry.LoggerName
	defaultScope.settings.annotate(&entry, fromZap(entry.Level), 0)
	entry.LoggerName = name
	emitZap(entry, slices.Concat(c.fields, fields))
	return nil
}

// Sync flushes what lines are written to.
func (zapCore) Sync() error { return Sync() }

// fromZap returns the level at which a scope writes lines of a level of zap.
func fromZap(l zapcore.Level) Level {
	switch {
	case l >= zapcore.DPanicLevel:
		return FatalLevel
	case l == zapcore.ErrorLevel:
		return ErrorLevel
	case l == zapcore.WarnLevel:
		return WarnLevel
	case l == zapcore.InfoLevel:
		return InfoLevel
	default:
		return DebugLevel
	}
}

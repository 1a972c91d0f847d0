// SPDX-License-Identifier: Apache-2.0

package log

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"
)

// columns says how lines are written as JSON objects: the keys of what each line
// has, and in which form the values are.
type columns struct {
	level, time, scope, caller, message, stack string
	// levelName returns what the level is called.
	levelName func(zapcore.Level) string
	// appendTime appends a time.
	appendTime func([]byte, time.Time) []byte
	// seconds makes durations numbers of seconds; else they are strings.
	seconds bool
}

// The forms in which lines are JSON objects.
//
//nolint:gochecknoglobals // constants
var (
	jsonColumns = columns{
		level: "level", time: "time", scope: "scope", caller: "caller", message: "msg", stack: "stack",
		levelName:  zapcore.Level.String,
		appendTime: appendTime,
	}
	stackdriverColumns = columns{
		level: "severity", time: "timestamp", scope: "logger", caller: "caller", message: "message", stack: "stacktrace",
		levelName:  severity,
		appendTime: func(dst []byte, t time.Time) []byte { return t.AppendFormat(dst, time.RFC3339Nano) },
		seconds:    true,
	}
)

// severity returns the name that Google's logging has for a level.
func severity(l zapcore.Level) string {
	switch {
	case l >= zapcore.DPanicLevel:
		return "Critical"
	case l == zapcore.ErrorLevel:
		return "Error"
	case l == zapcore.WarnLevel:
		return "Warning"
	case l == zapcore.InfoLevel:
		return "Info"
	default:
		return "Debug"
	}
}

// appendLine appends a line that is a JSON object: level, time, scope, caller and
// message, then the labels in order, then the stack.
func (c *columns) appendLine(dst []byte, e *zapcore.Entry, labels *labelList, fields []byte) []byte {
	w := jsonWriter{b: append(dst, '{'), columns: c}
	w.key(c.level)
	w.quoted(c.levelName(e.Level))
	if !e.Time.IsZero() {
		w.key(c.time)
		w.b = append(c.appendTime(append(w.b, '"'), e.Time), '"')
	}
	if e.LoggerName != "" {
		w.key(c.scope)
		w.quoted(e.LoggerName)
	}
	if e.Caller.Defined {
		w.key(c.caller)
		w.quoted(shortPath(e.Caller.File))
		w.b = append(w.b[:len(w.b)-1], ':')
		w.b = append(strconv.AppendInt(w.b, int64(e.Caller.Line), 10), '"')
	}
	w.key(c.message)
	w.quoted(e.Message)
	if labels != nil {
		w.labels(labels)
	}
	if len(fields) > 0 {
		w.b = append(w.b, ',')
		w.b = append(w.b, fields[1:len(fields)-1]...)
	}
	if e.Stack != "" {
		w.key(c.stack)
		w.quoted(e.Stack)
	}
	return append(w.b, '}', '\n')
}

// safeFields returns fields whose keys are safe. Those in a namespace are as they are.
func (c *columns) safeFields(fields []zapcore.Field) []zapcore.Field {
	copied := false
	for i, f := range fields {
		if safe := c.safe(f.Key); safe != f.Key {
			if !copied {
				fields, copied = slices.Clone(fields), true
			}
			fields[i].Key = safe
		}
		if f.Type == zapcore.NamespaceType {
			break
		}
	}
	return fields
}

// safe returns a key that no column of the line has, and that no other key becomes.
func (c *columns) safe(key string) string {
	if c.message == "" { // there are no columns
		return key
	}
	switch strings.TrimRight(key, "_") {
	case c.level, c.time, c.scope, c.caller, c.message, c.stack:
		return key + "_"
	}
	return key
}

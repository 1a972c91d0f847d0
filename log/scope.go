// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
	"os"
	"time"

	"go.uber.org/zap/zapcore"
)

// Scope is a named part of the program's log. [RegisterScope] returns scopes;
// the zero value is none.
type Scope struct {
	settings *settings
	labels   labelList
}

// Name returns the scope's name.
func (s *Scope) Name() string { return s.settings.name }

// Description returns what the scope is for; "" if nobody said.
func (s *Scope) Description() string {
	if d := s.settings.description.Load(); d != nil {
		return *d
	}
	return ""
}

// GetOutputLevel returns the level up to which the scope writes lines.
func (s *Scope) GetOutputLevel() Level { return Level(s.settings.output.Load()) }

// SetStackTraceLevel makes the scope attach stack traces to lines of level l and
// of those below it; to none, at [NoneLevel], which is the default.
func (s *Scope) SetStackTraceLevel(l Level) { s.settings.stackTrace.Store(int32(l)) }

// GetStackTraceLevel returns the level up to which lines have stack traces.
func (s *Scope) GetStackTraceLevel() Level { return Level(s.settings.stackTrace.Load()) }

// SetLogCallers makes the scope say where lines were logged from, or not, which is
// the default.
func (s *Scope) SetLogCallers(logCallers bool) {
	s.settings.configured.Store(false)
	s.settings.callers.Store(logCallers)
}

// GetLogCallers reports whether lines say where they were logged from.
func (s *Scope) GetLogCallers() bool { return s.settings.callers.Load() }

// WithLabels returns a scope that adds labels to each line: pairs of a key, which
// is a string, and a value of any type, or attributes of log/slog. A key that the scope has already keeps its
// place and takes the new value. What is left over, and keys that are no strings,
// appear as labels whose key begins with "!BADKEY".
//
// The receiver stays as it is. The two share name, level, stack-trace level and
// callers: a change of one is a change of both.
func (s *Scope) WithLabels(kvlist ...any) *Scope {
	return &Scope{settings: s.settings, labels: s.labels.with(kvlist)}
}

// write writes a line. The caller has checked the level.
func (s *Scope) write(l Level, msg string, t time.Time) {
	if s.settings.admits(l) {
		s.settings.emit(l, msg, t, 0, &s.labels)
	}
}

// column returns what lines have in the column of the scope.
func (s *settings) column() string {
	if s.name == DefaultScopeName {
		return ""
	}
	return s.name
}

// annotate adds what the scope says about itself and about the place that a line
// comes from. That is pc, or the first frame outside of logging if pc is 0.
func (s *settings) annotate(entry *zapcore.Entry, l Level, pc uintptr) {
	entry.LoggerName = s.column()
	if s.callers.Load() {
		entry.Caller = caller(pc)
	}
	if Level(s.stackTrace.Load()) >= l {
		entry.Stack = stackTrace()
	}
}

// message returns the text of a message that is not formatted.
func message(msg any) string {
	if s, ok := msg.(string); ok {
		return s
	}
	return fmt.Sprint(msg)
}

// format returns the text of a formatted message. Without arguments the format is
// the text.
func format(format string, args ...any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// end ends the process after a fatal line, when everything that was logged is written.
func end() {
	_ = Sync() // its errors have been reported, and there is nobody else to tell
	exit(1)
}

// exit is what ends the process. Tests replace it.
var exit = os.Exit //nolint:gochecknoglobals,forbidigo // what Fatal promises; tests intercept it

// LogWithTime writes msg as if it had been logged at t; now, if t is zero. A level
// that is none writes nothing. Unlike [Scope.Fatal] it does not end the process.
func (s *Scope) LogWithTime(level Level, msg string, t time.Time) {
	if level == NoneLevel || !level.valid() || !s.settings.enabled(level) {
		return
	}
	if t.IsZero() {
		t = time.Now()
	}
	s.write(level, msg, t)
}

// Fatal writes msg at [FatalLevel], as fmt.Sprint prints it, and ends the process
// with status 1. At [NoneLevel] it does neither.
func (s *Scope) Fatal(msg any) {
	if s.settings.enabled(FatalLevel) {
		s.write(FatalLevel, message(msg), time.Now())
		end()
	}
}

// Fatalf is [Scope.Fatal] with a format as of fmt.Sprintf.
func (s *Scope) Fatalf(f string, args ...any) {
	if s.settings.enabled(FatalLevel) {
		s.write(FatalLevel, format(f, args...), time.Now())
		end()
	}
}

// FatalEnabled reports whether Fatal writes and ends the process.
func (s *Scope) FatalEnabled() bool { return s.settings.enabled(FatalLevel) }

// Error writes msg at [ErrorLevel], as fmt.Sprint prints it.
func (s *Scope) Error(msg any) {
	if s.settings.enabled(ErrorLevel) {
		s.write(ErrorLevel, message(msg), time.Now())
	}
}

// Errorf writes a message at [ErrorLevel], formatted as by fmt.Sprintf.
func (s *Scope) Errorf(f string, args ...any) {
	if s.settings.enabled(ErrorLevel) {
		s.write(ErrorLevel, format(f, args...), time.Now())
	}
}

// ErrorEnabled reports whether the scope writes lines at [ErrorLevel].
func (s *Scope) ErrorEnabled() bool { return s.settings.enabled(ErrorLevel) }

// Warn writes msg at [WarnLevel], as fmt.Sprint prints it.
func (s *Scope) Warn(msg any) {
	if s.settings.enabled(WarnLevel) {
		s.write(WarnLevel, message(msg), time.Now())
	}
}

// Warnf writes a message at [WarnLevel], formatted as by fmt.Sprintf.
func (s *Scope) Warnf(f string, args ...any) {
	if s.settings.enabled(WarnLevel) {
		s.write(WarnLevel, format(f, args...), time.Now())
	}
}

// WarnEnabled reports whether the scope writes lines at [WarnLevel].
func (s *Scope) WarnEnabled() bool { return s.settings.enabled(WarnLevel) }

// Info writes msg at [InfoLevel], as fmt.Sprint prints it.
func (s *Scope) Info(msg any) {
	if s.settings.enabled(InfoLevel) {
		s.write(InfoLevel, message(msg), time.Now())
	}
}

// Infof writes a message at [InfoLevel], formatted as by fmt.Sprintf.
func (s *Scope) Infof(f string, args ...any) {
	if s.settings.enabled(InfoLevel) {
		s.write(InfoLevel, format(f, args...), time.Now())
	}
}

// InfoEnabled reports whether the scope writes lines at [InfoLevel].
func (s *Scope) InfoEnabled() bool { return s.settings.enabled(InfoLevel) }

// Debug writes msg at [DebugLevel], as fmt.Sprint prints it.
func (s *Scope) Debug(msg any) {
	if s.settings.enabled(DebugLevel) {
		s.write(DebugLevel, message(msg), time.Now())
	}
}

// Debugf writes a message at [DebugLevel], formatted as by fmt.Sprintf.
func (s *Scope) Debugf(f string, args ...any) {
	if s.settings.enabled(DebugLevel) {
		s.write(DebugLevel, format(f, args...), time.Now())
	}
}

// DebugEnabled reports whether the scope writes lines at [DebugLevel].
func (s *Scope) DebugEnabled() bool { return s.settings.enabled(DebugLevel) }

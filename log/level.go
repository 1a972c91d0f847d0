// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
	"strings"

	"go.uber.org/zap/zapcore"
)

// Level says how important a line is, and from where on a scope writes lines: a
// scope writes those of its level and of the levels below it.
type Level int

// The levels. A scope at NoneLevel writes nothing.
const (
	NoneLevel Level = iota
	FatalLevel
	ErrorLevel
	WarnLevel
	InfoLevel
	DebugLevel
)

// levelNames holds the names of the levels, at their values.
var levelNames = [...]string{"none", "fatal", "error", "warn", "info", "debug"} //nolint:gochecknoglobals // a constant

func (l Level) valid() bool { return l >= NoneLevel && l <= DebugLevel }

// String returns the name of the level, such as "info", and "Level(7)" for a value
// that is none.
func (l Level) String() string {
	if !l.valid() {
		return fmt.Sprintf("Level(%d)", int(l))
	}
	return levelNames[l]
}

// MarshalText returns the name of the level. A value that is none is an error.
func (l Level) MarshalText() ([]byte, error) {
	if !l.valid() {
		return nil, fmt.Errorf("invalid log level %d", int(l))
	}
	return []byte(levelNames[l]), nil
}

// UnmarshalText sets the level to the one of that name: see [ParseLevel].
func (l *Level) UnmarshalText(name []byte) error {
	parsed, err := ParseLevel(string(name))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

// zap returns the level by which zap knows l. NoneLevel has none.
func (l Level) zap() zapcore.Level {
	switch l {
	case FatalLevel:
		return zapcore.FatalLevel
	case ErrorLevel:
		return zapcore.ErrorLevel
	case WarnLevel:
		return zapcore.WarnLevel
	case InfoLevel:
		return zapcore.InfoLevel
	case NoneLevel, DebugLevel:
	}
	return zapcore.DebugLevel
}

// ParseLevel returns the level of that name. Names are lower case. An unknown name
// is an error and never a quiet default: a typing mistake must not turn logging
// off.
func ParseLevel(name string) (Level, error) {
	for i, n := range levelNames {
		if n == name {
			return Level(i), nil
		}
	}
	return NoneLevel, fmt.Errorf("invalid log level %q: want one of %s", name, strings.Join(levelNames[:], ", "))
}

// StringToLevel returns the level of that name, and NoneLevel for an unknown name.
// It is for code that was written against Istio's package; [ParseLevel] tells a
// mistake.
func StringToLevel(name string) Level {
	l, err := ParseLevel(name)
	if err != nil {
		return NoneLevel
	}
	return l
}

// LevelToString returns the name of a level, and "" for a value that is none.
func LevelToString(l Level) string {
	if !l.valid() {
		return ""
	}
	return levelNames[l]
}

// SPDX-License-Identifier: Apache-2.0

package log

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// timeLayout prints times, which must be UTC, in 27 bytes. Microseconds are cut off,
// not rounded.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// lineFormat is a form in which lines are written. It is immutable.
type lineFormat struct {
	// columns names the keys of lines that are JSON objects; nil for plain text.
	columns *columns
	// escape makes control characters in plain text visible.
	escape bool
	// zap encodes the fields that zap's own loggers add to a line.
	zap zapcore.Encoder
}

// newFormat returns the form that the options ask for.
func newFormat(json, stackdriver bool) lineFormat {
	switch {
	case stackdriver:
		return lineFormat{columns: &stackdriverColumns, zap: zapcore.NewJSONEncoder(zapcore.EncoderConfig{
			EncodeTime:     zapcore.RFC3339NanoTimeEncoder,
			EncodeDuration: zapcore.SecondsDurationEncoder,
		})}
	case json:
		return lineFormat{columns: &jsonColumns, zap: zapcore.NewJSONEncoder(zapcore.EncoderConfig{
			EncodeTime:     encodeTime,
			EncodeDuration: zapcore.StringDurationEncoder,
		})}
	default:
		return lineFormat{zap: zapcore.NewConsoleEncoder(zapcore.EncoderConfig{
			EncodeTime:     encodeTime,
			EncodeDuration: zapcore.StringDurationEncoder,
		})}
	}
}

func encodeTime(t time.Time, enc zapcore.PrimitiveArrayEncoder) {
	enc.AppendString(t.UTC().Format(timeLayout))
}

// appendLine appends a line with labels, which may be nil, to dst. What zap's own
// loggers add is in fields, as a JSON object or nothing.
func (f *lineFormat) appendLine(dst []byte, e *zapcore.Entry, labels *labelList, fields []byte) []byte {
	if f.columns != nil {
		return f.columns.appendLine(dst, e, labels, fields)
	}
	return f.appendPlainLine(dst, e, labels, fields)
}

// appendPlainLine appends a line for people: time, level, scope, caller, message and
// labels with tabs between them, then the stack.
func (f *lineFormat) appendPlainLine(dst []byte, e *zapcore.Entry, labels *labelList, fields []byte) []byte {
	if !e.Time.IsZero() {
		dst = appendTime(dst, e.Time)
		dst = append(dst, '\t')
	}
	dst = append(dst, e.Level.String()...)
	dst = append(dst, '\t')
	if e.LoggerName != "" {
		dst = append(dst, e.LoggerName...)
		dst = append(dst, '\t')
	}
	if e.Caller.Defined {
		dst = appendCaller(dst, e.Caller)
		dst = append(dst, '\t')
	}
	message := len(dst)
	dst = append(dst, e.Message...)
	if f.escape {
		dst = escapeControl(dst, message)
	}
	if labels != nil {
		tab := len(dst)
		dst = labels.appendPlain(dst)
		if f.escape {
			dst = escapeControl(dst, tab+1)
		}
	}
	if len(fields) > 0 {
		dst = append(dst, '\t')
		dst = append(dst, fields...)
	}
	if e.Stack != "" {
		dst = append(dst, '\n')
		dst = append(dst, e.Stack...)
	}
	return append(dst, '\n')
}

// escapeControl writes the control characters in b from an index on as Go does in
// strings, such as \n, and so what some programs end lines at.
func escapeControl(b []byte, from int) []byte {
	if from >= len(b) || bytes.IndexFunc(b[from:], breaksLines) < 0 {
		return b
	}
	text := string(b[from:])
	b = b[:from]
	for _, r := range text {
		if !breaksLines(r) {
			b = utf8.AppendRune(b, r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b = append(b, quoted[1:len(quoted)-1]...)
	}
	return b
}

func breaksLines(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// appendTime appends t as timeLayout prints it.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(dst, timeLayout)
	}
	hour, minute, second := t.Clock()
	micro := t.Nanosecond() / 1000
	return append(dst,
		byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-',
		byte('0'+month/10), byte('0'+month%10), '-',
		byte('0'+day/10), byte('0'+day%10), 'T',
		byte('0'+hour/10), byte('0'+hour%10), ':',
		byte('0'+minute/10), byte('0'+minute%10), ':',
		byte('0'+second/10), byte('0'+second%10), '.',
		byte('0'+micro/100000), byte('0'+micro/10000%10), byte('0'+micro/1000%10),
		byte('0'+micro/100%10), byte('0'+micro/10%10), byte('0'+micro%10), 'Z')
}

// appendCaller appends the last folder, the file and the line.
func appendCaller(dst []byte, c zapcore.EntryCaller) []byte {
	dst = append(dst, shortPath(c.File)...)
	dst = append(dst, ':')
	return strconv.AppendInt(dst, int64(c.Line), 10)
}

// shortPath returns the last folder and the file of a path.
func shortPath(path string) string {
	last := strings.LastIndexByte(path, '/')
	if last < 0 {
		return path
	}
	return path[strings.LastIndexByte(path[:last], '/')+1:]
}

// encoder is a lineFormat as the cores of zap use it: for lines of zap's own loggers,
// and for those of scopes where an [Extension] stands before the output.
type encoder struct {
	// Encoder holds the fields of loggers that were made with With.
	zapcore.Encoder

	format  lineFormat
	buffers buffer.Pool
}

func newEncoder(f lineFormat) *encoder {
	return &encoder{Encoder: f.zap, format: f, buffers: buffer.NewPool()}
}

// Clone returns a copy, to which fields can be added.
func (e *encoder) Clone() zapcore.Encoder {
	return &encoder{Encoder: e.Encoder.Clone(), format: e.format, buffers: e.buffers}
}

// EncodeEntry returns the line, which the caller frees.
func (e *encoder) EncodeEntry(entry zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	rest := fields
	labels, ok := lastLabels(fields)
	if ok {
		rest = fields[:len(fields)-1]
	}
	if c := e.format.columns; c != nil {
		rest = c.safeFields(rest)
	}
	object, err := e.Encoder.EncodeEntry(zapcore.Entry{}, rest)
	if err != nil {
		return nil, err
	}
	defer object.Free()
	object.TrimNewline()
	added := object.Bytes()
	if len(added) <= len("{}") {
		added = nil
	}
	line := e.buffers.Get()
	line.AppendBytes(e.format.appendLine(nil, &entry, labels, added))
	return line, nil
}

// SPDX-License-Identifier: Apache-2.0

package log

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"go.uber.org/zap/zapcore"
)

// jsonWriter appends keys and values of a JSON object to b.
type jsonWriter struct {
	b       []byte
	columns *columns
}

// key appends a key, after a comma if it is not the first of its object.
func (w *jsonWriter) key(key string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.quoted(key)
	w.b = append(w.b, ':')
}

// labels appends the labels as keys of the object. A label that is named like a
// column of the line gets a "_" at its end.
func (w *jsonWriter) labels(l *labelList) {
	open := 0
	for i := range l.items {
		item := &l.items[i]
		value := resolve(item.value)
		if isEmptyGroup(value) {
			continue
		}
		for ; open < item.depth; open++ {
			name := l.groups[open]
			if open == 0 {
				name = w.columns.safe(name)
			}
			w.key(name)
			w.b = append(w.b, '{')
		}
		if open == 0 {
			w.label(w.columns.safe(item.key), value)
		} else {
			w.label(item.key, value)
		}
	}
	for range open {
		w.b = append(w.b, '}')
	}
}

// resolve is v.Resolve, which costs more for values that are no LogValuer.
func resolve(v slog.Value) slog.Value {
	if v.Kind() != slog.KindLogValuer {
		return v
	}
	return v.Resolve()
}

// isEmptyGroup reports whether a resolved value is a group that has nothing to
// show.
func isEmptyGroup(v slog.Value) bool {
	return v.Kind() == slog.KindGroup && !slices.ContainsFunc(v.Group(), func(a slog.Attr) bool {
		return !a.Equal(slog.Attr{}) && !isEmptyGroup(a.Value.Resolve())
	})
}

// group appends the attributes of a group. Those of one without a name are on top.
func (w *jsonWriter) group(attrs []slog.Attr, top bool) {
	for _, a := range attrs {
		if v := resolve(a.Value); !a.Equal(slog.Attr{}) && !isEmptyGroup(v) {
			key := a.Key
			if top {
				key = w.columns.safe(key)
			}
			w.label(key, v)
		}
	}
}

// label appends a resolved value as encoding/json writes it, but for durations,
// errors and Stringers, which become strings.
func (w *jsonWriter) label(key string, v slog.Value) {
	switch v.Kind() {
	case slog.KindGroup:
		if key == "" {
			w.group(v.Group(), true)
			return
		}
		w.key(key)
		w.b = append(w.b, '{')
		w.group(v.Group(), false)
		w.b = append(w.b, '}')
	case slog.KindString:
		w.key(key)
		w.quoted(v.String())
	case slog.KindInt64:
		w.key(key)
		w.b = strconv.AppendInt(w.b, v.Int64(), 10)
	case slog.KindUint64:
		w.key(key)
		w.b = strconv.AppendUint(w.b, v.Uint64(), 10)
	case slog.KindBool:
		w.key(key)
		w.b = strconv.AppendBool(w.b, v.Bool())
	case slog.KindFloat64:
		w.float(key, v.Float64())
	case slog.KindDuration:
		if w.columns.seconds {
			w.float(key, v.Duration().Seconds())
			return
		}
		w.key(key)
		w.quoted(v.Duration().String())
	case slog.KindTime:
		t := v.Time()
		if y := t.Year(); y < 0 || y > 9999 {
			w.encoded(key, t)
			return
		}
		w.key(key)
		w.b = append(t.AppendFormat(append(w.b, '"'), time.RFC3339Nano), '"')
	case slog.KindLogValuer:
		w.encoded(key, v.Any())
	case slog.KindAny:
		w.any(key, anyOf(v))
	}
}

func (w *jsonWriter) any(key string, v any) {
	if err, ok := v.(error); ok {
		w.key(key)
		w.quoted(fmt.Sprint(err)) // Sprint survives methods that panic
		return
	}
	switch v.(type) {
	case json.Marshaler, encoding.TextMarshaler:
		w.encoded(key, v)
	case fmt.Stringer:
		w.key(key)
		w.quoted(fmt.Sprint(v))
	default:
		w.encoded(key, v)
	}
}

// float appends f as encoding/json does: without an exponent where that is short.
func (w *jsonWriter) float(key string, f float64) {
	abs := math.Abs(f)
	if abs != 0 && (abs < 1e-6 || abs >= 1e21) || math.IsNaN(f) {
		w.encoded(key, f)
		return
	}
	w.key(key)
	w.b = strconv.AppendFloat(w.b, f, 'f', -1, 64)
}

// encoded appends what encoding/json makes of v. What it cannot encode becomes the
// text of the error, under the key with "Error" at its end.
func (w *jsonWriter) encoded(key string, v any) {
	text, err := encodeJSON(v)
	if err != nil {
		w.key(key + "Error")
		w.quoted(err.Error())
		return
	}
	w.key(key)
	w.b = append(w.b, text...)
}

func encodeJSON(v any) (text []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// quoted appends s as a JSON string, as encoding/json does without escaping HTML.
func (w *jsonWriter) quoted(s string) { w.b = appendQuoted(w.b, s) }

func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\b':
				dst = append(dst, '\\', 'b')
			case '\f':
				dst = append(dst, '\\', 'f')
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029': // lines end there in JavaScript
			dst = append(dst, s[start:i]...)
			dst = append(dst, '\\', 'u', '2', '0', '2', hex[r&0xf])
			start = i + size
		}
		i += size
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// MarshalLogObject adds the labels to what a core of zap encodes by itself, behind
// an [Extension]. The lines of this package are encoded by jsonWriter.
func (l *labelList) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	open := 0
	for _, item := range l.items {
		for ; open < item.depth; open++ {
			enc.OpenNamespace(l.groups[open])
		}
		addTo(enc, item.key, resolve(item.value))
	}
	return nil
}

func addTo(enc zapcore.ObjectEncoder, key string, v slog.Value) {
	switch v.Kind() {
	case slog.KindGroup:
		attrs := zapcore.ObjectMarshalerFunc(func(enc zapcore.ObjectEncoder) error {
			for _, a := range v.Group() {
				addTo(enc, a.Key, resolve(a.Value))
			}
			return nil
		})
		if key == "" {
			_ = attrs(enc) // returns nil
		} else {
			_ = enc.AddObject(key, attrs)
		}
	case slog.KindDuration:
		enc.AddDuration(key, v.Duration())
	case slog.KindTime:
		enc.AddTime(key, v.Time())
	case slog.KindAny:
		held := anyOf(v)
		if err, ok := held.(error); ok {
			held = fmt.Sprint(err)
		}
		if err := enc.AddReflected(key, held); err != nil {
			enc.AddString(key+"Error", err.Error())
		}
	case slog.KindString, slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindBool, slog.KindLogValuer:
		_ = enc.AddReflected(key, v.Any()) // encodable
	}
}

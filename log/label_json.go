// SPDX-License-Identifier: Apache-2.0

package log

import (
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"go.uber.org/zap/zapcore"
)

// The keys of a line's own columns.
const (
	levelKey   = "level"
	timeKey    = "time"
	scopeKey   = "scope"
	callerKey  = "caller"
	messageKey = "msg"
	stackKey   = "stack"
)

// MarshalLogObject writes the labels as keys of a JSON object. A label that is
// named like a column of the line gets a "_" at its end.
func (l *labelList) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	open := 0
	for _, item := range l.items {
		value := item.value.Resolve()
		if isEmptyGroup(value) {
			continue
		}
		for ; open < item.depth; open++ {
			enc.OpenNamespace(l.groupKey(open))
		}
		addJSON(enc, columnSafe(item.key, open == 0), value)
	}
	return nil
}

func (l *labelList) groupKey(i int) string { return columnSafe(l.groups[i], i == 0) }

// columnSafe returns a key that no column of the line has, and that no other key
// becomes.
func columnSafe(key string, top bool) string {
	if top {
		switch strings.TrimRight(key, "_") {
		case levelKey, timeKey, scopeKey, callerKey, messageKey, stackKey:
			return key + "_"
		}
	}
	return key
}

// isEmptyGroup reports whether a resolved value is a group that has nothing to
// show.
func isEmptyGroup(v slog.Value) bool {
	return v.Kind() == slog.KindGroup && !slices.ContainsFunc(v.Group(), func(a slog.Attr) bool {
		return !a.Equal(slog.Attr{}) && !isEmptyGroup(a.Value.Resolve())
	})
}

// group writes the attributes of a group.
type group []slog.Attr

func (g group) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	for _, a := range g {
		if v := a.Value.Resolve(); !a.Equal(slog.Attr{}) && !isEmptyGroup(v) {
			addJSON(enc, a.Key, v)
		}
	}
	return nil
}

// addJSON writes a resolved value as encoding/json does, but for durations, errors
// and Stringers, which become strings.
func addJSON(enc zapcore.ObjectEncoder, key string, v slog.Value) {
	switch v.Kind() {
	case slog.KindString:
		addString(enc, key, v.String())
	case slog.KindInt64:
		enc.AddInt64(key, v.Int64())
	case slog.KindUint64:
		enc.AddUint64(key, v.Uint64())
	case slog.KindBool:
		enc.AddBool(key, v.Bool())
	case slog.KindFloat64:
		if abs := math.Abs(v.Float64()); abs == 0 || abs >= 1e-6 && abs < 1e21 {
			enc.AddFloat64(key, v.Float64())
		} else { // in exponent notation, or none at all
			addReflected(enc, key, v.Float64())
		}
	case slog.KindDuration:
		enc.AddString(key, v.Duration().String())
	case slog.KindGroup:
		if key == "" {
			_ = group(v.Group()).MarshalLogObject(enc) // returns nil
		} else {
			_ = enc.AddObject(key, group(v.Group()))
		}
	case slog.KindTime, slog.KindLogValuer:
		addReflected(enc, key, v.Any())
	case slog.KindAny:
		addAny(enc, key, anyOf(v))
	}
}

func addAny(enc zapcore.ObjectEncoder, key string, v any) {
	if err, ok := v.(error); ok {
		addString(enc, key, fmt.Sprint(err)) // Sprint survives methods that panic
		return
	}
	switch v.(type) {
	case json.Marshaler, encoding.TextMarshaler:
		addReflected(enc, key, v)
	case fmt.Stringer:
		addString(enc, key, fmt.Sprint(v))
	default:
		addReflected(enc, key, v)
	}
}

// addString escapes as encoding/json does, which treats a few characters in
// another way than zap.
func addString(enc zapcore.ObjectEncoder, key, s string) {
	if strings.ContainsAny(s, "\b\f\u2028\u2029") {
		addReflected(enc, key, s)
		return
	}
	enc.AddString(key, s)
}

// addReflected writes v through encoding/json. What that cannot encode becomes the
// text of the error, under the key with "Error" at its end.
func addReflected(enc zapcore.ObjectEncoder, key string, v any) {
	defer func() {
		if r := recover(); r != nil {
			enc.AddString(key+"Error", fmt.Sprintf("panic: %v", r))
		}
	}()
	if err := enc.AddReflected(key, v); err != nil {
		enc.AddString(key+"Error", err.Error())
	}
}

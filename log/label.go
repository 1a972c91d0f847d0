// SPDX-License-Identifier: Apache-2.0

package log

import (
	"log/slog"
	"slices"
	"strconv"
	"time"

	"go.uber.org/zap/zapcore"
)

// badKey begins the keys of values that were passed without a proper key, as in
// log/slog.
const badKey = "!BADKEY"

// label is a key and a value beside the message. Values are held as slog.Value,
// which needs no memory of its own for the usual types.
type label struct {
	key   string
	value slog.Value
	// depth is how many of the list's groups the label is in.
	depth int
}

// labelList is what follows the message of a line. It is immutable once lines are
// written with it: lists are derived by copying.
type labelList struct {
	items []label
	// groups are the names that qualify keys, outermost first. Each is open from the
	// first label that is in it to the end of the list.
	groups []string
}

// field returns the list as a field for the cores of zap. Their encoders write each
// label as a key; encoder knows the list by its type.
func (l *labelList) field() zapcore.Field {
	return zapcore.Field{Type: zapcore.InlineMarshalerType, Interface: l}
}

// with returns a list with the labels of kvlist added or replaced. It has no groups:
// those are of loggers of log/slog only.
func (l *labelList) with(kvlist []any) labelList {
	items := make([]label, len(l.items), len(l.items)+(len(kvlist)+1)/2)
	copy(items, l.items)
	for len(kvlist) > 0 {
		var l label
		l, kvlist = nextLabel(kvlist)
		if l.key == badKey {
			l.key = unused(items, badKey)
		}
		if i := slices.IndexFunc(items, func(old label) bool { return old.key == l.key }); i >= 0 {
			items[i].value = l.value
		} else {
			items = append(items, l)
		}
	}
	return labelList{items: items}
}

// unused returns the key, with a number if items have it already.
func unused(items []label, key string) string {
	k := key
	for n := 2; slices.ContainsFunc(items, func(l label) bool { return l.key == k }); n++ {
		k = key + strconv.Itoa(n)
	}
	return k
}

// verbatim holds a value that slog.Value would change: it drops the monotonic
// reading of times and widens float32.
type verbatim struct{ value any }

// valueOf returns v such that fmt and encoding/json see what was passed.
func valueOf(v any) slog.Value {
	switch v.(type) {
	case float32, time.Time:
		return slog.AnyValue(verbatim{v})
	default:
		return slog.AnyValue(v)
	}
}

// anyOf returns what a value of KindAny holds.
func anyOf(v slog.Value) any {
	switch held := v.Any().(type) {
	case verbatim:
		return held.value
	default:
		return held
	}
}

// SPDX-License-Identifier: Apache-2.0

package log

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.uber.org/zap/zapcore"
)

// record is a line that is being put together, with memory for its labels that is used
// again.
type record struct {
	labels labelList
	attrs  []slog.Attr
}

var records = sync.Pool{New: func() any { return &record{} }} //nolint:gochecknoglobals // memory only

// newRecord returns a record with the labels of ctx, which may be nil, and with others,
// which are copied. It is freed by free.
func newRecord(ctx context.Context, labels *labelList) *record {
	r := records.Get().(*record)
	if ctx != nil {
		r.addContext(ctx)
	}
	r.labels.items = append(r.labels.items, labels.items...)
	r.labels.groups = labels.groups
	return r
}

// free keeps the record for reuse, unless it has grown for an unusual line.
func (r *record) free() {
	if cap(r.labels.items) > 64 || cap(r.attrs) > 64 {
		return
	}
	clear(r.labels.items)
	clear(r.attrs)
	r.labels, r.attrs = labelList{items: r.labels.items[:0]}, r.attrs[:0]
	records.Put(r)
}

// addContext adds the labels that ctx has.
func (r *record) addContext(ctx context.Context) {
	if labels, ok := ctx.Value(contextKey{}).(*labelList); ok {
		r.labels.items = append(r.labels.items, labels.items...)
	}
	if more := current.Load().contextLabels; len(more) > 0 {
		for _, f := range more {
			r.attrs = f(ctx, r.attrs)
		}
		for _, a := range r.attrs {
			r.addAttr(a, 0)
		}
	}
}

// addAttr adds a label that is in the first depth groups.
func (r *record) addAttr(a slog.Attr, depth int) {
	if !a.Equal(slog.Attr{}) {
		r.labels.items = append(r.labels.items, label{a.Key, a.Value, depth})
	}
}

// addPairs adds what log/slog takes as arguments: keys with values, or attributes.
func (r *record) addPairs(kvlist []any) {
	for len(kvlist) > 0 {
		var l label
		l, kvlist = nextLabel(kvlist)
		r.labels.items = append(r.labels.items, l)
	}
}

// nextLabel returns the first label of a list that is not empty, and the rest of it. What
// is no key, or has no value, is a value under badKey.
func nextLabel(kvlist []any) (label, []any) {
	switch key := kvlist[0].(type) {
	case slog.Attr:
		return label{key: key.Key, value: key.Value}, kvlist[1:]
	case string:
		if len(kvlist) == 1 {
			return label{key: badKey, value: slog.StringValue(key)}, nil
		}
		return label{key: key, value: valueOf(kvlist[1])}, kvlist[2:]
	default:
		return label{key: badKey, value: valueOf(key)}, kvlist[1:]
	}
}

// writeAttrs writes a line with labels. The caller has checked the level.
func (s *Scope) writeAttrs(ctx context.Context, l Level, msg string, attrs []slog.Attr) {
	if !s.settings.admits(l) {
		return
	}
	r := newRecord(ctx, &s.labels)
	defer r.free()
	for _, a := range attrs {
		r.addAttr(a, 0)
	}
	s.settings.emit(l, msg, time.Now(), 0, &r.labels)
}

// writePairs writes a line with labels. The caller has checked the level.
func (s *Scope) writePairs(ctx context.Context, l Level, msg string, kvlist []any) {
	if !s.settings.admits(l) {
		return
	}
	r := newRecord(ctx, &s.labels)
	defer r.free()
	r.addPairs(kvlist)
	s.settings.emit(l, msg, time.Now(), 0, &r.labels)
}

// emit writes a line that has passed level and limit. It comes from pc, or from the first
// frame outside of logging if pc is 0.
func (s *settings) emit(l Level, msg string, t time.Time, pc uintptr, labels *labelList) {
	e := zapcore.Entry{Level: l.zap(), Time: t, Message: msg}
	s.annotate(&e, l, pc)
	emit(&e, labels)
}

// LogAttrs writes msg with labels at a level other than [NoneLevel]. Labels are made by
// the functions of log/slog, as in
//
//	scope.LogAttrs(ctx, log.DebugLevel, "admitted", slog.String("pod", name), slog.Int("port", port))
//
// which costs no memory whether the line is written or not. A value that is costly to
// make can be a slog.LogValuer, or one of [Lazy]: it is asked for when the line is
// written. Labels of ctx ([With]) come first, then those of the scope. Unlike [Scope.Fatal] it
// does not end the process.
func (s *Scope) LogAttrs(ctx context.Context, level Level, msg string, attrs ...slog.Attr) {
	if level != NoneLevel && level.valid() && s.settings.enabled(level) {
		s.writeAttrs(ctx, level, msg, attrs)
	}
}

// noContext is passed on by functions that have no context, and so no labels of one.
var noContext context.Context //nolint:gochecknoglobals // always nil

// LogRecord writes a record of log/slog at a level other than [NoneLevel]: what adapters
// of other loggers need that know time, place and labels of a line. The level of the
// record does not count, and no label chooses another scope. A record without a place (its
// PC is 0) comes from the first frame outside of logging. LogRecord does not end the
// process.
func (s *Scope) LogRecord(ctx context.Context, level Level, r slog.Record) {
	if level == NoneLevel || !level.valid() || !s.settings.enabled(level) || !s.settings.admits(level) {
		return
	}
	rec := newRecord(ctx, &s.labels)
	defer rec.free()
	r.Attrs(func(a slog.Attr) bool {
		rec.addAttr(a, 0)
		return true
	})
	s.settings.emit(level, r.Message, r.Time, r.PC, &rec.labels)
}

// Lazy returns a value for a label that f makes when a line is written with it, on the
// goroutine that logs.
func Lazy(f func() any) slog.LogValuer { return lazy(f) }

type lazy func() any

func (f lazy) LogValue() slog.Value { return slog.AnyValue(f()) }

// Fatalw writes msg with labels at [FatalLevel], given as to [Scope.Infow], and ends the
// process with status 1. At [NoneLevel] it does neither.
func (s *Scope) Fatalw(msg string, kvlist ...any) {
	if s.settings.enabled(FatalLevel) {
		s.writePairs(noContext, FatalLevel, msg, kvlist)
		end()
	}
}

// Errorw writes msg with labels at [ErrorLevel], given as to [Scope.Infow].
func (s *Scope) Errorw(msg string, kvlist ...any) {
	if s.settings.enabled(ErrorLevel) {
		s.writePairs(noContext, ErrorLevel, msg, kvlist)
	}
}

// Warnw writes msg with labels at [WarnLevel], given as to [Scope.Infow].
func (s *Scope) Warnw(msg string, kvlist ...any) {
	if s.settings.enabled(WarnLevel) {
		s.writePairs(noContext, WarnLevel, msg, kvlist)
	}
}

// Infow writes msg with labels at [InfoLevel]: pairs of a key and a value of any type, or
// attributes of log/slog. They follow the labels of the scope. What has no proper key
// appears under "!BADKEY".
func (s *Scope) Infow(msg string, kvlist ...any) {
	if s.settings.enabled(InfoLevel) {
		s.writePairs(noContext, InfoLevel, msg, kvlist)
	}
}

// Debugw writes msg with labels at [DebugLevel], given as to [Scope.Infow].
func (s *Scope) Debugw(msg string, kvlist ...any) {
	if s.settings.enabled(DebugLevel) {
		s.writePairs(noContext, DebugLevel, msg, kvlist)
	}
}

// ErrorContext is [Scope.Errorw] with the labels of ctx before all others: see [With].
func (s *Scope) ErrorContext(ctx context.Context, msg string, kvlist ...any) {
	if s.settings.enabled(ErrorLevel) {
		s.writePairs(ctx, ErrorLevel, msg, kvlist)
	}
}

// WarnContext is [Scope.Warnw] with the labels of ctx before all others: see [With].
func (s *Scope) WarnContext(ctx context.Context, msg string, kvlist ...any) {
	if s.settings.enabled(WarnLevel) {
		s.writePairs(ctx, WarnLevel, msg, kvlist)
	}
}

// InfoContext is [Scope.Infow] with the labels of ctx before all others: see [With].
func (s *Scope) InfoContext(ctx context.Context, msg string, kvlist ...any) {
	if s.settings.enabled(InfoLevel) {
		s.writePairs(ctx, InfoLevel, msg, kvlist)
	}
}

// DebugContext is [Scope.Debugw] with the labels of ctx before all others: see [With].
func (s *Scope) DebugContext(ctx context.Context, msg string, kvlist ...any) {
	if s.settings.enabled(DebugLevel) {
		s.writePairs(ctx, DebugLevel, msg, kvlist)
	}
}

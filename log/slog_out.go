// SPDX-License-Identifier: Apache-2.0

package log

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"go.uber.org/zap/zapcore"
)

// stackAttr is the attribute that has the stack trace of a line.
const stackAttr = "stack"

// WithSlogHandler makes every line go to a handler of log/slog too, if that is enabled for
// its level, and returns o. Fatal lines have a level of slog.LevelError+4. The name of the
// scope, unless it is the default one, is the attribute "scope", before the labels; a stack
// trace is the attribute "stack", after them. Records have a place if the scope logs
// callers. Errors of the handler go to the error output.
//
// The handler must not log to this package, as [slog.Default] does after [Configure]: each
// line would cause another. One that was made by [NewSlogHandler] is an error of Configure.
func (o *Options) WithSlogHandler(h slog.Handler) *Options {
	return o.WithExtension(func(c zapcore.Core) (zapcore.Core, func() error, error) {
		if _, own := h.(*slogHandler); own {
			return nil, nil, errors.New("a handler that writes to scopes cannot get the lines of scopes")
		}
		return zapcore.NewTee(c, &slogCore{handler: h}), nil, nil
	})
}

// slogCore passes lines on to a handler.
type slogCore struct {
	handler slog.Handler
	fields  []zapcore.Field
}

// Enabled reports whether the handler wants lines of the level.
func (c *slogCore) Enabled(l zapcore.Level) bool {
	return c.handler.Enabled(context.Background(), toSlog(l))
}

// With returns a core that adds the fields to each line.
func (c *slogCore) With(fields []zapcore.Field) zapcore.Core {
	return &slogCore{handler: c.handler, fields: slices.Concat(c.fields, fields)}
}

// Check adds c to those that write the entry, if it does.
func (c *slogCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return checked.AddCore(e, c)
	}
	return checked
}

// Write passes the entry on.
func (c *slogCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	pc := e.Caller.PC
	if pc != 0 {
		pc++ // where the call returns to, as records have it
	}
	r := slog.NewRecord(e.Time, toSlog(e.Level), e.Message, pc)
	if e.LoggerName != "" {
		r.AddAttrs(slog.String(scopeAttr, e.LoggerName))
	}
	all := slices.Concat(c.fields, fields)
	if labels, ok := lastLabels(all); ok {
		r.AddAttrs(labels.attrs(0)...)
		all = all[:len(all)-1]
	}
	r.AddAttrs(fieldAttrs(all)...)
	if e.Stack != "" {
		r.AddAttrs(slog.String(stackAttr, e.Stack))
	}
	return c.handler.Handle(context.Background(), r)
}

// Sync does nothing: handlers have nothing to flush.
func (*slogCore) Sync() error { return nil }

// lastLabels returns the labels of a scope, if fields end in them.
func lastLabels(fields []zapcore.Field) (*labelList, bool) {
	if len(fields) == 0 {
		return nil, false
	}
	labels, ok := fields[len(fields)-1].Interface.(*labelList)
	return labels, ok
}

// attrs returns the labels that are in the first depth groups, and those in groups below.
func (l *labelList) attrs(depth int) []slog.Attr {
	var attrs []slog.Attr
	for i, item := range l.items {
		if item.depth > depth {
			rest := labelList{items: l.items[i:], groups: l.groups}
			return append(attrs, slog.Attr{Key: l.groups[depth], Value: slog.GroupValue(rest.attrs(depth + 1)...)})
		}
		value := item.value
		if value.Kind() == slog.KindAny {
			value = slog.AnyValue(anyOf(value))
		}
		attrs = append(attrs, slog.Attr{Key: item.key, Value: value})
	}
	return attrs
}

// fieldAttrs returns what zap's own loggers add to a line.
func fieldAttrs(fields []zapcore.Field) []slog.Attr {
	var attrs []slog.Attr
	for i, f := range fields {
		if f.Type == zapcore.NamespaceType {
			return append(attrs, slog.Attr{Key: f.Key, Value: slog.GroupValue(fieldAttrs(fields[i+1:])...)})
		}
		enc := zapcore.NewMapObjectEncoder()
		f.AddTo(enc)
		for key, value := range enc.Fields {
			attrs = append(attrs, slog.Any(key, value))
		}
	}
	return attrs
}

func toSlog(l zapcore.Level) slog.Level {
	switch fromZap(l) {
	case FatalLevel:
		return slog.LevelError + 4
	case ErrorLevel:
		return slog.LevelError
	case WarnLevel:
		return slog.LevelWarn
	case InfoLevel:
		return slog.LevelInfo
	case NoneLevel, DebugLevel:
	}
	return slog.LevelDebug
}

// SPDX-License-Identifier: Apache-2.0

package log

import (
	"context"
	"log/slog"
	"slices"
)

// scopeAttr is the attribute by which a logger of log/slog chooses its scope.
const scopeAttr = "scope"

// NewSlogHandler returns a handler for loggers of log/slog that writes to the
// scope. A logger, or a single line, with the attribute "scope" writes to the scope
// of that name instead, which is registered if need be:
//
//	logger := slog.New(log.NewSlogHandler(scope)).With("scope", "krt")
//
// The scope decides, whenever a line is logged, whether it is written and with
// what. A line that names its scope itself must pass both scopes; loggers that are
// made with it are cheaper, too. The attribute counts outside of groups and if it
// is a string.
//
// Attributes follow the labels of the context ([With]) and those of the scope. The names of groups stand before the
// key in plain text ("request.path=/"), and are objects in JSON. As with the
// handlers of log/slog, keys that are given twice appear twice. Levels between
// those of slog count as the next lower one, and those above error as errors.
func NewSlogHandler(s *Scope) slog.Handler {
	return &slogHandler{settings: s.settings, labels: s.labels}
}

// Slog returns a logger that writes to the scope: see [NewSlogHandler].
func (s *Scope) Slog() *slog.Logger { return slog.New(NewSlogHandler(s)) }

type slogHandler struct {
	settings *settings
	labels   labelList
}

// Enabled reports whether the scope writes lines of the level.
func (h *slogHandler) Enabled(_ context.Context, l slog.Level) bool {
	return h.settings.enabled(fromSlog(l))
}

// Handle writes the line. Errors of writing go to the error output, so it returns
// none.
func (h *slogHandler) Handle(ctx context.Context, r slog.Record) error {
	rec := newRecord(ctx, &h.labels)
	defer rec.free()
	settings := h.settings
	r.Attrs(func(a slog.Attr) bool {
		if name, ok := h.chosenScope(a); ok {
			settings = scopeForAttr(name).settings
		} else {
			rec.addAttr(a, len(h.labels.groups))
		}
		return true
	})
	level := fromSlog(r.Level)
	if settings.enabled(level) && settings.admits(level) {
		settings.emit(level, r.Message, r.Time, r.PC, &rec.labels)
	}
	return nil
}

// chosenScope returns the name of the scope that an attribute asks for, if it
// does.
func (h *slogHandler) chosenScope(a slog.Attr) (string, bool) {
	if a.Key != scopeAttr || len(h.labels.groups) > 0 || a.Value.Kind() != slog.KindString {
		return "", false
	}
	return a.Value.String(), true
}

// WithAttrs returns a handler that adds the attributes to each line.
func (h *slogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	d := *h
	d.labels.items = slices.Clip(d.labels.items)
	for _, a := range attrs {
		if name, ok := h.chosenScope(a); ok {
			d.settings = scopeForAttr(name).settings
		} else if !a.Equal(slog.Attr{}) {
			d.labels.items = append(d.labels.items, label{a.Key, a.Value, len(h.labels.groups)})
		}
	}
	return &d
}

// WithGroup returns a handler that qualifies the keys of later attributes.
func (h *slogHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	d := *h
	d.labels.groups = append(slices.Clip(d.labels.groups), name)
	return &d
}

func fromSlog(l slog.Level) Level {
	switch {
	case l >= slog.LevelError:
		return ErrorLevel
	case l >= slog.LevelWarn:
		return WarnLevel
	case l >= slog.LevelInfo:
		return InfoLevel
	default:
		return DebugLevel
	}
}

// SPDX-License-Identifier: Apache-2.0

package log

import (
	"context"
	"log/slog"
)

// contextKey is the key of a context's labels, a *labelList.
type contextKey struct{}

// With returns a context with labels, given as to [Scope.Infow], that lines have which
// are logged with it: by [Scope.InfoContext] and the like, [Scope.LogAttrs], and the
// methods of loggers of log/slog that take a context. Labels of ctx stay; a key that they
// have already takes the new value.
func With(ctx context.Context, kvlist ...any) context.Context {
	var old labelList
	if l, ok := ctx.Value(contextKey{}).(*labelList); ok {
		old = *l
	}
	labels := old.with(kvlist)
	return context.WithValue(ctx, contextKey{}, &labels)
}

// ContextLabels appends what lines are to have that are logged with ctx, such as the ids
// of a trace. It is called for each such line, before anything is written, and must not
// log. It does not keep attrs.
type ContextLabels func(ctx context.Context, attrs []slog.Attr) []slog.Attr

// WithContextLabels makes f add labels to lines that are logged with a context, after
// those of [With], and returns o. Package logtrace has one for traces.
func (o *Options) WithContextLabels(f ContextLabels) *Options {
	o.contextLabels = append(o.contextLabels, f)
	return o
}

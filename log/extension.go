// SPDX-License-Identifier: Apache-2.0

package log

import (
	"slices"

	"go.uber.org/zap/zapcore"
)

// Extension returns a core of zap that stands before c, which writes to the outputs: it
// may pass lines on, to others too, or drop them. The closer, which may be nil, ends
// what the core uses.
//
// [Configure] calls an extension once. The core gets the lines of all scopes and those
// captured of other loggers, by Check and Write as zap has it, so that its own level
// counts. A scope's labels are the last field, an inline object with a key for each.
type Extension func(c zapcore.Core) (zapcore.Core, func() error, error)

// WithExtension adds an extension, which stands before those that were added earlier,
// and returns o.
func (o *Options) WithExtension(e Extension) *Options {
	o.extensions = append(o.extensions, e)
	return o
}

// fields returns the labels as a field for a core that may keep it.
func (l *labelList) fields() []zapcore.Field {
	if l == nil || len(l.items) == 0 {
		return nil
	}
	kept := &labelList{items: slices.Clone(l.items), groups: l.groups}
	return []zapcore.Field{kept.field()}
}

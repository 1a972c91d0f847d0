// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
	"log/slog"

	"go.uber.org/zap/buffer"
)

// appendPlain appends a tab and the labels as key=value, separated by spaces, as fmt
// prints the values. The names of groups stand before the key, with periods between.
func (l *labelList) appendPlain(buf *buffer.Buffer) {
	p := plainLabels{buf: buf, separator: '\t'}
	for _, item := range l.items {
		p.add(l.groups[:item.depth], "", item.key, item.value)
	}
}

// plainLabels writes labels to buf, with separator before the next one.
type plainLabels struct {
	buf       *buffer.Buffer
	separator byte
}

// add appends a label, or the labels of a group, with groups and then path before
// its key. Path ends in a period if it is not empty.
func (p *plainLabels) add(groups []string, path, key string, v slog.Value) {
	v = v.Resolve()
	if v.Kind() == slog.KindGroup {
		if key != "" {
			path += key + "."
		}
		for _, a := range v.Group() {
			if !a.Equal(slog.Attr{}) {
				p.add(groups, path, a.Key, a.Value)
			}
		}
		return
	}
	p.buf.AppendByte(p.separator)
	p.separator = ' '
	for _, g := range groups {
		p.buf.AppendString(g)
		p.buf.AppendByte('.')
	}
	p.buf.AppendString(path)
	p.buf.AppendString(key)
	p.buf.AppendByte('=')
	appendPlainValue(p.buf, v)
}

func appendPlainValue(buf *buffer.Buffer, v slog.Value) {
	switch v.Kind() {
	case slog.KindString:
		buf.AppendString(v.String())
	case slog.KindInt64:
		buf.AppendInt(v.Int64())
	case slog.KindUint64:
		buf.AppendUint(v.Uint64())
	case slog.KindBool:
		buf.AppendBool(v.Bool())
	case slog.KindDuration:
		buf.AppendString(v.Duration().String())
	case slog.KindAny:
		_, _ = fmt.Fprint(buf, anyOf(v))
	case slog.KindFloat64, slog.KindTime, slog.KindGroup, slog.KindLogValuer:
		_, _ = fmt.Fprint(buf, v.Any())
	}
}

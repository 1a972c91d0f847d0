// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
)

// appendPlain appends a tab and the labels as key=value, separated by spaces, as fmt
// prints the values. The names of groups stand before the key, with periods between.
func (l *labelList) appendPlain(dst []byte) []byte {
	p := plainLabels{b: dst, separator: '\t'}
	for i := range l.items {
		item := &l.items[i]
		p.add(l.groups[:item.depth], "", item.key, item.value)
	}
	return p.b
}

// plainLabels appends labels to b, with separator before the next one.
type plainLabels struct {
	b         []byte
	separator byte
}

// add appends a label, or the labels of a group, with groups and then path before
// its key. Path ends in a period if it is not empty.
func (p *plainLabels) add(groups []string, path, key string, v slog.Value) {
	v = resolve(v)
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
	p.b = append(p.b, p.separator)
	p.separator = ' '
	for _, g := range groups {
		p.b = append(p.b, g...)
		p.b = append(p.b, '.')
	}
	p.b = append(p.b, path...)
	p.b = append(p.b, key...)
	p.b = append(p.b, '=')
	p.b = appendPlainValue(p.b, v)
}

func appendPlainValue(dst []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindString:
		return append(dst, v.String()...)
	case slog.KindInt64:
		return strconv.AppendInt(dst, v.Int64(), 10)
	case slog.KindUint64:
		return strconv.AppendUint(dst, v.Uint64(), 10)
	case slog.KindBool:
		return strconv.AppendBool(dst, v.Bool())
	case slog.KindDuration:
		return append(dst, v.Duration().String()...)
	case slog.KindAny:
		return fmt.Append(dst, anyOf(v))
	case slog.KindFloat64:
		if f := v.Float64(); !math.IsInf(f, 0) {
			return strconv.AppendFloat(dst, f, 'g', -1, 64)
		}
	case slog.KindTime, slog.KindGroup, slog.KindLogValuer:
	}
	return fmt.Append(dst, v.Any())
}

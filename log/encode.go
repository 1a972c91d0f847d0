// SPDX-License-Identifier: Apache-2.0

package log

import (
	"time"

	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// timeLayout prints times, which must be UTC, in 27 bytes. Microseconds are cut off,
// not rounded.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// newJSONEncoder returns an encoder of lines that are JSON objects: level, time,
// scope, caller and msg, then the labels in order, then stack.
func newJSONEncoder() zapcore.Encoder {
	return zapcore.NewJSONEncoder(zapcore.EncoderConfig{
		LevelKey:       levelKey,
		TimeKey:        timeKey,
		NameKey:        scopeKey,
		CallerKey:      callerKey,
		MessageKey:     messageKey,
		StacktraceKey:  stackKey,
		EncodeLevel:    zapcore.LowercaseLevelEncoder,
		EncodeTime:     encodeTime,
		EncodeDuration: zapcore.StringDurationEncoder,
		EncodeCaller:   zapcore.ShortCallerEncoder,
	})
}

func encodeTime(t time.Time, enc zapcore.PrimitiveArrayEncoder) {
	if enc, ok := enc.(interface {
		AppendTimeLayout(t time.Time, layout string)
	}); ok {
		enc.AppendTimeLayout(t.UTC(), timeLayout)
		return
	}
	enc.AppendString(t.UTC().Format(timeLayout))
}

// plainEncoder encodes lines for people: time, level, scope, caller, message and
// labels with tabs between them, then the stack.
type plainEncoder struct {
	// Encoder writes what zap's own loggers add to a line, as JSON.
	zapcore.Encoder

	buffers buffer.Pool
}

func newPlainEncoder() zapcore.Encoder {
	return &plainEncoder{
		Encoder: zapcore.NewConsoleEncoder(zapcore.EncoderConfig{
			EncodeTime:     encodeTime,
			EncodeDuration: zapcore.StringDurationEncoder,
		}),
		buffers: buffer.NewPool(),
	}
}

// EncodeEntry returns the line, which the caller frees.
func (e *plainEncoder) EncodeEntry(entry zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	line := e.buffers.Get()
	if !entry.Time.IsZero() {
		line.AppendTime(entry.Time.UTC(), timeLayout)
		line.AppendByte('\t')
	}
	line.AppendString(entry.Level.String())
	line.AppendByte('\t')
	if entry.LoggerName != "" {
		line.AppendString(entry.LoggerName)
		line.AppendByte('\t')
	}
	if entry.Caller.Defined {
		line.AppendString(entry.Caller.TrimmedPath())
		line.AppendByte('\t')
	}
	line.AppendString(entry.Message)
	if err := e.appendFields(line, fields); err != nil {
		line.Free()
		return nil, err
	}
	if entry.Stack != "" {
		line.AppendByte('\n')
		line.AppendString(entry.Stack)
	}
	line.AppendByte('\n')
	return line, nil
}

// appendFields appends either the labels of a scope, which are the only field, or
// fields of zap's own loggers as a JSON object.
func (e *plainEncoder) appendFields(line *buffer.Buffer, fields []zapcore.Field) error {
	if len(fields) == 0 {
		return nil
	}
	if labels, ok := fields[0].Interface.(*labelList); ok {
		labels.appendPlain(line)
		return nil
	}
	object, err := e.Encoder.EncodeEntry(zapcore.Entry{}, fields)
	if err != nil {
		return err
	}
	defer object.Free()
	object.TrimNewline()
	line.AppendByte('\t')
	line.AppendBytes(object.Bytes())
	return nil
}

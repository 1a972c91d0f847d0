// SPDX-License-Identifier: Apache-2.0

package log

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap/zapcore"
)

// Line is a line that was logged. Nobody changes it any more.
type Line struct {
	Time  time.Time `json:"time"`
	Level Level     `json:"level"`
	// Scope is the name of the scope; for lines of zap's own loggers, of the logger, if it
	// has one.
	Scope   string `json:"scope"`
	Message string `json:"msg"`
	// Caller is the file and line that logged, if the scope logs callers.
	Caller string `json:"caller,omitempty"`
	// Labels is a JSON object with the labels in order; nil if there are none.
	Labels json.RawMessage `json:"labels,omitempty"`
	Stack  string          `json:"stack,omitempty"`
}

// observerList is who is told of lines. It is immutable.
type observerList []*func(Line)

func (l *observerList) tell(line Line) {
	for _, f := range *l {
		(*f)(line)
	}
}

// observers is nil if there are none.
//
//nolint:gochecknoglobals // who watches the log of the process
var (
	observers   atomic.Pointer[observerList]
	observersMu sync.Mutex // held while the list changes
)

// Observe calls f with every line that is logged from now on, wherever it is written,
// until stop is called. Calls are made by the goroutines that log, possibly at the same
// time and, for lines that are being logged, once more after stop. So f must be
// quick, and must not log.
func Observe(f func(Line)) (stop func()) {
	observer := &f
	change := func(how func(observerList) observerList) {
		observersMu.Lock()
		defer observersMu.Unlock()
		var list observerList
		if old := observers.Load(); old != nil {
			list = *old
		}
		if list = how(list); len(list) == 0 {
			observers.Store(nil)
			return
		}
		observers.Store(&list)
	}
	change(func(l observerList) observerList { return append(slices.Clip(l), observer) })
	return func() {
		change(func(l observerList) observerList {
			return slices.DeleteFunc(slices.Clone(l), func(o *func(Line)) bool { return o == observer })
		})
	}
}

func lineOf(e *zapcore.Entry, labels *labelList) Line {
	line := lineOfEntry(e)
	if labels != nil && len(labels.items) > 0 {
		w := jsonWriter{b: []byte{'{'}, columns: &noColumns}
		w.labels(labels)
		line.Labels = append(w.b, '}')
	}
	return line
}

// noColumns is for objects that have labels only: no key is taken.
var noColumns columns //nolint:gochecknoglobals // a constant

func lineOfZap(e zapcore.Entry, fields []zapcore.Field) Line {
	line := lineOfEntry(&e)
	if len(fields) == 0 {
		return line
	}
	f := newFormat(true, false)
	if object, err := f.zap.EncodeEntry(zapcore.Entry{}, fields); err == nil {
		line.Labels = bytes.Clone(bytes.TrimSpace(object.Bytes()))
		object.Free()
	}
	return line
}

func lineOfEntry(e *zapcore.Entry) Line {
	line := Line{Time: e.Time, Level: fromZap(e.Level), Scope: e.LoggerName, Message: e.Message, Stack: e.Stack}
	if line.Scope == "" {
		line.Scope = DefaultScopeName
	}
	if e.Caller.Defined {
		line.Caller = shortPath(e.Caller.File) + ":" + strconv.Itoa(e.Caller.Line)
	}
	return line
}

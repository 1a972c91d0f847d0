// SPDX-License-Identifier: Apache-2.0

package log

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/multierr"
	"go.uber.org/zap/zapcore"
)

// current is where lines go. It never holds nil.
var current = func() *atomic.Pointer[output] { //nolint:gochecknoglobals // where the log of the process goes
	var p atomic.Pointer[output]
	p.Store(initial())
	return &p
}()

// initial returns where lines go while no configuration is in force: to the
// standard output, as plain text.
func initial() *output {
	return newOutput(newFormat(false, false), newSink(stream{os.Stdout}), newSink(stream{os.Stderr}))
}

// replace makes o the output. The one before is closed when the last line that it
// was given is written; the error is that of closing it, if that is now.
func replace(o *output) error { return current.Swap(o).release() }

// output is what one call of Configure set up. It is closed when another has taken
// its place and the last line that it was given is written.
type output struct {
	format lineFormat
	lines  sink
	errors sink
	// core writes lines of zap's own loggers to lines.
	core zapcore.Core
	// extended says that core has extensions, which must see the lines of scopes too.
	extended bool
	// contextLabels add labels to lines that are logged with a context.
	contextLabels []ContextLabels
	// closers end what extensions use.
	closers []func() error
	// users counts those who may still write: one for being current, and the calls
	// that are under way. At zero the output is closed and must not be used.
	users atomic.Int64
}

func newOutput(f lineFormat, lines, errs sink) *output {
	o := &output{
		format: f,
		lines:  lines,
		errors: errs,
		core:   zapcore.NewCore(newEncoder(f), lines, zapcore.DebugLevel),
	}
	o.users.Store(1)
	return o
}

// extend puts what the extensions make of the core in its place.
func (o *output) extend(extensions []Extension) error {
	for i, e := range extensions {
		core, closer, err := e(o.core)
		if err != nil {
			return fmt.Errorf("extension %d of log: %w", i, err)
		}
		o.core, o.extended = core, true
		if closer != nil {
			o.closers = append(o.closers, closer)
		}
	}
	return nil
}

// acquire returns the output to write to. The caller releases it.
func acquire() *output {
	for {
		o := current.Load()
		for n := o.users.Load(); n > 0; n = o.users.Load() {
			if o.users.CompareAndSwap(n, n+1) {
				return o
			}
		}
	}
}

func (o *output) release() error {
	if o.users.Add(-1) == 0 {
		return o.close()
	}
	return nil
}

// done is release for those who cannot return the error of closing. It goes to the error
// sink of the output that has taken the place of this one.
func (o *output) done() {
	if err := o.release(); err != nil {
		reportClosing(err)
	}
}

func reportClosing(err error) {
	o := acquire()
	defer o.done()
	o.errors.report(fmt.Errorf("close earlier output: %w", err))
}

// close flushes and closes what the output writes to. Every part is closed, whatever
// becomes of the others.
func (o *output) close() error {
	var err error
	if len(o.closers) > 0 {
		err = o.core.Sync()
	}
	for _, c := range o.closers {
		err = multierr.Append(err, c())
	}
	return multierr.Combine(err, o.lines.close(), o.errors.close())
}

// lineBuffers holds memory in which lines are put together.
var lineBuffers = sync.Pool{New: func() any { //nolint:gochecknoglobals // memory only
	b := make([]byte, 0, 512)
	return &b
}}

// emit writes a line with labels, which may be nil and are not kept. An error of
// writing goes to the error sink.
func emit(e *zapcore.Entry, labels *labelList) {
	writeLine(e, labels)
	if watched := observers.Load(); watched != nil {
		watched.tell(lineOf(e, labels))
	}
}

func writeLine(e *zapcore.Entry, labels *labelList) {
	o := acquire()
	defer o.done()
	if o.extended {
		o.writeCore(*e, labels.fields())
	} else {
		b := lineBuffers.Get().(*[]byte)
		*b = o.format.appendLine((*b)[:0], e, labels, nil)
		o.write(*b, e.Level)
		if cap(*b) <= 16<<10 {
			lineBuffers.Put(b)
		}
	}
}

// write writes a line, and sees to it that it is stored if it may be the last.
func (o *output) write(line []byte, l zapcore.Level) {
	_, err := o.lines.Write(line)
	if l > zapcore.ErrorLevel {
		_ = o.lines.Sync()
	}
	if err != nil {
		o.errors.report(err)
	}
}

// writeCore writes a line through the cores of the extensions, each at its own level.
func (o *output) writeCore(e zapcore.Entry, fields []zapcore.Field) {
	ce := o.core.Check(e, nil)
	if ce == nil {
		return
	}
	ce.ErrorOutput = failures{o}
	ce.Write(fields...)
	if e.Level > zapcore.ErrorLevel {
		_ = o.core.Sync()
	}
}

// failures is what zap tells of errors of writing.
type failures struct{ o *output }

func (f failures) Write(text []byte) (int, error) {
	err := strings.TrimSpace(string(text))
	if _, cause, ok := strings.Cut(err, " write error: "); ok { // after the time of the line
		err = cause
	}
	f.o.errors.report(errors.New(err))
	return len(text), nil
}

func (failures) Sync() error { return nil }

// report writes an error of writing other lines to the sink.
func (s sink) report(err error) {
	line := appendTime(nil, time.Now())
	line = fmt.Appendf(line, " log write error: %v\n", err)
	_, _ = s.Write(line)
	_ = s.Sync()
}

// emitZap writes a line of zap's own loggers.
func emitZap(e zapcore.Entry, fields []zapcore.Field) {
	func() {
		o := acquire()
		defer o.done()
		o.writeCore(e, fields)
	}()
	if watched := observers.Load(); watched != nil {
		watched.tell(lineOfZap(e, fields))
	}
}

// Sync writes what is buffered and asks the operating system to store it; then the
// same of the outputs of extensions. Scopes with a rate limit say first how many lines
// they have held back. Standard streams that cannot be flushed are no error.
func Sync() error {
	for _, s := range Scopes() {
		s.settings.limiter.Load().report()
	}
	o := acquire()
	err := multierr.Append(o.core.Sync(), o.errors.Sync())
	return multierr.Append(err, o.release())
}

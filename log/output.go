// SPDX-License-Identifier: Apache-2.0

package log

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/multierr"
	"go.uber.org/zap"
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
	return newOutput(newPlainEncoder(), newSink(stream{os.Stdout}), newSink(stream{os.Stderr}))
}

// replace makes o the output. The one before is closed when the last line that it
// was given is written.
func replace(o *output) {
	current.Swap(o).release()
}

// output is what one call of Configure set up. It is closed when another has taken
// its place and the last line that it was given is written.
type output struct {
	core   zapcore.Core
	errors zapcore.WriteSyncer
	close  func()
	// users counts those who may still write: one for being current, and the calls
	// that are under way. At zero the output is closed and must not be used.
	users atomic.Int64
}

func newOutput(enc zapcore.Encoder, lines, errs sink) *output {
	o := &output{
		core:   zapcore.NewCore(enc, lines, zapcore.DebugLevel),
		errors: errs,
		close:  func() { lines.close(); errs.close() },
	}
	o.users.Store(1)
	return o
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

func (o *output) release() {
	if o.users.Add(-1) == 0 {
		o.close()
	}
}

// emit writes an entry. An error of writing goes to the error sink.
func emit(entry zapcore.Entry, fields []zapcore.Field) {
	o := acquire()
	defer o.release()
	if err := o.core.Write(entry, fields); err != nil {
		_, _ = fmt.Fprintf(o.errors, "%s log write error: %v\n", time.Now().UTC().Format(timeLayout), err)
		_ = o.errors.Sync()
	}
}

// sink is a set of files, or the like, that all get the same bytes.
type sink struct {
	zapcore.WriteSyncer

	closers []func()
}

// newSink returns a sink of writers that need no closing.
func newSink(writers ...zapcore.WriteSyncer) sink {
	return sink{WriteSyncer: zapcore.Lock(zapcore.NewMultiWriteSyncer(writers...))}
}

func (s sink) close() {
	for _, c := range s.closers {
		c()
	}
}

// openSink opens the paths: "stdout", "stderr", names of files, or URLs that a sink
// is registered for with zap. Without paths the sink discards what it is given.
func openSink(paths []string) (sink, error) {
	var writers []zapcore.WriteSyncer
	var closers []func()
	for _, path := range paths {
		switch path {
		case "stdout":
			writers = append(writers, stream{os.Stdout})
		case "stderr":
			writers = append(writers, stream{os.Stderr})
		default:
			w, closer, err := zap.Open(path)
			if err != nil {
				sink{closers: closers}.close()
				return sink{}, err
			}
			writers = append(writers, w)
			closers = append(closers, closer)
		}
	}
	s := newSink(writers...)
	s.closers = closers
	return s, nil
}

// stream is one of the process's standard streams.
type stream struct{ *os.File }

// Sync flushes the stream where it is something that can be flushed.
func (s stream) Sync() error {
	err := s.File.Sync()
	for _, harmless := range []error{syscall.EINVAL, syscall.ENOTSUP, syscall.ENOTTY, errors.ErrUnsupported} {
		if errors.Is(err, harmless) {
			return nil
		}
	}
	return err
}

// Sync flushes what lines and errors are written to. Lines are not buffered here:
// it asks the operating system to store them.
func Sync() error {
	o := acquire()
	defer o.release()
	return multierr.Append(o.core.Sync(), o.errors.Sync())
}

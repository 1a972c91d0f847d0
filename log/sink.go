// SPDX-License-Identifier: Apache-2.0

package log

import (
	"errors"
	"io"
	"os"
	"syscall"

	"go.uber.org/multierr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// sink is a set of files, or the like, that all get the same bytes.
type sink struct {
	zapcore.WriteSyncer

	closers []func() error
}

// newSink returns a sink of writers that need no closing.
func newSink(writers ...zapcore.WriteSyncer) sink {
	return sink{WriteSyncer: zapcore.Lock(zapcore.NewMultiWriteSyncer(writers...))}
}

func (s sink) close() error {
	var err error
	for _, c := range s.closers {
		err = multierr.Append(err, c())
	}
	return err
}

// openSink opens the paths: "stdout", "stderr", names of files, or URLs that a sink
// is registered for with zap. Writers get the same bytes. Without any, the sink
// discards what it is given.
func openSink(paths []string, writers []io.Writer) (sink, error) {
	var targets []zapcore.WriteSyncer
	var closers []func() error
	for _, path := range paths {
		switch path {
		case "stdout":
			targets = append(targets, stream{os.Stdout})
		case "stderr":
			targets = append(targets, stream{os.Stderr})
		default:
			w, closer, err := zap.Open(path)
			if err != nil {
				return sink{}, multierr.Append(err, sink{closers: closers}.close())
			}
			targets = append(targets, w)
			closers = append(closers, func() error { closer(); return nil })
		}
	}
	for _, w := range writers {
		targets = append(targets, zapcore.AddSync(w))
	}
	s := newSink(targets...)
	s.closers = closers
	return s, nil
}

// buffer puts a buffer before the sink.
func (s sink) buffer(size int, ends []os.Signal, report func(error)) sink {
	b := newBuffered(s.WriteSyncer, size, ends, report)
	return sink{WriteSyncer: b, closers: append([]func() error{b.close}, s.closers...)}
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

// SPDX-License-Identifier: Apache-2.0

package log

import (
	"os"
	"os/signal"
	"sync"
	"time"

	"go.uber.org/multierr"
	"go.uber.org/zap/zapcore"
)

// bufferInterval is how long a line stays in a buffer at most.
const bufferInterval = time.Second

// WithBuffer makes lines wait until there are size bytes of them, for a second at most,
// which saves a call of the operating system for each; and returns o. [Sync], [Close],
// another [Configure] and a fatal line write what waits. A size of 0 or less is no
// buffer, which is the default.
//
// A process that ends in another way may lose the lines of the last second. So a program
// that handles signals itself calls Close before it ends, as always. For a program that
// does not, name the signals that end it, such as syscall.SIGTERM: when one comes, what
// waits is written, nothing waits any more, and the signal is raised again, to do what it
// does without a handler. A signal that is named here must not be handled elsewhere, for
// it would be seen twice there.
func (o *Options) WithBuffer(size int, ends ...os.Signal) *Options {
	o.bufferSize, o.bufferEnds = size, ends
	return o
}

// buffered holds lines back until there are many. Its methods are called by one
// goroutine at a time, except for those of its own.
type buffered struct {
	zapcore.BufferedWriteSyncer

	signals chan os.Signal
	stop    chan struct{}
	done    sync.WaitGroup

	mu     sync.Mutex
	direct bool // guarded by mu: the process is about to end
}

// newBuffered returns a buffer before ws. Errors of writing go to report. It has
// goroutines until close.
func newBuffered(ws zapcore.WriteSyncer, size int, ends []os.Signal, report func(error)) *buffered {
	b := &buffered{BufferedWriteSyncer: zapcore.BufferedWriteSyncer{
		WS: reporting{ws, report}, Size: size, FlushInterval: bufferInterval,
	}}
	if len(ends) > 0 {
		b.signals, b.stop = make(chan os.Signal, 1), make(chan struct{})
		signal.Notify(b.signals, ends...)
		b.done.Go(b.awaitEnd)
	}
	return b
}

// Write keeps a line, or writes it.
func (b *buffered) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, err := b.BufferedWriteSyncer.Write(line)
	if b.direct {
		err = multierr.Append(err, b.Sync())
	}
	return n, err
}

// awaitEnd writes what waits when a signal comes, and raises that again.
func (b *buffered) awaitEnd() {
	select {
	case <-b.stop:
		signal.Stop(b.signals)
	case s := <-b.signals:
		b.mu.Lock()
		b.direct = true
		_ = b.Sync()
		b.mu.Unlock()
		signal.Stop(b.signals)
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			_ = self.Signal(s)
		}
	}
}

// close writes what waits and ends the goroutines.
func (b *buffered) close() error {
	if b.stop != nil {
		close(b.stop)
		b.done.Wait()
	}
	return b.Stop()
}

// reporting hides errors of writing from a buffer, which would accept nothing after
// one, and nobody could see those of its own goroutine.
type reporting struct {
	zapcore.WriteSyncer

	report func(error)
}

func (r reporting) Write(lines []byte) (int, error) {
	if _, err := r.WriteSyncer.Write(lines); err != nil {
		r.report(err)
	}
	return len(lines), nil
}

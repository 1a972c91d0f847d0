// SPDX-License-Identifier: Apache-2.0

package logtest

import (
	"io"
	stdlog "log"
	"log/slog"
	"sync"
	"testing"

	"go.uber.org/zap"

	"github.com/krtkit/krtkit/log"
)

// kept is how many lines a recorder keeps.
const kept = 10_000

// Recorder has the lines that were logged during a test, up to the latest 10,000. Its
// methods are safe for concurrent use.
type Recorder struct {
	tb   testing.TB
	ring *log.Ring
}

// Record returns a recorder of what is logged from now on until the test is over, also by
// the loggers that log.Configure takes over. Change, if there is one, changes the options
// that log.Configure is called with. Record fails the test if they cannot be applied.
func Record(tb testing.TB, change ...func(*log.Options)) *Recorder {
	tb.Helper()
	opts := log.DefaultOptions()
	opts.OutputPaths = nil
	out := &output{w: tb.Output()}
	opts.WithWriter(out)
	for _, c := range change {
		c(opts)
	}
	std, flags, prefix, structured := stdlog.Writer(), stdlog.Flags(), stdlog.Prefix(), slog.Default()
	zapped := zap.L()
	if err := log.Configure(opts); err != nil {
		tb.Fatalf("configure log: %v", err)
	}
	r := &Recorder{tb: tb, ring: log.NewRing(kept)}
	tb.Cleanup(func() {
		r.ring.Close()
		if err := log.Close(); err != nil {
			tb.Errorf("close log: %v", err)
		}
		zap.ReplaceGlobals(zapped)
		slog.SetDefault(structured)
		stdlog.SetOutput(std)
		stdlog.SetFlags(flags)
		stdlog.SetPrefix(prefix)
		out.end()
	})
	return r
}

// Lines returns the lines so far that the filter wants, in order.
func (r *Recorder) Lines(f log.Filter) []log.Line { return r.ring.Lines(f) }

// Messages returns the messages so far of a scope, in order.
func (r *Recorder) Messages(scope string) []string {
	var messages []string
	for _, l := range r.ring.Lines(log.Filter{Scopes: []string{scope}}) {
		messages = append(messages, l.Message)
	}
	return messages
}

// Wait returns the first line that the filter wants, when it is there: it waits as long as
// the test may run.
func (r *Recorder) Wait(f log.Filter) log.Line {
	r.tb.Helper()
	for l := range r.ring.Tail(r.tb.Context(), f) {
		return l
	}
	r.tb.Fatalf("no line was logged that %+v wants", f)
	return log.Line{}
}

// SetLevel sets the level of a scope until the test is over.
func SetLevel(tb testing.TB, s *log.Scope, l log.Level) {
	tb.Helper()
	old := s.GetOutputLevel()
	s.SetOutputLevel(l)
	tb.Cleanup(func() { s.SetOutputLevel(old) })
}

// output is the output of a test, which must not be written to when the test is over.
type output struct {
	mu sync.Mutex
	w  io.Writer // guarded by mu
}

func (o *output) Write(line []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(line)
}

// end drops what comes later.
func (o *output) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.w = io.Discard
}

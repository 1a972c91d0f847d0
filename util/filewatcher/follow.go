// SPDX-License-Identifier: Apache-2.0

package filewatcher

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Follow calls read, and calls it again whenever something that it looked at through
// the Reader may have changed, until ctx ends or read returns an error, which Follow
// then returns. Read is called at least once. Calls do not overlap, and no lock is
// held during them.
//
// A call follows when nothing has changed for 100 ms, but at most a second after the
// first change; see [WithDebounce].
//
// Follow can always do its work, if need be by reading from time to time; see
// [WithReport] for how to know.
func Follow(ctx context.Context, read func(*Reader) error, opts ...Option) (err error) {
	o := options{
		quiet: 100 * time.Millisecond, most: time.Second,
		report: warn, open: newNotifier,
	}
	for _, opt := range opts {
		opt(&o)
	}
	h := newHub(o.open)
	defer func() { err = errors.Join(err, h.close()) }()
	r := h.join(o.report)
	for {
		if err := r.round(read); err != nil {
			return err
		}
		if !r.wait(ctx, o.quiet, o.most) {
			return nil
		}
	}
}

// Option sets how [Follow] works. Only this package makes them.
type Option func(*options)

type options struct {
	quiet, most time.Duration
	report      func(error)
	open        func() (*notifier, error)
}

// WithDebounce makes Follow wait until nothing has changed for the time quiet, but
// at most until the time most has passed since the first change. The default is 100 ms
// and a second.
func WithDebounce(quiet, most time.Duration) Option {
	return func(o *options) { o.quiet, o.most = quiet, most }
}

// WithReport calls report when something keeps changes from being seen as they
// happen, so that they are looked for every ten seconds, and when events were lost. That
// a file system does not tell of all changes is not reported. Report is called by the
// goroutine that runs Follow. The default is a warning with the attribute
// scope=filewatcher to the default logger of log/slog.
func WithReport(report func(error)) Option {
	return func(o *options) { o.report = report }
}

func warn(err error) {
	slog.Default().With("scope", "filewatcher").Warn("files are not watched as they should be", "error", err)
}

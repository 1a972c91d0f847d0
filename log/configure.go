// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
	stdlog "log"
	"log/slog"
	"slices"
	"sync"

	"go.uber.org/multierr"
	"go.uber.org/zap"
)

// configuring is held while the configuration changes.
var configuring sync.Mutex //nolint:gochecknoglobals // there is one configuration in a process

// Configure sends lines where the options say, sets the levels that they name, and
// takes over the other loggers of the process: the default loggers of log and
// log/slog and the global ones of zap write to the default scope from then on, or,
// if a logger of log/slog has the attribute "scope", to the scope of that name.
//
// It may be called at any time and any number of times; the files of the
// configuration before are closed. "stdout" and "stderr" mean what os.Stdout and
// os.Stderr are during the call. On an error nothing has changed.
func Configure(options *Options) error {
	w, err := options.wishes()
	if err != nil {
		return err
	}
	o, err := options.open()
	if err != nil {
		return err
	}
	configuring.Lock()
	defer configuring.Unlock()
	scopes.configure(w)
	if err := replace(o); err != nil {
		reportClosing(err)
	}
	capture()
	return nil
}

// open returns the output that the options ask for.
func (o *Options) open() (*output, error) {
	errs, err := openSink(o.ErrorOutputPaths, nil)
	if err != nil {
		return nil, fmt.Errorf("open error output of log: %w", err)
	}
	writers := slices.Clone(o.writers)
	var closers []func() error
	if o.RotateOutputPath != "" {
		r, err := openRotated(o.RotateOutputPath, o.RotationMaxSize, o.RotationMaxAge, o.RotationMaxBackups)
		if err != nil {
			return nil, multierr.Append(fmt.Errorf("open rotated output of log: %w", err), errs.close())
		}
		writers = append(writers, r)
		closers = append(closers, r.Close)
	}
	lines, err := openSink(o.OutputPaths, writers)
	lines.closers = append(lines.closers, closers...)
	if err != nil {
		return nil, multierr.Combine(fmt.Errorf("open output of log: %w", err), lines.close(), errs.close())
	}
	if o.bufferSize > 0 {
		lines = lines.buffer(o.bufferSize, o.bufferEnds, errs.report)
	}
	f := newFormat(o.JSONEncoding, o.stackdriver)
	f.escape = o.escape
	out := newOutput(f, lines, errs)
	out.contextLabels = slices.Clone(o.contextLabels)
	if err := out.extend(o.extensions); err != nil {
		return nil, multierr.Append(err, out.close())
	}
	return out, nil
}

// Close flushes what lines are written to and closes what [Configure] opened. Logging
// goes on as it was before Configure: to the standard output, as plain text. The error is
// that of flushing and closing.
func Close() error {
	configuring.Lock()
	defer configuring.Unlock()
	return multierr.Append(Sync(), replace(initial()))
}

// capture takes over the default loggers of other packages.
func capture() {
	slog.SetDefault(slog.New(NewSlogHandler(defaultScope)))
	// SetDefault has sent the lines of log to the handler, which cannot tell where
	// they come from.
	stdlog.SetFlags(0)
	stdlog.SetPrefix("")
	stdlog.SetOutput(stdWriter{})
	zap.ReplaceGlobals(zap.New(zapCore{}))
}

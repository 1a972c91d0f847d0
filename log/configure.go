// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
	"log/slog"
	"sync"

	stdlog "log"

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
	levels, err := options.checkedLevels()
	if err != nil {
		return err
	}
	errs, err := openSink(options.ErrorOutputPaths)
	if err != nil {
		return fmt.Errorf("open error output of log: %w", err)
	}
	lines, err := openSink(options.OutputPaths)
	if err != nil {
		errs.close()
		return fmt.Errorf("open output of log: %w", err)
	}
	enc := newPlainEncoder()
	if options.JSONEncoding {
		enc = newJSONEncoder()
	}

	configuring.Lock()
	defer configuring.Unlock()
	scopes.setLevels(levels)
	replace(newOutput(enc, lines, errs))
	capture()
	return nil
}

// Close flushes what lines are written to and closes the files that [Configure]
// opened. Logging goes on as it was before Configure: to the standard output, as
// plain text. The error is that of flushing.
func Close() error {
	configuring.Lock()
	defer configuring.Unlock()
	err := Sync()
	replace(initial())
	return err
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

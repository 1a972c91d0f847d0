// SPDX-License-Identifier: Apache-2.0

package log

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Options say where lines go, in which form, and which scopes write what. The zero
// value discards all lines and changes no level; start from [DefaultOptions].
type Options struct {
	// OutputPaths is where lines go: "stdout", "stderr", names of files, which are
	// made if need be and appended to, or URLs of a scheme that a sink is registered
	// for with zap. Each gets every line; without paths, lines are discarded.
	OutputPaths []string
	// ErrorOutputPaths is where errors of writing lines go, in the same form.
	ErrorOutputPaths []string

	// RotateOutputPath is a file that gets every line too. When a line has no room in
	// it, the file is renamed, with the time in its name, and a new one is begun. It is
	// made with its folder if need be. The default is none.
	RotateOutputPath string
	// RotationMaxSize is the size of that file in megabytes; 100, if it is 0.
	RotationMaxSize int
	// RotationMaxAge is for how many days renamed files are kept; 30, if it is 0.
	RotationMaxAge int
	// RotationMaxBackups is how many renamed files are kept; 1000, if it is 0.
	RotationMaxBackups int

	// JSONEncoding makes each line a JSON object. The default is plain text.
	JSONEncoding bool

	levels           []scopeLevel // in the order in which the scopes were first named
	outputLevels     string       // as given by the flag, after levels
	stackTraceLevels string
	callers          string

	stackdriver   bool
	escape        bool
	extensions    []Extension
	contextLabels []ContextLabels
	writers       []io.Writer
	bufferSize    int
	bufferEnds    []os.Signal
}

// DefaultOptions returns options of the caller's own: plain text to the standard
// output, errors of writing to the standard error output, the default scope at
// [InfoLevel] and without stack traces, the scope of gRPC at [NoneLevel]. Other scopes
// keep their levels.
func DefaultOptions() *Options {
	return &Options{
		OutputPaths:      []string{"stdout"},
		ErrorOutputPaths: []string{"stderr"},
		levels:           []scopeLevel{{DefaultScopeName, InfoLevel}, {GrpcScopeName, NoneLevel}},
		stackTraceLevels: DefaultScopeName + ":" + levelNames[NoneLevel],
	}
}

// SetDefaultOutputLevel makes [Configure] set the level of a scope, registered by
// then or not; of all scopes, if the name is [OverrideScopeName]. Levels are set in
// the order in which their scopes were first named here, so that
//
//	o.SetDefaultOutputLevel(log.OverrideScopeName, log.ErrorLevel)
//	o.SetDefaultOutputLevel("webhook", log.DebugLevel)
//
// leaves "webhook" at debug, and every other scope at error. What the flag
// --log_output_level says comes after them.
func (o *Options) SetDefaultOutputLevel(scope string, level Level) {
	for i := range o.levels {
		if o.levels[i].scope == scope {
			o.levels[i].level = level
			return
		}
	}
	o.levels = append(o.levels, scopeLevel{scope, level})
}

// WithStackdriverLoggingFormat makes each line a JSON object as Google's logging wants
// it, whatever JSONEncoding says, and returns o. Keys are severity, timestamp, logger,
// caller, message and stacktrace; durations are numbers of seconds.
func (o *Options) WithStackdriverLoggingFormat() *Options {
	o.stackdriver = true
	return o
}

// WithEscapedText makes control characters in messages and labels of plain text appear as
// in Go's strings, such as \n, and returns o. Without it they are written as they are, so
// that who can choose a message can forge lines. Stack traces have several lines in any
// case.
func (o *Options) WithEscapedText() *Options {
	o.escape = true
	return o
}

// WithWriter makes every line go to w too, by one call of Write that no other call
// overlaps, and returns o. A method Sync() error is called when lines are to be flushed.
// w is never closed.
func (o *Options) WithWriter(w io.Writer) *Options {
	o.writers = append(o.writers, w)
	return o
}

// wishes returns what the options say about scopes, or an error that names everything
// that cannot be done.
func (o *Options) wishes() (wishes, error) {
	output, outputErr := parseLevels("output level", o.outputLevels)
	stackTrace, stackErr := parseLevels("stack trace level", o.stackTraceLevels)
	w := wishes{output: slices.Concat(o.levels, output), stackTrace: stackTrace}
	if o.callers != "" {
		w.callers = strings.Split(o.callers, ",")
	}
	err := errors.Join(outputErr, stackErr)
	for _, sl := range slices.Concat(w.output, w.stackTrace) {
		if !sl.level.valid() {
			err = errors.Join(err, fmt.Errorf("invalid level %v of log scope %q", sl.level, sl.scope))
		}
		if strings.ContainsAny(sl.scope, reserved) {
			err = errors.Join(err, fmt.Errorf("invalid log scope %q: no scope has one of the characters %q in its name", sl.scope, reserved))
		}
	}
	return w, err
}

// parseLevels returns the levels of a list such as "info,webhook:debug,all:warn", in
// which a level alone is that of the default scope. Kind is what an error calls them.
func parseLevels(kind, list string) ([]scopeLevel, error) {
	if list == "" {
		return nil, nil
	}
	var levels []scopeLevel
	for item := range strings.SplitSeq(list, ",") {
		scope, name, found := strings.Cut(item, ":")
		if !found {
			scope, name = DefaultScopeName, item
		}
		if strings.Contains(name, ":") {
			return nil, fmt.Errorf("invalid %s format '%s': want level or scope:level", kind, item)
		}
		level, err := ParseLevel(name)
		if err != nil {
			return nil, fmt.Errorf("invalid %s '%s': want one of %s", kind, name, strings.Join(levelNames[:], ", "))
		}
		levels = append(levels, scopeLevel{scope, level})
	}
	return levels, nil
}

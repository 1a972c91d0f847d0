// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
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
	// JSONEncoding makes each line a JSON object. The default is plain text.
	JSONEncoding bool

	// levels are applied in order, so that later ones win.
	levels []scopeLevel
}

// DefaultOptions returns options of the caller's own: plain text to the standard
// output, errors of writing to the standard error output, the default scope at
// [InfoLevel]. Other scopes keep their levels.
func DefaultOptions() *Options {
	return &Options{
		OutputPaths:      []string{"stdout"},
		ErrorOutputPaths: []string{"stderr"},
		levels:           []scopeLevel{{DefaultScopeName, InfoLevel}},
	}
}

// SetDefaultOutputLevel makes [Configure] set the level of a scope, registered by
// then or not; of all scopes, if the name is [OverrideScopeName]. Levels are set in
// the order in which their scopes were first named here, so that
//
//	o.SetDefaultOutputLevel(log.OverrideScopeName, log.ErrorLevel)
//	o.SetDefaultOutputLevel("webhook", log.DebugLevel)
//
// leaves "webhook" at debug, and every other scope at error.
func (o *Options) SetDefaultOutputLevel(scope string, level Level) {
	for i := range o.levels {
		if o.levels[i].scope == scope {
			o.levels[i].level = level
			return
		}
	}
	o.levels = append(o.levels, scopeLevel{scope, level})
}

// checkedLevels returns the levels, or an error that names the first that cannot
// be set.
func (o *Options) checkedLevels() ([]scopeLevel, error) {
	for _, sl := range o.levels {
		if !sl.level.valid() {
			return nil, fmt.Errorf("invalid output level %v of log scope %q", sl.level, sl.scope)
		}
		if strings.ContainsAny(sl.scope, reserved) {
			return nil, fmt.Errorf("invalid log scope %q: no scope has one of the characters %q in its name", sl.scope, reserved)
		}
	}
	return slices.Clone(o.levels), nil
}

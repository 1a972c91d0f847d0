// SPDX-License-Identifier: Apache-2.0

//go:build !agent

package collateral

import (
	"github.com/spf13/cobra/doc"

	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/util/env"
)

// Control says what [EmitCollateral] writes.
type Control struct {
	// OutputDir is the folder, which is made if it is not there; "" for the current one.
	OutputDir string

	// EmitManPages writes a man page for each command.
	EmitManPages bool
	// EmitYAML writes a YAML file for each command.
	EmitYAML bool
	// EmitBashCompletion writes <root>.bash.
	EmitBashCompletion bool
	// EmitZshCompletion writes _<root>.
	EmitZshCompletion bool
	// EmitMarkdown writes a Markdown file for each command.
	EmitMarkdown bool
	// EmitHTMLFragmentWithFrontMatter writes <root>.html.
	EmitHTMLFragmentWithFrontMatter bool

	// ManPageInfo is the header of man pages. Without a date they have that of today, or
	// of the environment variable SOURCE_DATE_EPOCH.
	ManPageInfo doc.GenManHeader
	// Predicates select what the HTML file lists.
	Predicates Predicates
}

// Predicates select variables and metrics. Nil selects all.
type Predicates struct {
	SelectEnv    SelectEnvFn
	SelectMetric SelectMetricFn
}

// SelectEnvFn reports whether documents list a variable. Hidden ones are never listed.
type SelectEnvFn func(env.Var) bool

// SelectMetricFn reports whether documents list a metric. Its name is the one that a scrape
// shows.
type SelectMetricFn func(monitoring.MetricDefinition) bool

// DefaultSelectEnvFn selects all variables.
func DefaultSelectEnvFn(_ env.Var) bool { return true }

// DefaultSelectMetricFn selects all metrics.
func DefaultSelectMetricFn(_ monitoring.MetricDefinition) bool { return true }
